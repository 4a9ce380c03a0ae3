"""A discriminator, with Q on the same body, as a row of the paper's tables."""

import dataclasses
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from infogan_tf.networks.blocks import convolution, convolution_block, dense, dense_block, leaky_relu
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, checked_sizes
from infogan_tf.settings import Choice, Integer, checked

Q_FEATURES = ("shared", "detached", "own")


class DiscriminatorOutput(NamedTuple):
    """What D and Q, which share their body, predict from images.

    Attributes:
        real_logits: log-odds that an image is real, `[batch, 1]`.
        posterior: Q's raw output `[batch, posterior_size]`, split by `LatentSpec.split_posterior`.
    """

    real_logits: tf.Tensor
    posterior: tf.Tensor


@keras.saving.register_keras_serializable("infogan_tf")
class Discriminator(keras.Model):
    """D and Q: images `[batch, height, width, channels]` in [0, 1] to `DiscriminatorOutput`.

    Args:
        spec: the layers.
        image_shape: (height, width, channels).
        posterior_size: width of Q's output, an integer >= 1.
        leaky_slope: the leaky ReLUs' slope below zero. Paper: 0.1; original code: 0.01.
        q_features: what Q's layers are applied to. `shared`: the features of D's body, which learns from Q too:
            InfoGAN. The others make a regular GAN with an auxiliary Q, the paper's baseline (Figures 1 and 2b), since
            Q's loss has no gradient to D's body or to the images, and so none to G. `detached`: the features of D's
            body, as D alone makes them. `own`: the features of a second body with the same layers, which learns from Q
            alone.

    Raises:
        ValueError: an argument is not of this form.

    >>> mnist = DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128)
    >>> network = Discriminator(mnist, image_shape=(28, 28, 1), posterior_size=14, leaky_slope=0.1)
    >>> network(tf.zeros([2, 28, 28, 1])).posterior.shape
    TensorShape([2, 14])
    """

    def __init__(
        self,
        spec: DiscriminatorSpec,
        image_shape: tuple[int, int, int],
        posterior_size: int,
        leaky_slope: float,
        q_features: str = "shared",
        **kwargs: Any,
    ):
        super().__init__(**{"name": "discriminator", **kwargs})
        if not isinstance(spec, DiscriminatorSpec):
            raise ValueError(f"spec of Discriminator must be a DiscriminatorSpec, got {spec!r}")
        self.spec = spec
        self.image_shape = checked_sizes("image_shape", image_shape, number=3)
        self.posterior_size = checked("posterior_size", posterior_size, Integer(1))
        self.leaky_slope = leaky_slope
        self.q_features = checked("q_features", q_features, Choice(Q_FEATURES))
        self.body = self._make_body("body")
        features = keras.Input(self.body.output_shape[1:])
        self.real_head = keras.Sequential([features, dense(1)], name="real_head")
        hidden = [] if spec.code_hidden is None else dense_block(spec.code_hidden, leaky_relu(leaky_slope))
        self.code_head = keras.Sequential(
            [keras.Input(self.body.output_shape[1:]), *hidden, dense(self.posterior_size)], name="code_head"
        )
        # Made last, so that the initial weights of everything else do not depend on q_features.
        self.q_body = self._make_body("q_body") if q_features == "own" else None

    def call(self, images: tf.Tensor, training: bool = False) -> DiscriminatorOutput:
        features = self.body(images, training=training)
        return DiscriminatorOutput(
            real_logits=self.real_head(features, training=training),
            posterior=self.code_head(self._features_for_q(images, features, training), training=training),
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "spec": dataclasses.asdict(self.spec),
            "image_shape": self.image_shape,
            "posterior_size": self.posterior_size,
            "leaky_slope": self.leaky_slope,
            "q_features": self.q_features,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Discriminator":
        spec = dict(config["spec"])
        spec["convs"] = [Conv(**conv) for conv in spec["convs"]]
        return cls(**{**config, "spec": DiscriminatorSpec(**spec)})

    def _features_for_q(self, images: tf.Tensor, features: tf.Tensor, training: bool) -> tf.Tensor:
        if self.q_features == "own":
            return self.q_body(tf.stop_gradient(images), training=training)
        return tf.stop_gradient(features) if self.q_features == "detached" else features

    def _make_body(self, name: str) -> keras.Sequential:
        """Images to features `[batch, features]`."""
        layers = [keras.layers.Rescaling(2.0, offset=-1.0)] if self.spec.signed_input else []
        for conv in self.spec.convs:
            layers += convolution_block(convolution, conv, leaky_relu(self.leaky_slope))
        layers.append(keras.layers.Flatten())
        for units in self.spec.dense:
            layers += dense_block(units, leaky_relu(self.leaky_slope))
        return keras.Sequential([keras.Input(self.image_shape), *layers], name=name)
