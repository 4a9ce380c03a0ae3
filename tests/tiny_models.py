"""Models of a few weights for 8x8 images: of plain Keras layers, or of the package's own and of every kind of code."""

import keras
import numpy as np

import infogan_tf
from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Gaussian, Uniform
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.optimizers import FusedAdam

TINY_SPEC = LatentSpec.parse("kind=categorical(3), angle=uniform@0.5", noise_size=3)
EVERY_KIND = LatentSpec(
    (
        LatentCode("z", Gaussian(0.5, 2.0, size=4), regularized=False),
        LatentCode("shape", Categorical(3, probs=[0.5, 0.25, 0.25]), weight=0.5),
        LatentCode("tilt", Uniform(-2, 2, size=2, posterior_std=0.5)),
        LatentCode("width", Uniform(0, 1, min_std=0.1)),
        LatentCode("glasses", Bernoulli(0.25)),
        LatentCode("turn", Circular()),
    )
)
GENERATOR = GeneratorSpec(grid=(2, 2, 4), ups=(Up(3, bn=True),), output="tanh")
DISCRIMINATOR = DiscriminatorSpec(convs=(Conv(4), Conv(5, bn=True)), code_hidden=5, signed_input=True)


def tiny_generator(size=TINY_SPEC.size, activation="sigmoid", shape=(8, 8, 1)):
    kernel = keras.initializers.RandomNormal(stddev=0.5, seed=1)
    layers = [keras.layers.Dense(64, activation, kernel_initializer=kernel), keras.layers.Reshape(shape)]
    return keras.Sequential([keras.Input([size]), *layers])


def tiny_discriminator(posterior_size=TINY_SPEC.posterior_size):
    """A functional Keras model, whose outputs are a list."""
    images = keras.Input([8, 8, 1])
    kernel = keras.initializers.RandomNormal(stddev=0.1, seed=2)
    features = keras.layers.Dense(16, "tanh", kernel_initializer=kernel)(keras.layers.Flatten()(images))
    heads = [keras.layers.Dense(size, kernel_initializer=kernel)(features) for size in (1, posterior_size)]
    return keras.Model(images, heads)


def tiny_model(kind=infogan_tf.InfoGAN, **arguments):
    parts = {"generator": tiny_generator(), "discriminator": tiny_discriminator(), "spec": TINY_SPEC}
    return kind(**parts | arguments)


def compiled_tiny_model(kind=infogan_tf.InfoGAN, **arguments):
    model = tiny_model(kind, **arguments)
    model.compile(FusedAdam(1e-2), FusedAdam(1e-2))
    return model


def tiny_images(number=16):
    return np.random.default_rng(0).uniform(size=[number, 8, 8, 1]).astype(np.float32)


def model_of_every_kind(**arguments):
    """A model of color images, and of every kind of code; Q has its own body."""
    shape = (8, 8, 3)
    generator = Generator(GENERATOR, EVERY_KIND.size, shape)
    discriminator = Discriminator(DISCRIMINATOR, shape, EVERY_KIND.posterior_size, leaky_slope=0.2, q_features="own")
    return infogan_tf.InfoGAN(generator, discriminator, EVERY_KIND, **arguments)
