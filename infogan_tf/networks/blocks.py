"""The layers of the paper's tables, with the original code's initial weights."""

from collections.abc import Callable

import keras

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.dense import Dense
from infogan_tf.networks.specs import Conv, Up
from infogan_tf.settings import Number, checked

# Original code: N(0, 0.02), truncated at two standard deviations for D's convolutions.
NORMAL = keras.initializers.RandomNormal(stddev=0.02)
TRUNCATED_NORMAL = keras.initializers.TruncatedNormal(stddev=0.02)


def convolution(filters: int, strides: int, use_bias: bool = True) -> keras.layers.Layer:
    """A 4x4 convolution of D. Leave the bias out before a batch norm, which cancels it."""
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


def convolution_block(
    make: Callable[..., keras.layers.Layer], row: Conv | Up, activation: keras.layers.Layer
) -> list[keras.layers.Layer]:
    """The layers of one row: `convolution` or `up_convolution`, batch norm where the row has it, and an activation."""
    normalization = [BatchNorm()] if row.bn else []
    return [make(row.filters, row.strides, use_bias=not row.bn), *normalization, activation]


def dense_block(units: int, activation: keras.layers.Layer) -> list[keras.layers.Layer]:
    """FC, batch norm and an activation."""
    return [dense(units, use_bias=False), BatchNorm(), activation]


def leaky_relu(slope: float) -> keras.layers.Layer:
    """Leaky ReLU; `slope`, a number >= 0, applies below zero."""
    return keras.layers.LeakyReLU(negative_slope=checked("slope of a leaky ReLU", slope, Number()))


def relu() -> keras.layers.Layer:
    """Rectified linear unit."""
    return keras.layers.ReLU()
