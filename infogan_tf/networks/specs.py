"""The networks' layers as data, checked, in the form of the paper's tables. Nothing here loads TensorFlow."""

import dataclasses
import math
from typing import Any

from infogan_tf.options import check_integer, check_sizes

SIZES = range(16, 129, 8)  # Of the images that `specs_for` has networks for.


@dataclasses.dataclass(frozen=True)
class ConvolutionRow:
    """A 4x4 convolution in a table of layers: its channels, its stride, 1 or 2, and whether batch norm follows.

    >>> Conv(64), Up(64, bn=True)
    (Conv(filters=64, strides=2, bn=False), Up(filters=64, strides=2, bn=True))
    """

    filters: int
    strides: int = 2
    bn: bool = False

    def __post_init__(self):
        object.__setattr__(self, "filters", check_integer("filters", self.filters, 1))
        object.__setattr__(self, "strides", check_integer("strides", self.strides, 1, 2))


class Up(ConvolutionRow):
    """A 4x4 transposed convolution, which enlarges by `strides`, batch norm if `bn`, and ReLU."""


class Conv(ConvolutionRow):
    """A 4x4 convolution, which shrinks by `strides`, batch norm if `bn`, and leaky ReLU."""


@dataclasses.dataclass(frozen=True)
class GeneratorSpec:
    """The layers of a generator, without the up-convolution of stride 2 that makes the image; batch norm follows FC.

    >>> GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True),)).image_size
    (28, 28)
    """

    grid: tuple[int, int, int]  # Height, width and channels of the FC layer that the up-convolutions start from.
    ups: tuple[Up, ...]
    dense: tuple[int, ...] = ()  # Widths of FC layers before the grid.
    output: str = "sigmoid"  # Or `tanh`, whose values are mapped from [-1, 1] to [0, 1].

    def __post_init__(self):
        object.__setattr__(self, "grid", check_sizes("grid of GeneratorSpec", self.grid, number=3))
        object.__setattr__(self, "ups", _rows("ups of GeneratorSpec", self.ups, Up))
        object.__setattr__(self, "dense", check_sizes("dense of GeneratorSpec", self.dense))
        if self.output not in ("sigmoid", "tanh"):
            raise ValueError(f"output of GeneratorSpec must be sigmoid or tanh, got {self.output!r}")

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the images."""
        scale = 2 * math.prod(up.strides for up in self.ups)
        return self.grid[0] * scale, self.grid[1] * scale

    def scaled(self, width: float) -> "GeneratorSpec":
        """The same layers with `width` times the channels and units, rounded, and at least one.

        >>> GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64),)).scaled(1 / 4).grid
        (7, 7, 32)
        """
        height, grid_width, channels = self.grid
        return dataclasses.replace(
            self,
            dense=_scaled(self.dense, width),
            grid=(height, grid_width, *_scaled((channels,), width)),
            ups=_scaled_rows(self.ups, width),
        )


@dataclasses.dataclass(frozen=True)
class DiscriminatorSpec:
    """The layers of D and Q, without the last FC layer of each; batch norm and leaky ReLU follow the other FC layers.

    >>> DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128).scaled(1 / 4).dense
    (256,)
    """

    convs: tuple[Conv, ...]
    dense: tuple[int, ...] = ()  # Widths of FC layers after the convolutions.
    code_hidden: int | None = None  # Width of an FC layer of Q's own; None if only their last layers differ.
    signed_input: bool = False  # Whether images are mapped from [0, 1] to [-1, 1], as for a generator with a tanh.
    batch_norm: bool = True  # False: in no layer, whatever the rows say, and initial weights are Glorot's.

    def __post_init__(self):
        object.__setattr__(self, "convs", _rows("convs of DiscriminatorSpec", self.convs, Conv))
        object.__setattr__(self, "dense", check_sizes("dense of DiscriminatorSpec", self.dense))
        if self.code_hidden is not None:
            check_integer("code_hidden of DiscriminatorSpec", self.code_hidden, 1)

    def scaled(self, width: float) -> "DiscriminatorSpec":
        """The same layers with `width` times the channels and units, as for a generator."""
        hidden = None if self.code_hidden is None else _scaled((self.code_hidden,), width)[0]
        convs, dense = _scaled_rows(self.convs, width), _scaled(self.dense, width)
        return dataclasses.replace(self, convs=convs, dense=dense, code_hidden=hidden)


def specs_for(image_shape: tuple[int, int, int]) -> tuple[GeneratorSpec, DiscriminatorSpec]:
    """Networks for square images of any multiple of 8 from 16 to 128 pixels, in gray or in color.

    Those of the paper's SVHN and CelebA (32x32x3), made deeper with the size: D halves the image by convolutions of 64
    channels (32 above 32 pixels), doubled each time, until its grid is 4x4 to 7x7 or can't be halved any
    more; G mirrors it. Deviation: batch norm in all layers but G's last and D's first, because without it
    in G a deep D soon outperforms it by far.

    At 16, 32, 64 and 128 pixels in color, with 132 latents and 14 outputs of Q, G takes 2.6, 18, 27 and 142 million
    multiply-adds for one image and has 0.41, 1.2, 1.2 and 3.9 million parameters; D's numbers are within 2 % of these.
    For comparison, those of MNIST: 13 and 6.7 million.

    ValueError if the shape, (height, width, channels), is another one.

    >>> generator, discriminator = specs_for((32, 32, 3))
    >>> generator.grid, [conv.filters for conv in discriminator.convs]
    ((4, 4, 256), [64, 128, 256])
    """
    height, size, channels = check_sizes("image_shape", image_shape, number=3)
    if height != size or size not in SIZES or channels not in (1, 3):
        expected = f"a size from {SIZES[0]} to {SIZES[-1]} that is a multiple of {SIZES.step} and 1 or 3 channels"
        raise ValueError(f"image_shape must be (size, size, channels) with {expected}, got {image_shape!r}")
    # Larger images get half the channels: 64x64 would otherwise cost 8 times as much as MNIST, and not twice.
    grid, width, filters = size, 64 if size <= 32 else 32, []
    while grid >= 8 and grid % 2 == 0:
        filters.append(width)
        grid, width = grid // 2, 2 * width
    ups = tuple(Up(width, bn=True) for width in reversed(filters[:-1]))
    convs = tuple(Conv(width, bn=number > 0) for number, width in enumerate(filters))
    generator = GeneratorSpec(grid=(grid, grid, filters[-1]), ups=ups, output="tanh")
    return generator, DiscriminatorSpec(convs=convs, code_hidden=128, signed_input=True)


def _rows(name: str, rows: Any, kind: type[ConvolutionRow]) -> tuple[ConvolutionRow, ...]:
    """Rows as a tuple; Keras saves them as dicts."""
    if not isinstance(rows, list | tuple) or not all(isinstance(row, kind | dict) for row in rows):
        raise ValueError(f"{name} must be a tuple of {kind.__name__}, got {rows!r}")
    return tuple(kind(**row) if isinstance(row, dict) else row for row in rows)


def _scaled(sizes: tuple[int, ...], width: float) -> tuple[int, ...]:
    return tuple(max(1, round(width * size)) for size in sizes)


def _scaled_rows(rows: tuple[ConvolutionRow, ...], width: float) -> tuple[ConvolutionRow, ...]:
    return tuple(dataclasses.replace(row, filters=_scaled((row.filters,), width)[0]) for row in rows)
