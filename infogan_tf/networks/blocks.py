"""The layers of the paper's tables, with the original code's initial weights."""

import keras

from infogan_tf.configs.fields import Number, checked
from infogan_tf.networks.dense import Dense

# Original code: N(0, 0.02), truncated at two standard deviations for D's convolutions.
NORMAL = keras.initializers.RandomNormal(stddev=0.02)
TRUNCATED_NORMAL = keras.initializers.TruncatedNormal(stddev=0.02)


def convolution(filters: int, strides: int, use_bias: bool = True) -> keras.layers.Layer:
    """A 4x4 convolution of D. Leave the bias out before a batch norm, which would take it away again."""
    return keras.layers.Conv2D(
        filters, 4, strides, padding="same", use_bias=use_bias, kernel_initializer=TRUNCATED_NORMAL.clone()
    )


def up_convolution(filters: int, strides: int, use_bias: bool = True) -> keras.layers.Layer:
    """A 4x4 transposed convolution of G, which enlarges by `strides`."""
    return keras.layers.Conv2DTranspose(
        filters, 4, strides, padding="same", use_bias=use_bias, kernel_initializer=NORMAL.clone()
    )


def dense(units: int, use_bias: bool = True) -> keras.layers.Layer:
    """A fully connected layer (FC)."""
    return Dense(units, use_bias=use_bias, kernel_initializer=NORMAL.clone())


def leaky_relu(slope: float) -> keras.layers.Layer:
    """Leaky ReLU; `slope`, a number >= 0, applies below zero."""
    return keras.layers.LeakyReLU(negative_slope=checked("slope of a leaky ReLU", slope, Number()))


def relu() -> keras.layers.Layer:
    """Rectified linear unit."""
    return keras.layers.ReLU()
