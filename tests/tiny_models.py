"""Models of a few weights, of plain Keras layers, for 8x8 images."""

import keras
import numpy as np

import infogan_tf
from infogan_tf.optimizers import FusedAdam

TINY_SPEC = infogan_tf.LatentSpec.parse("kind=categorical(3), angle=uniform@0.5", noise_size=3)


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
