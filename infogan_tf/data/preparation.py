"""Conversion of pictures of any kind to images of the networks' size."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import PIL
from PIL import Image
from tqdm import tqdm

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# Much larger JPEG files are decoded at a half, a fourth or an eighth of their size, at least this many times ours.
DRAFT_FACTOR = 2
# To be increased with every change of pixels here, in image_files.py or in archive_labels.py.
PREPARATION_VERSION = 2


@dataclass(frozen=True)
class Preparation:
    """How pictures are converted to square images of one size.

    Attributes:
        size: height and width in pixels.
        channels: 1 (gray) or 3 (RGB); None if it follows from the pictures.
        crop: `center` takes the largest centered square, `none` squeezes the whole picture into one.

    >>> Preparation(16, 1, "center")(Image.new("RGB", (40, 20), "white")).shape
    (16, 16, 1)
    """

    size: int
    channels: int | None
    crop: str

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
        if picture.mode.startswith("I"):  # 16-bit gray, which Pillow would clip at 255.
            picture = Image.fromarray(np.rint(np.asarray(picture) / 257).astype(np.uint8))
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


def in_parallel(function: Callable[[Any], Any], items: Iterable[Any], number: int, label: str | None) -> Iterator[Any]:
    """Yields what a function gives for each item, in order, computed by one thread a core.

    The function should release Python's lock most of the time, as Pillow does. Few items are held at a time. A label
    is that of a progress bar of `number` items, which is shown on a terminal alone.
    """
    bar_format = f"  {label} |{{bar:40}}| {{n_fmt}} of {{total_fmt}}, {{remaining}} left"
    disable = True if label is None else None  # None hides the bar where stdout is no terminal.
    bar = tqdm(total=number, file=sys.stdout, disable=disable, leave=False, bar_format=bar_format)
    threads = os.cpu_count() or 1
    with bar, ThreadPoolExecutor(threads) as pool:
        futures = (pool.submit(function, item) for item in items)
        pending = deque(islice(futures, 4 * threads))
        while pending:
            yield pending.popleft().result()
            pending.extend(islice(futures, 1))
            bar.update()
