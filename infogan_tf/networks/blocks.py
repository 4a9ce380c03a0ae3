"""The layers of the paper's tables, with the original code's initial weights."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras

from infogan_tf.configs.fields import Integer, Number, checked
from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.dense import Dense

# Original code: N(0, 0.02), truncated at two standard deviations for D's convolutions.
NORMAL = keras.initializers.RandomNormal(stddev=0.02)
TRUNCATED_NORMAL = keras.initializers.TruncatedNormal(stddev=0.02)


@dataclasses.dataclass(frozen=True)
class ConvolutionRow:
    """A 4x4 convolution in a table of layers: the width of its output, its stride, and whether batch norm follows.

    Raises:
        ValueError: `filters` is not an integer >= 1, `strides` neither 1 nor 2, or `bn` neither True nor False.
    """

    filters: int
    strides: int = 2
    bn: bool = False

    def __post_init__(self):
        kind = type(self).__name__
        object.__setattr__(self, "filters", checked(f"filters of {kind}", self.filters, Integer(1)))
        object.__setattr__(self, "strides", checked(f"strides of {kind}", self.strides, Integer(1, 2)))
        if not isinstance(self.bn, bool):
            raise ValueError(f"bn of {kind} must be True or False, got {self.bn!r}")


def checked_rows(name: str, rows: Any, kind: type[ConvolutionRow]) -> tuple[ConvolutionRow, ...]:
    """A list or tuple of rows of one kind as a tuple; ValueError if it is none."""
    if not isinstance(rows, list | tuple) or not all(isinstance(row, kind) for row in rows):
        raise ValueError(f"{name} must be a tuple of {kind.__name__}, got {rows!r}")
    return tuple(rows)


def checked_sizes(name: str, sizes: Any, number: int | None = None) -> tuple[int, ...]:
    """A list or tuple of integers >= 1, `number` of them if given, as a tuple; ValueError if it is none."""
    right = isinstance(sizes, list | tuple) and all(map(Integer(1).accepts, sizes))
    if not right or number not in (None, len(sizes)):
        expected = "a tuple of" if number is None else number
        raise ValueError(f"{name} must be {expected} integers >= 1, got {sizes!r}")
    return tuple(sizes)


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


def convolution_block(
    make: Callable[..., keras.layers.Layer], row: ConvolutionRow, activation: keras.layers.Layer
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
