"""Labels of images as factors, for evaluation alone: of training only its first messages say which are unusable."""

import re
import warnings
from dataclasses import dataclass

import numpy as np

from infogan_tf.data.image_data import ClassNames, ImageData, Labels

MAX_CLASSES = 20
# Integers whose name ends with one of these words are classes, however many.
CLASS_NAME = re.compile("(?<![a-z])(identity|id|person|subject|object|model|class)$", re.IGNORECASE)
# Whole words, in the singular or plural: not the angle of rectangle.
ANGLE_NAME = re.compile(
    "(?<![a-z])(azimuth|elevation|angle|rotation|orientation|hue|degree|deg)s?(?![a-z])", re.IGNORECASE
)
MIN_ANGLE_RANGE = 270  # Of four views all around: 0, 90, 180 and 270 degrees.


@dataclass(frozen=True)
class Factor:
    """One property of the images of an `ImageData`, in their order.

    Attributes:
        name: its name in the data set.
        kind: `class` (one of several), `attribute` (one of two), `ordered` (a number) or `angle` (degrees; 360 is 0).
        training: `[number]`, int64 class or attribute (0 or 1), else float64.
        held_out: the same.
        class_names: of classes and attributes what each number means, else None.
    """

    name: str
    kind: str
    training: np.ndarray
    held_out: np.ndarray
    class_names: tuple[str, ...] | None = None

    @property
    def num_classes(self) -> int | None:
        """How many classes a class or attribute has, else None."""
        return self.class_names and len(self.class_names)


def load_factors(data: ImageData) -> tuple[Factor, ...]:
    """The factors of loaded images.

    Labels that are the same for all images, unknown for some, or text that identifies single images are left out with a
    warning. Numbers whose name indicates an angle are angles if their range is 270 or larger, otherwise they are
    ordered. Other numbers are classes if TFDS says so; of other sources if they are integers with at most 20 values, or
    with a name that says so, such as identity, and several images each. Text is classes, unless
    all values of a label are numbers; but numbers with leading zeros, such as 00042, and folders that are numbered one
    by one from 0 or 1 are classes.
    """
    factors = []
    labels, number = data.labels, len(data.training)
    for name, (values, problem) in _read_labels(labels).items():
        if problem is not None:
            warnings.warn(f"{name}, a label of {data.name}, is left out: {problem}", stacklevel=2)
            continue
        class_names = labels.class_names.get(name)
        of_folders = data.source != "npz" and labels.columns[name].dtype.kind == "U"
        are_classes = of_folders and values.dtype.kind == "f" and _count_up(values)
        kind, values, class_names = _interpret(name, values, class_names, are_classes, data.source != "tfds")
        factors.append(Factor(name, kind, values[:number], values[number:], class_names))
    return tuple(factors)


def unusable_labels(data: ImageData) -> dict[str, str]:
    """Why some labels of loaded images can't be factors, by name."""
    return {name: problem for name, (_, problem) in _read_labels(data.labels).items() if problem is not None}


def _read_labels(labels: Labels) -> dict[str, tuple[np.ndarray, str | None]]:
    """Each label's values, numbers where they can be, and why they can't be a factor, if so."""
    read = {name: _as_numbers(np.array(column)) for name, column in labels.columns.items()}
    return {name: (values, _why_useless(values, labels.class_names.get(name))) for name, values in read.items()}


def _as_numbers(values: np.ndarray) -> np.ndarray:
    """Text as numbers where all of it is, since an array that holds text holds numbers as text too."""
    if values.dtype.kind != "U" or any(re.match(r"0\d", value) for value in np.unique(values)):
        return values
    try:
        return values.astype(np.float64)
    except ValueError:
        return values


def _count_up(values: np.ndarray) -> bool:
    distinct = np.unique(values)
    return bool(distinct[0] in (0, 1) and (np.diff(distinct) == 1).all())


def _why_useless(values: np.ndarray, class_names: ClassNames) -> str | None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return "some values are not finite"
    if class_names is not None and values.min() < 0:  # How TFDS marks unknown classes.
        return "the class of some images is unknown"
    if values.dtype.kind == "U" and (values == "").any():
        return "it is empty for some images"
    if values.dtype.kind == "U" and _identify_images(np.unique(values, return_counts=True)[1]):
        return "most of its values are of one image only"
    return "it is the same for all images" if (values == values[0]).all() else None


def _interpret(
    name: str, values: np.ndarray, class_names: ClassNames, are_classes: bool, may_be_classes: bool
) -> tuple[str, np.ndarray, ClassNames]:
    """A label's kind, its values as a factor has them, and what they mean."""
    if class_names is None:
        distinct, positions, counts = np.unique(values, return_inverse=True, return_counts=True)
        are_classes |= values.dtype.kind == "U" or len(distinct) == 2
        if not (are_classes or (may_be_classes and _are_classes(name, distinct, counts))):
            is_angle = ANGLE_NAME.search(name) and np.ptp(distinct) >= MIN_ANGLE_RANGE
            return "angle" if is_angle else "ordered", values.astype(np.float64), None
        class_names = tuple(f"{value:g}" if values.dtype.kind == "f" else str(value) for value in distinct)
        values = positions
    return "attribute" if len(class_names) == 2 else "class", values.astype(np.int64), class_names


def _are_classes(name: str, distinct: np.ndarray, counts: np.ndarray) -> bool:
    is_one = len(distinct) <= MAX_CLASSES or (CLASS_NAME.search(name) and not _identify_images(counts))
    return bool(not ANGLE_NAME.search(name) and is_one and (distinct == np.rint(distinct)).all())


def _identify_images(counts: np.ndarray) -> bool:
    """Whether most values, of which these are the numbers of images, are of a single image."""
    return np.median(counts) == 1
