"""The networks' layers as data, in the form of the paper's tables. Nothing here loads TensorFlow."""

import dataclasses
import math
from typing import Any

from infogan_tf.config import IMAGE_SIZES
from infogan_tf.settings import Choice, Integer, checked

OUTPUTS = ("sigmoid", "tanh")
SIZES = range(IMAGE_SIZES.lower_bound, IMAGE_SIZES.upper_bound + 1, IMAGE_SIZES.factor)
SMALLEST_HALVED = 8  # Sizes are halved down to a grid of 4x4 to 7x7, or to an odd one up to 15x15.
MAX_CHANNELS = 512
# Larger images get half the channels: 64x64 would otherwise cost 8 times as much as MNIST, and not twice.
MAX_WIDE_SIZE = 32


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


class Up(ConvolutionRow):
    """A 4x4 transposed convolution, which enlarges by `strides`, batch norm if `bn`, and ReLU."""


@dataclasses.dataclass(frozen=True)
class GeneratorSpec:
    """The layers of a generator; the last up-convolution, to the image's channels, is left out.

    Attributes:
        grid: height, width and channels of the FC layer that the up-convolutions start from; batch norm and ReLU
            follow it.
        ups: the up-convolutions. One more of stride 2, without batch norm, makes the image.
        dense: widths of FC layers before the grid, each with batch norm and ReLU.
        output: `sigmoid`, or `tanh`, whose values are mapped from [-1, 1] to [0, 1].

    Raises:
        ValueError: an argument is not of this form.
    """

    grid: tuple[int, int, int]
    ups: tuple[Up, ...]
    dense: tuple[int, ...] = ()
    output: str = "sigmoid"

    def __post_init__(self):
        object.__setattr__(self, "grid", checked_sizes("grid of GeneratorSpec", self.grid, number=3))
        object.__setattr__(self, "ups", checked_rows("ups of GeneratorSpec", self.ups, Up))
        object.__setattr__(self, "dense", checked_sizes("dense of GeneratorSpec", self.dense))
        checked("output of GeneratorSpec", self.output, Choice(OUTPUTS))

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the images."""
        scale = 2 * math.prod(up.strides for up in self.ups)
        return self.grid[0] * scale, self.grid[1] * scale


class Conv(ConvolutionRow):
    """A 4x4 convolution, which shrinks by `strides`, batch norm if `bn`, and leaky ReLU."""


@dataclasses.dataclass(frozen=True)
class DiscriminatorSpec:
    """The layers of D and Q; their last FC layers, one for each, are left out.

    Attributes:
        convs: one or more convolutions.
        dense: widths of FC layers after them, each with batch norm and leaky ReLU.
        code_hidden: width of an FC layer of Q's own, with batch norm and leaky ReLU; None if D and Q differ only in
            their last layers.
        signed_input: whether images are mapped from [0, 1] to [-1, 1] first, as for a generator with a tanh.

    Raises:
        ValueError: an argument is not of this form.
    """

    convs: tuple[Conv, ...]
    dense: tuple[int, ...] = ()
    code_hidden: int | None = None
    signed_input: bool = False

    def __post_init__(self):
        object.__setattr__(self, "convs", checked_rows("convs of DiscriminatorSpec", self.convs, Conv))
        object.__setattr__(self, "dense", checked_sizes("dense of DiscriminatorSpec", self.dense))
        if not self.convs:
            raise ValueError("convs of DiscriminatorSpec must be one or more, got none")
        if self.code_hidden is not None and not Integer(1).accepts(self.code_hidden):
            raise ValueError(
                f"code_hidden of DiscriminatorSpec must be an integer >= 1, or None, got {self.code_hidden!r}"
            )
        if not isinstance(self.signed_input, bool):
            raise ValueError(f"signed_input of DiscriminatorSpec must be True or False, got {self.signed_input!r}")


def specs_for(image_shape: tuple[int, int, int]) -> tuple[GeneratorSpec, DiscriminatorSpec]:
    """Networks for square images of any multiple of 8 from 16 to 128 pixels, in gray or in color.

    Those of the paper's SVHN and CelebA (32x32x3), made deeper with the size: D halves the image by convolutions of 64
    channels (32 above 32 pixels), doubled each time up to 512, until its grid is 4x4 to 7x7 or can't be halved any
    more; G mirrors it. Deviation: batch norm in all layers but G's last and D's first, because without it
    in G a deep D soon outperforms it by far.

    Millions of multiply-adds of one image in a forward pass, and of parameters, with 132 latents and 14 outputs of Q
    (D needs as many as G to 2 %; for comparison, MNIST's networks: 13 and 6.7):

    | image | multiply-adds of G | parameters of G |
    | --- | --- | --- |
    | 16x16x3 | 2.6 | 0.41 |
    | 32x32x3 | 18 | 1.2 |
    | 64x64x3 | 27 | 1.2 |
    | 128x128x3 | 142 | 3.9 |

    Args:
        image_shape: (height, width, channels).

    Raises:
        ValueError: the images have another shape.

    >>> generator, discriminator = specs_for((32, 32, 3))
    >>> generator.grid, [conv.filters for conv in discriminator.convs]
    ((4, 4, 256), [64, 128, 256])
    """
    size = _checked_size(image_shape)
    filters = _filters(size)
    grid = size // 2 ** len(filters)
    generator = GeneratorSpec(
        grid=(grid, grid, filters[-1]),
        ups=tuple(Up(width, bn=True) for width in reversed(filters[:-1])),
        output="tanh",
    )
    discriminator = DiscriminatorSpec(
        convs=tuple(Conv(width, bn=number > 0) for number, width in enumerate(filters)),
        code_hidden=128,
        signed_input=True,
    )
    return generator, discriminator


def _filters(size: int) -> list[int]:
    """Channels of D's convolutions; one for each time that the size can be halved."""
    width = 64 if size <= MAX_WIDE_SIZE else 32
    filters = []
    while size >= SMALLEST_HALVED and size % 2 == 0:
        filters.append(min(width, MAX_CHANNELS))
        size, width = size // 2, 2 * width
    return filters


def _checked_size(image_shape: Any) -> int:
    shape = tuple(image_shape) if isinstance(image_shape, list | tuple) else image_shape
    if not isinstance(shape, tuple) or shape not in {(size, size, channels) for size in SIZES for channels in (1, 3)}:
        raise ValueError(
            "image_shape must be (size, size, channels) with a size from 16 to 128 that is a multiple of 8 and 1 or 3 "
            f"channels, got {image_shape!r}"
        )
    return shape[0]


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
