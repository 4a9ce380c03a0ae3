"""The MNIST networks (paper, appendix C.1, Table 1)."""

from typing import NamedTuple

import keras
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.blocks import convolution, dense, leaky_relu, relu, up_convolution

IMAGE_SHAPE = (28, 28, 1)
FEATURES = 1024
Q_FEATURES = ("shared", "detached", "own")


class DiscriminatorOutput(NamedTuple):
    """What D and Q, which share their body, say of images.

    Attributes:
        real_logits: log-odds that an image is real, `[batch, 1]`.
        posterior: Q's raw output `[batch, posterior_size]`, split by `LatentSpec.split_posterior`.
    """

    real_logits: tf.Tensor
    posterior: tf.Tensor


class MnistGenerator(keras.Model):
    """G: latents `[batch, latent_size]` to images `[batch, 28, 28, 1]` in [0, 1].

    FC 1024 BN ReLU; FC 7x7x128 BN ReLU; up 64 s2 BN ReLU; up 1 s2 sigmoid.

    Args:
        latent_size: width of the input.

    >>> MnistGenerator(74)(tf.zeros([2, 74])).shape
    TensorShape([2, 28, 28, 1])
    """

    def __init__(self, latent_size: int):
        super().__init__(name="generator")
        self.body = keras.Sequential(
            [
                keras.Input([latent_size]),
                dense(1024, use_bias=False),
                BatchNorm(),
                relu(),
                dense(7 * 7 * 128, use_bias=False),
                BatchNorm(),
                relu(),
                keras.layers.Reshape([7, 7, 128]),
                up_convolution(64, strides=2, use_bias=False),  # [batch, 14, 14, 64]
                BatchNorm(),
                relu(),
                up_convolution(1, strides=2),  # [batch, 28, 28, 1]
                keras.layers.Activation("sigmoid"),
            ],
            name="body",
        )

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        return self.body(latents, training=training)


class MnistDiscriminator(keras.Model):
    """D and Q: images `[batch, 28, 28, 1]` to `DiscriminatorOutput`.

    Body: k4 64 s2 lReLU; k4 128 s2 BN lReLU; FC 1024 BN lReLU. D: FC 1. Q: FC 128 BN lReLU; FC out.

    Args:
        posterior_size: width of Q's output.
        leaky_slope: the leaky ReLUs' slope below zero. Paper: 0.1; original code: 0.01.
        q_features: what Q's layers are applied to. `shared`: the features of D's body, which learns from Q too:
            InfoGAN. The others make a regular GAN with an auxiliary Q, the paper's baseline (Figures 1 and 2b), since
            Q's loss has no gradient to D's body or to the images, and so none to G. `detached`: the features of D's
            body, as D alone makes them. `own`: the features of a second body with the same layers, which learns from Q
            alone.

    Raises:
        ValueError: q_features is none of these.

    >>> MnistDiscriminator(posterior_size=14, leaky_slope=0.1)(tf.zeros([2, 28, 28, 1])).posterior.shape
    TensorShape([2, 14])
    """

    def __init__(self, posterior_size: int, leaky_slope: float, q_features: str = "shared"):
        super().__init__(name="discriminator")
        if q_features not in Q_FEATURES:
            raise ValueError(f"q_features must be one of {', '.join(Q_FEATURES)}, got {q_features!r}")
        self.q_features = q_features
        self.body = _discriminator_body(leaky_slope, "body")
        self.real_head = keras.Sequential([keras.Input([FEATURES]), dense(1)], name="real_head")
        self.code_head = keras.Sequential(
            [
                keras.Input([FEATURES]),
                dense(128, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
                dense(posterior_size),
            ],
            name="code_head",
        )
        # Made last, so that the initial weights of everything else do not depend on q_features.
        self.q_body = _discriminator_body(leaky_slope, "q_body") if q_features == "own" else None

    def call(self, images: tf.Tensor, training: bool = False) -> DiscriminatorOutput:
        features = self.body(images, training=training)
        return DiscriminatorOutput(
            real_logits=self.real_head(features, training=training),
            posterior=self.code_head(self._features_for_q(images, features, training), training=training),
        )

    def _features_for_q(self, images: tf.Tensor, features: tf.Tensor, training: bool) -> tf.Tensor:
        if self.q_features == "own":
            return self.q_body(tf.stop_gradient(images), training=training)
        return tf.stop_gradient(features) if self.q_features == "detached" else features


def _discriminator_body(leaky_slope: float, name: str) -> keras.Sequential:
    """Images to features `[batch, 1024]`."""
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            convolution(64, strides=2),  # [batch, 14, 14, 64]
            leaky_relu(leaky_slope),
            convolution(128, strides=2, use_bias=False),  # [batch, 7, 7, 128]
            BatchNorm(),
            leaky_relu(leaky_slope),
            keras.layers.Flatten(),
            dense(FEATURES, use_bias=False),
            BatchNorm(),
            leaky_relu(leaky_slope),
        ],
        name=name,
    )
