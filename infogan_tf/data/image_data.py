"""A set of images, and where it came from."""

import dataclasses
import hashlib

import numpy as np

from infogan_tf.data.labels import Labels
from infogan_tf.errors import SettingError

OWN_SOURCES = ("folder", "archive", "npz")


@dataclasses.dataclass(frozen=True)
class ImageData:
    """Images to train on and images held out, with their origin.

    Attributes:
        training: uint8 `[number, height, width, channels]`; sets that were loaded are read-only memory maps.
        held_out: the same, never trained on.
        source: `tfds`, `embedded`, `rendered`, `folder`, `archive` or `npz`.
        name: what the images are, for captions.
        reason: why this source was used.
        is_fallback: whether the preferred data was not available on this machine.
        skipped: images that could not be read, each as `name: reason`.
        labels: of the training images, then of the held-out ones; only `infogan_tf.data.factors` reads them.
        training_fingerprint: SHA-256 of the bytes of all training images, if they were loaded.
        held_out_fingerprint: the same of the held-out images.

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
    labels: Labels = dataclasses.field(default_factory=Labels, repr=False)
    training_fingerprint: str | None = None
    held_out_fingerprint: str | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.training.shape[1:]

    @property
    def is_own(self) -> bool:
        """Whether they are a person's own images, given as `images`, and not a data set."""
        return self.source in OWN_SOURCES

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

    def fingerprint(self) -> str:
        """SHA-256 of the training images' bytes, by which a resumed run recognizes its data."""
        return self.training_fingerprint or hashlib.sha256(np.ascontiguousarray(self.training)).hexdigest()


def check_two_batches(data: ImageData, batch_size: int):
    """Checks that a user's own images make two batches, and that a batch is no larger than the data set.

    Raises:
        SettingError: naming `images` or `batch_size`.
    """
    number = len(data.training)
    if data.is_own and number < 2 * batch_size:
        expected = f"at least {2 * batch_size} training images, two batches of {batch_size}"
        raise SettingError("images", expected, f"{number} from {data.name} ({data.reason})")
    if batch_size > number:
        raise SettingError("batch_size", f"at most {number}, the number of training images", batch_size)


def evenly_spread(images: np.ndarray, number: int) -> np.ndarray:
    """`number` images spread evenly over a set, which may be sorted by class; all of a set that has fewer."""
    number = min(number, len(images))
    return images[np.arange(number) * len(images) // number]
