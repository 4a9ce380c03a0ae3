"""Pictures made of images: tiles in a grid, side by side, captions below."""

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from infogan_tf.files import write_atomically

Picture = np.ndarray  # uint8 [height, width, 3]

SCALE = 2
GAP = 8
LINE = 96  # A gray that shows on black as well as on white.
FONT_SIZE = 13
CHARACTER = 7  # Pixels; the mean of a text in this font is less than 6.1.
MARGIN = 4
CAPTION_WIDTH = 160  # Pixels, at least: some words a line.
MILLISECONDS = 80  # Of a frame.


def tile(images: np.ndarray, scale: int = SCALE) -> Picture:
    """Lays images out as a grid without gaps, as in the paper; a pixel is drawn `scale` pixels wide.

    From a scale of 2 on, thin lines show where an image begins: on black ones a place could not be seen without them.
    Images are `[rows, columns, height, width, channels]` in [0, 1], of one channel or three.
    """
    rows, columns, height, width, channels = np.shape(images)
    grid = np.asarray(images).transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, channels)
    pixels = np.rint(np.clip(grid, 0, 1) * 255).astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    picture = np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy()
    if scale > 1:
        picture[height * scale :: height * scale] = LINE
        picture[:, width * scale :: width * scale] = LINE
    return picture


def as_grid(images: np.ndarray, scale: int = SCALE) -> Picture:
    """As `tile`, but takes a batch `[batch, height, width, channels]` too: nearly a square, filled up with white.

    ValueError if the images have another shape, or are not floats.
    """
    images = np.asarray(images)
    if images.ndim not in (4, 5) or images.shape[-1] not in (1, 3) or not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            "images must be floats in [0, 1] of shape [batch, height, width, channels] or [rows, columns, height, "
            f"width, channels], of one channel or three, got {images.dtype.name} {list(images.shape)}"
        )
    if images.ndim == 4:
        columns = math.ceil(math.sqrt(len(images)))
        missing = -len(images) % columns
        images = np.concatenate([images, np.ones([missing, *images.shape[1:]], images.dtype)])
        images = images.reshape(-1, columns, *images.shape[1:])
    return tile(images, scale)


def stack(pictures: Sequence[Picture]) -> Picture:
    """Pictures one below the other, the narrower ones with white on their right."""
    width = max(picture.shape[1] for picture in pictures)
    padded = [
        np.pad(picture, [(0, 0), (0, width - picture.shape[1]), (0, 0)], constant_values=255) for picture in pictures
    ]
    return np.concatenate(padded, axis=0)


def side_by_side(left: Picture, right: Picture) -> Picture:
    """Two pictures of the same height with a white gap between them."""
    gap = np.full([left.shape[0], GAP, 3], 255, np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def with_caption(picture: Picture, caption: str) -> Picture:
    """Writes a caption on white below a picture, in as many lines as it needs; white goes beside a narrow picture."""
    width, line_height = max(picture.shape[1], CAPTION_WIDTH), FONT_SIZE + MARGIN
    lines = textwrap.wrap(caption, (width - 2 * MARGIN) // CHARACTER)
    strip = Image.new("RGB", (width, line_height * len(lines) + 2 * MARGIN), "white")
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(FONT_SIZE)
    for number, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + number * line_height), line, fill="black", font=font)
    return stack([picture, np.asarray(strip)])


def save_picture(path: Path, picture: Picture):
    """Writes a PNG file atomically."""
    write_atomically(path, lambda partial: Image.fromarray(picture).save(partial, "PNG"))


def save_animation(path: Path, frames: list[Picture], and_back: bool = True):
    """Writes a GIF, atomically, that loops through the frames, or runs back before it starts again."""
    images = [Image.fromarray(frame) for frame in frames]
    write_atomically(path, lambda partial: write_animation(partial, images, and_back))


def write_animation(file: Path | BinaryIO, frames: Sequence[Image.Image], and_back: bool):
    """Writes such a GIF to a path or a binary file."""
    first, *rest = [*frames, *frames[-2:0:-1]] if and_back else frames
    first.save(file, "GIF", save_all=True, append_images=rest, duration=MILLISECONDS, loop=0)
