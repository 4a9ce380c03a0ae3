"""A discriminator, with Q on the same body, as a row of the paper's tables."""

import dataclasses
import functools
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from infogan_tf.networks.layers import GLOROT, NORMAL, convolution_block, dense, dense_block
from infogan_tf.networks.specs import Conv, DiscriminatorSpec
from infogan_tf.options import check_integer, check_number, check_sizes


class DiscriminatorOutput(NamedTuple):
    """What D and Q, which share their body, predict from images.

    >>> DiscriminatorOutput(real_logits=tf.zeros([8, 1]), posterior=tf.zeros([8, 14])).posterior.shape
    TensorShape([8, 14])
    """

    real_logits: tf.Tensor  # Log-odds that an image is real, `[batch, 1]`.
    posterior: tf.Tensor  # Q's raw output `[batch, posterior_size]`, split by `LatentSpec.split_posterior`.


@keras.saving.register_keras_serializable("infogan_tf")
class Discriminator(keras.Model):
    """D and Q: images `[batch, height, width, channels]` in [0, 1] to `DiscriminatorOutput`.

    Args:
        spec: the layers.
        image_shape: (height, width, channels).
        posterior_size: width of Q's output.
        leaky_slope: the leaky ReLUs' slope below zero, >= 0. Paper: 0.1; original code: 0.01.
        q_features: what Q's layers are applied to. `shared`: the features of D's body, which learns from Q too:
            InfoGAN. The others make a regular GAN with an auxiliary Q, the paper's baseline (Figures 1 and 2b), where
            Q's loss has no gradient to D's body or to the images, and so none to G. `detached`: the features of D's
            body; `own`: those of a second body with the same layers, which learns from Q alone.

    >>> from infogan_tf.networks.specs import Conv
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
        if q_features not in ("shared", "detached", "own"):
            raise ValueError(f"q_features must be shared, detached or own, got {q_features!r}")
        self.spec, self.q_features = spec, q_features
        self.image_shape = check_sizes("image_shape", image_shape, number=3)
        self.posterior_size = check_integer("posterior_size", posterior_size, 1)
        self.leaky_slope = check_number("leaky_slope", leaky_slope)
        self._leaky_relu = functools.partial(keras.layers.LeakyReLU, negative_slope=self.leaky_slope)
        self.body = self._make_body("body")
        features = keras.Input(self.body.output_shape[1:])
        self.real_head = keras.Sequential([features, self._dense(1)], name="real_head")
        hidden = [] if spec.code_hidden is None else self._dense_block(spec.code_hidden)
        features = keras.Input(self.body.output_shape[1:])
        self.code_head = keras.Sequential([features, *hidden, self._dense(self.posterior_size)], name="code_head")
        # Made last, so that the initial weights of everything else do not depend on q_features.
        self.q_body = self._make_body("q_body") if q_features == "own" else None

    def call(self, images: tf.Tensor, training: bool = False) -> DiscriminatorOutput:
        features = self.body(images, training=training)
        real_logits = self.real_head(features, training=training)
        if self.q_features == "own":
            features = self.q_body(tf.stop_gradient(images), training=training)
        elif self.q_features == "detached":
            features = tf.stop_gradient(features)
        return DiscriminatorOutput(real_logits, self.code_head(features, training=training))

    def get_config(self) -> dict[str, Any]:
        names = ("name", "image_shape", "posterior_size", "leaky_slope", "q_features")
        return {"spec": dataclasses.asdict(self.spec), **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Discriminator":
        return cls(**{**config, "spec": DiscriminatorSpec(**config["spec"])})

    def _make_body(self, name: str) -> keras.Sequential:
        """Images to features `[batch, features]`."""
        layers = [keras.layers.Rescaling(2.0, offset=-1.0)] if self.spec.signed_input else []
        for conv in self.spec.convs:
            layers += self._convolution_block(conv)
        # Before the last leaky ReLU: where it comes last, after a convolution with a bias, the pass that fuses
        # operations fails with AVX-512 too, where `without_failing_pass` leaves it on.
        layers.insert(-1, keras.layers.Flatten(data_format="channels_last"))
        for units in self.spec.dense:
            layers += self._dense_block(units)
        return keras.Sequential([keras.Input(self.image_shape), *layers], name=name)

    def _convolution_block(self, row: Conv) -> list[keras.layers.Layer]:
        if self.spec.batch_norm:
            return convolution_block(row, self._leaky_relu())
        return convolution_block(dataclasses.replace(row, bn=False), self._leaky_relu(), GLOROT)

    def _dense_block(self, units: int) -> list[keras.layers.Layer]:
        if self.spec.batch_norm:
            return dense_block(units, self._leaky_relu())
        return [self._dense(units), self._leaky_relu()]

    def _dense(self, units: int) -> keras.layers.Layer:
        return dense(units, kernel=NORMAL if self.spec.batch_norm else GLOROT)
