"""Networks that follow from the size of the images."""

from typing import Any

from infogan_tf.networks.discriminator import Conv, DiscriminatorSpec
from infogan_tf.networks.generator import GeneratorSpec, Up

SIZES = range(16, 129, 8)
SMALLEST_HALVED = 8  # Halving goes on down to a grid of 4x4 to 7x7.
MAX_CHANNELS = 512
# Larger images get half the channels: 128x128 would otherwise cost 40 times as much as MNIST, and not 11 times.
MAX_WIDE_SIZE = 64


def specs_for(image_shape: tuple[int, int, int]) -> tuple[GeneratorSpec, DiscriminatorSpec]:
    """Networks for square images of any multiple of 8 from 16 to 128 pixels, in gray or in color.

    Those of the paper's SVHN and CelebA (32x32x3), made deeper with the size: D halves the image by convolutions of 64
    channels (32 above 64 pixels), doubled each time up to 512, until its grid is 4x4 to 7x7; G mirrors it, from a grid
    that the strides reach exactly. Deviation: batch norm in all layers but G's last and D's first, because without it
    in G a deep D soon outperforms it by far.

    Millions of multiply-adds of one image in a forward pass, and of parameters, with 132 latents and 14 outputs of Q
    (D needs as many as G to 2 %; for comparison, MNIST's networks: 13 and 6.7):

    | image | multiply-adds of G | parameters of G |
    | --- | --- | --- |
    | 16x16x3 | 2.6 | 0.41 |
    | 32x32x3 | 18 | 1.2 |
    | 64x64x3 | 105 | 3.9 |
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
    depth = 1
    while size % 2 ** (depth + 1) == 0 and depth < len(filters):
        depth += 1
    grid = size // 2**depth
    generator = GeneratorSpec(
        grid=(grid, grid, filters[depth - 1]),
        ups=tuple(Up(width, bn=True) for width in reversed(filters[: depth - 1])),
        output="tanh",
    )
    discriminator = DiscriminatorSpec(
        convs=tuple(Conv(width, bn=number > 0) for number, width in enumerate(filters)),
        code_hidden=128,
        signed_input=True,
    )
    return generator, discriminator


def _filters(size: int) -> list[int]:
    """Channels of D's convolutions."""
    width = 64 if size <= MAX_WIDE_SIZE else 32
    filters = []
    while size >= SMALLEST_HALVED:
        filters.append(min(width, MAX_CHANNELS))
        size, width = (size + 1) // 2, 2 * width
    return filters


def _checked_size(image_shape: Any) -> int:
    shape = tuple(image_shape) if isinstance(image_shape, list | tuple) else image_shape
    if not isinstance(shape, tuple) or shape not in {(size, size, channels) for size in SIZES for channels in (1, 3)}:
        raise ValueError(
            "image_shape must be (size, size, channels) with a size from 16 to 128 that is a multiple of 8 and 1 or 3 "
            f"channels, got {image_shape!r}"
        )
    return shape[0]
