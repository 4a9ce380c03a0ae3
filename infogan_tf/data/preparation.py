"""Conversion of pictures of any kind to images of the networks' size."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL
from PIL import ExifTags, Image, PngImagePlugin

Image.init()
# Of all that Pillow opens, not what it leaves to other programs and libraries to decode.
ENDINGS = {
    ending: format
    for ending, format in Image.registered_extensions().items()
    if format in Image.OPEN and format not in ("BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF")
} | {".mpo": "JPEG"}
FORMATS = sorted(set(ENDINGS.values()))
# Pillow refuses PNG files with more text than a MiB, which some programs write.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 2**28
# Pillow's Image.Transpose for each orientation in EXIF data but the upright one.
ROTATIONS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
WHITE = 2**16 - 1
# Much larger JPEG files are decoded at a half, a fourth or an eighth of their size, at least this many times ours.
DRAFT_FACTOR = 2
# To be increased with every change of pixels here, in image_files.py or in archive_labels.py.
PREPARATION_VERSION = 3


@dataclass(frozen=True)
class Preparation:
    """How pictures are converted to square images of one size.

    Attributes:
        size: height and width in pixels.
        channels: 1 (gray) or 3 (RGB); None if it follows from the pictures.
        crop: `center` takes the largest centered square, `none` squeezes the whole picture into one.
        white: the value that becomes white in pictures of more than 8 bits.

    >>> Preparation(16, 1, "center")(Image.new("RGB", (40, 20), "white")).shape
    (16, 16, 1)
    """

    size: int
    channels: int | None
    crop: str
    white: int = WHITE

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.size, self.size, self.channels

    @property
    def version(self) -> str:
        """What else decides the pixels: the version of this code and Pillow's."""
        return f"{PREPARATION_VERSION}, Pillow {PIL.__version__}"

    def __call__(self, picture: Image.Image) -> np.ndarray:
        """One image: uint8 `[size, size, channels]`; transparent parts become white."""
        picture = _upright(picture)
        if is_deep(picture):
            values = np.nan_to_num(np.asarray(picture)).clip(0, self.white)
            picture = Image.fromarray(np.rint(values / (self.white / 255)).astype(np.uint8))
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
        picture = picture.convert("L" if self.channels == 1 else "RGB")
        if self.crop == "center":
            side = min(picture.size)
            left, top = ((length - side) // 2 for length in picture.size)
            picture = picture.crop((left, top, left + side, top + side))
        resized = picture.resize((self.size, self.size), Image.Resampling.LANCZOS)
        return np.asarray(resized).reshape(self.image_shape)

    def of_pixels(self, pixels: np.ndarray) -> np.ndarray:
        """The same of uint8 pixels `[height, width, channels]`, of one channel or more."""
        return self(Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))


def open_picture(file: str | Path | BinaryIO, size: int) -> Image.Image:
    """A picture file, of an animation the first frame, to be prepared at a size; large JPEG files are decoded smaller.

    It should be used as a context manager, which closes the file.
    """
    picture = Image.open(file, formats=FORMATS)
    picture.draft(None, (DRAFT_FACTOR * size,) * 2)
    return picture


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture is gray with more than 8 bits, integer or float, which Pillow would clip at 255."""
    return picture.mode.startswith(("I", "F"))


def _upright(picture: Image.Image) -> Image.Image:
    """A picture turned as its EXIF data says, of which nothing else is read, since cameras write odd things."""
    picture.load()  # Which turns TIFF files.
    try:
        rotation = ROTATIONS.get(picture.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # Pillow raises many kinds of errors on damaged metadata.
        rotation = None
    return picture if rotation is None else picture.transpose(rotation)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Yields what a function gives for each item, in order, computed by one thread a core.

    The function should release Python's lock most of the time, as Pillow does. Few items are held at a time.
    """
    threads = cores()
    with ThreadPoolExecutor(threads) as pool:
        futures = (pool.submit(function, item) for item in items)
        pending = deque(islice(futures, 4 * threads))
        while pending:
            yield pending.popleft().result()
            pending.extend(islice(futures, 1))
