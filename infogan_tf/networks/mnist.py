"""The MNIST networks (paper, appendix C.1, Table 1)."""

from typing import NamedTuple

import keras
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.blocks import convolution, dense, leaky_relu, relu, up_convolution

IMAGE_SHAPE = (28, 28, 1)


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
        detached_q: Q reads the body's features and sends no gradient into them, and so none to G. That makes a regular
            GAN with an auxiliary Q, the paper's baseline (Figures 1 and 2b).

    >>> MnistDiscriminator(posterior_size=14, leaky_slope=0.1)(tf.zeros([2, 28, 28, 1])).posterior.shape
    TensorShape([2, 14])
    """

    def __init__(self, posterior_size: int, leaky_slope: float, detached_q: bool = False):
        super().__init__(name="discriminator")
        self.detached_q = detached_q
        self.body = keras.Sequential(
            [
                keras.Input(IMAGE_SHAPE),
                convolution(64, strides=2),  # [batch, 14, 14, 64]
                leaky_relu(leaky_slope),
                convolution(128, strides=2, use_bias=False),  # [batch, 7, 7, 128]
                BatchNorm(),
                leaky_relu(leaky_slope),
                keras.layers.Flatten(),
                dense(1024, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
            ],
            name="body",
        )
        self.real_head = keras.Sequential([keras.Input([1024]), dense(1)], name="real_head")
        self.code_head = keras.Sequential(
            [
                keras.Input([1024]),
                dense(128, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
                dense(posterior_size),
            ],
            name="code_head",
        )

    def call(self, images: tf.Tensor, training: bool = False) -> DiscriminatorOutput:
        features = self.body(images, training=training)
        q_features = tf.stop_gradient(features) if self.detached_q else features
        return DiscriminatorOutput(
            real_logits=self.real_head(features, training=training),
            posterior=self.code_head(q_features, training=training),
        )
