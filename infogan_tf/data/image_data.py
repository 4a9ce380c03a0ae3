"""A set of images, and where it came from."""

import dataclasses
import hashlib
from collections.abc import Iterator

import numpy as np

from infogan_tf.data.store import SplitWriter, is_held_out, stored
from infogan_tf.errors import SettingError

# Of a data set without a test split every fifth image is held out, of a user's own images every tenth; for
# validation every sixth training image, which of MNIST's 60,000 are 10,000.
HOLD_OUT_EVERY = 5
HOLD_OUT_OWN_EVERY = 10
VALIDATE_EVERY = 6
CHUNK = 1024


@dataclasses.dataclass(frozen=True)
class ImageData:
    """Images to train on and images held out, with their origin. There are no labels here.

    Attributes:
        training: uint8 `[number, height, width, channels]`; sets that were loaded are read-only memory maps.
        held_out: the same, never trained on.
        source: `tfds`, `embedded`, `rendered`, `folder` or `npz`.
        name: what the images are, for captions.
        reason: why this source was used.
        is_fallback: whether the preferred data was not available on this machine.
        skipped: images that could not be read, each as `name: reason`.
        known_fingerprint: what `fingerprint` returns, if it was computed before.
        held_out_fingerprint: SHA-256 of the bytes of all held-out images, if they were loaded.

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
    skipped: tuple[str, ...] = ()
    known_fingerprint: str | None = None
    held_out_fingerprint: str | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.training.shape[1:]

    @property
    def description(self) -> str:
        """One line: what, how many, why."""
        counts = f"{len(self.training):,} training and {len(self.held_out):,} held-out images"
        return f"{self.name}, {counts} ({self.reason})"

    @property
    def caption(self) -> str:
        """The data in a picture's caption; of a fallback with its reason."""
        caption = f"{self.name}, {len(self.training):,} images"
        return f"{caption}, since {self.reason}" if self.is_fallback else caption

    def for_validation(self) -> "ImageData":
        """The same set with every sixth training image held out in place of the test images.

        Settings are chosen on these. The test images have been decoded, but stay unused until runs that no choice
        depends on are measured on them once.
        """

        def fill(writer: SplitWriter) -> tuple[str, ...]:
            for images in _chunks(self.training):
                writer.split(images, VALIDATE_EVERY)
            return self.skipped

        fingerprint = self.fingerprint()
        split = stored(f"validation-{fingerprint[:16]}", fingerprint, fill)
        return dataclasses.replace(self, **split._asdict(), name=f"{self.name} without its validation split")

    def fingerprint(self) -> str:
        """SHA-256 of the training images' bytes, by which a resumed run recognizes its data."""
        if self.known_fingerprint is not None:
            return self.known_fingerprint
        digest = hashlib.sha256()
        for images in _chunks(self.training):
            digest.update(np.ascontiguousarray(images))
        return digest.hexdigest()


def check_two_batches(data: ImageData, batch_size: int):
    """Checks that a user's own images make two batches, and that a batch is no larger than the data set.

    Raises:
        SettingError: naming `images` or `batch_size`.
    """
    number = len(data.training)
    if data.source in ("folder", "npz") and number < 2 * batch_size:
        expected = f"at least {2 * batch_size} training images, two batches of {batch_size}"
        raise SettingError("images", expected, f"{number} from {data.name} ({data.reason})")
    if batch_size > number:
        raise SettingError("batch_size", f"at most {number}, the number of training images", batch_size)


def evenly_spread(images: np.ndarray, number: int) -> np.ndarray:
    """`number` images spread evenly over a set, which may be sorted by class; all of a set that has fewer."""
    number = min(number, len(images))
    return images[np.arange(number) * len(images) // number]


def hold_out(values: np.ndarray, every: int = HOLD_OUT_EVERY) -> tuple[np.ndarray, np.ndarray]:
    """Splits off every fifth (or `every`-th) value: (training, held out), as `SplitWriter.split` does with images."""
    held_out = is_held_out(np.arange(len(values)), every)
    return values[~held_out], values[held_out]


def _chunks(images: np.ndarray) -> Iterator[np.ndarray]:
    return (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
