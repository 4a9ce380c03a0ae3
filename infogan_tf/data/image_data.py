"""A set of images, and where it came from."""

import dataclasses
import hashlib

import numpy as np

HOLD_OUT_EVERY = 5


@dataclasses.dataclass(frozen=True)
class ImageData:
    """Images to train on and images held out, with their origin. There are no labels here.

    Attributes:
        training: uint8 `[number, height, width, channels]`.
        held_out: the same, never trained on.
        source: `tfds` or `embedded`.
        name: what the images are, for captions.
        reason: why they were taken from there.
        is_fallback: whether better data would have been taken, had this machine had it.

    >>> digits = np.zeros([10, 28, 28, 1], np.uint8)
    >>> ImageData(digits, digits[:2], source="tfds", name="digits", reason="found").description
    'digits, 10 training and 2 held-out images (found)'
    """

    training: np.ndarray
    held_out: np.ndarray
    source: str
    name: str
    reason: str
    is_fallback: bool = False

    @property
    def description(self) -> str:
        """One line: what, how many, why."""
        counts = f"{len(self.training):,} training and {len(self.held_out):,} held-out images"
        return f"{self.name}, {counts} ({self.reason})"

    @property
    def caption(self) -> str:
        """What a picture made from these images says of them; a fallback with its reason."""
        caption = f"{self.name}, {len(self.training):,} images"
        return f"{caption}, since {self.reason}" if self.is_fallback else caption

    def fingerprint(self) -> str:
        """A hash of the training images, by which a resumed run knows its data again."""
        return hashlib.sha256(np.ascontiguousarray(self.training)).hexdigest()


def evenly_spread(images: np.ndarray, number: int) -> np.ndarray:
    """`number` images that lie evenly through a set, which may be sorted by class; all of a set that has fewer."""
    number = min(number, len(images))
    return images[np.arange(number) * len(images) // number]


def hold_out(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits off every fifth image or label: (training, held out). Fixed, and even over a set sorted by class."""
    is_held_out = np.arange(len(images)) % HOLD_OUT_EVERY == HOLD_OUT_EVERY - 1
    return images[~is_held_out], images[is_held_out]
