"""A set of images with its labels, and where it came from."""

import dataclasses
import hashlib
from collections.abc import Mapping

import numpy as np

from infogan_tf.errors import SettingError

ClassNames = tuple[str, ...] | None

FEW_HELD_OUT = 30  # Among fewer images, what is measured may be chance.


@dataclasses.dataclass(frozen=True)
class Labels:
    """What a data set says about each of its images, in their order; by default nothing.

    Attributes:
        columns: for each label by name a number, a truth value or text of each image, `[number]`.
        class_names: of some labels by name, what their values mean, which are positions in this tuple.
        origin: what they were taken from, or why there are none.
    """

    columns: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    class_names: Mapping[str, ClassNames] = dataclasses.field(default_factory=dict)
    origin: str = ""

    def __getitem__(self, index: slice | np.ndarray) -> "Labels":
        return dataclasses.replace(self, columns={name: column[index] for name, column in self.columns.items()})

    @property
    def rows(self) -> np.ndarray:
        """The same as an array `[number]`, whose fields have names of their own: labels may be called anything."""
        return np.asarray(np.rec.fromarrays(list(self.columns.values())))

    @property
    def description(self) -> str:
        """One line: which, and from what, or why there are none."""
        names = list(self.columns)
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return f"{', '.join(names[:5])}{more}, from {self.origin}" if names else f"none, {self.origin}"

    def fingerprint(self) -> str:
        """SHA-256 of all of them."""
        digest = hashlib.sha256(repr(self.class_names).encode())
        for name, column in self.columns.items():
            digest.update(repr((name, column.dtype)).encode() + column.tobytes())
        return digest.hexdigest()


@dataclasses.dataclass(frozen=True)
class ImageData:
    """Images to train on and images held out, with their origin.

    Attributes:
        training: uint8 `[number, height, width, channels]`; sets that were loaded are read-only memory maps.
        held_out: the same, not trained on.
        source: `tfds`, `embedded`, `rendered`, `folder`, `archive` or `npz`.
        name: what the images are, for captions.
        reason: why this source was used.
        is_fallback: whether the preferred data was not available on this machine.
        skipped: images that were left out, each as `name: reason`.
        notes: what else a person should know of them, a line each.
        white: the value that became white in pictures of more than 8 bits.
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
    notes: tuple[str, ...] = ()
    white: int = 2**16 - 1
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
        return self.source in ("folder", "archive", "npz")

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
    """Raises a SettingError if a user's own images don't make two batches, or a data set not even one."""
    number = len(data.training)
    if data.is_own and number < 2 * batch_size:
        expected = f"at least {2 * batch_size} training images, two batches of batch_size={batch_size}"
        raise SettingError("images", expected, f"{number} from {data.name}")
    if batch_size > number:
        raise SettingError("batch_size", f"at most {number}, the number of training images", batch_size)


def held_out_warning(number: int) -> str | None:
    """What an evaluation on so many held-out images suffers from, if anything."""
    if not number:
        return "no image is held out, so the run can't be evaluated"
    few = f"only {number} images are held out" if number > 1 else "only one image is held out"
    return f"{few}: what is measured on fewer than {FEW_HELD_OUT} means little" if number < FEW_HELD_OUT else None


def evenly_spread(images: np.ndarray, number: int) -> np.ndarray:
    """`number` images spread evenly over a set, which may be sorted by class; all of a set that has fewer."""
    number = min(number, len(images))
    return images[np.arange(number) * len(images) // number]
