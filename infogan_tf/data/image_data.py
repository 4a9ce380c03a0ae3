"""A set of images, and where it came from."""

import dataclasses
import hashlib

import numpy as np

# Of a set without a test split every fifth image is held out; for validation every sixth training image, which of
# MNIST's 60,000 are 10,000.
HOLD_OUT_EVERY = 5
VALIDATE_EVERY = 6


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

    def for_validation(self) -> "ImageData":
        """The same set with every sixth training image held out in place of the test images, which are left unread.

        Settings are chosen on these, so that the test images can be read once, by runs that no choice depends on.
        """
        training, held_out = hold_out(self.training, VALIDATE_EVERY)
        return dataclasses.replace(
            self, training=training, held_out=held_out, name=f"{self.name} without its validation split"
        )

    def fingerprint(self) -> str:
        """A hash of the training images, by which a resumed run knows its data again."""
        return hashlib.sha256(np.ascontiguousarray(self.training)).hexdigest()


def evenly_spread(images: np.ndarray, number: int) -> np.ndarray:
    """`number` images that lie evenly through a set, which may be sorted by class; all of a set that has fewer."""
    number = min(number, len(images))
    return images[np.arange(number) * len(images) // number]


def hold_out(images: np.ndarray, every: int = HOLD_OUT_EVERY) -> tuple[np.ndarray, np.ndarray]:
    """Splits off every fifth (or `every`-th) image or label: (training, held out).

    The split is fixed, and even over a set that is sorted by class.
    """
    is_held_out = np.arange(len(images)) % every == every - 1
    return images[~is_held_out], images[is_held_out]
