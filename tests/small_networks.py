"""The MNIST networks with a thousandth of their weights, for tests where the networks are not the point."""

import contextlib
from unittest import mock

import keras
import tensorflow as tf

from infogan_tf.experiments import EXPERIMENTS
from infogan_tf.networks import DiscriminatorOutput
from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.blocks import convolution, dense, leaky_relu, relu, up_convolution

FEATURES = 32


class SmallGenerator(keras.Model):
    """`MnistGenerator`, narrower."""

    def __init__(self, latent_size):
        super().__init__(name="generator")
        self.body = keras.Sequential(
            [
                keras.Input([latent_size]),
                dense(FEATURES, use_bias=False),
                BatchNorm(),
                relu(),
                dense(7 * 7 * 8, use_bias=False),
                BatchNorm(),
                relu(),
                keras.layers.Reshape([7, 7, 8]),
                up_convolution(4, strides=2, use_bias=False),
                BatchNorm(),
                relu(),
                up_convolution(1, strides=2),
                keras.layers.Activation("sigmoid"),
            ],
            name="body",
        )

    def call(self, latents, training=False):
        return self.body(latents, training=training)


class SmallDiscriminator(keras.Model):
    """`MnistDiscriminator`, narrower; of objectives, it knows `infogan` and baselines whose Q sends no gradient."""

    def __init__(self, posterior_size, leaky_slope, detached_q):
        super().__init__(name="discriminator")
        self.detached_q = detached_q
        self.body = keras.Sequential(
            [
                keras.Input([28, 28, 1]),
                convolution(4, strides=2),
                leaky_relu(leaky_slope),
                convolution(8, strides=2, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
                keras.layers.Flatten(),
                dense(FEATURES, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
            ],
            name="body",
        )
        self.real_head = keras.Sequential([keras.Input([FEATURES]), dense(1)], name="real_head")
        self.code_head = keras.Sequential(
            [
                keras.Input([FEATURES]),
                dense(16, use_bias=False),
                BatchNorm(),
                leaky_relu(leaky_slope),
                dense(posterior_size),
            ],
            name="code_head",
        )

    def call(self, images, training=False):
        features = self.body(images, training=training)
        q_features = tf.stop_gradient(features) if self.detached_q else features
        return DiscriminatorOutput(
            self.real_head(features, training=training), self.code_head(q_features, training=training)
        )


FULL_EXPERIMENT = EXPERIMENTS["mnist"]
SMALL_EXPERIMENT = FULL_EXPERIMENT._replace(
    generator=lambda config, spec: SmallGenerator(spec.size),
    discriminator=lambda config, spec: SmallDiscriminator(
        spec.posterior_size, config.leaky_slope, detached_q=config.objective != "infogan"
    ),
)


def small_experiment() -> contextlib.AbstractContextManager:
    """Within it, models of the MNIST experiment are made of small networks."""
    return mock.patch.dict(EXPERIMENTS, {"mnist": SMALL_EXPERIMENT})


def full_experiment() -> contextlib.AbstractContextManager:
    """Within it, even inside `small_experiment`, models of the MNIST experiment are made of its own networks."""
    return mock.patch.dict(EXPERIMENTS, {"mnist": FULL_EXPERIMENT})
