"""Images of TensorFlow Datasets, prepared or downloaded."""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.cache import cached
from infogan_tf.data.image_data import ImageData, hold_out
from infogan_tf.errors import SettingError, first_line

ImageShape = tuple[int, int, int]


def find_builder(dataset: str, data_dir: str | None, image_shape: ImageShape) -> tfds.core.DatasetBuilder:
    """The TFDS data set of that name, prepared or not, once it is known to fit.

    Raises:
        SettingError: TFDS has no such set, its images are of another shape, or what is prepared of it is damaged.
    """
    try:
        with _quiet_tfds():
            builder = tfds.builder(dataset, data_dir=data_dir)
    except Exception as error:  # Each of TFDS's many ways to make a data set raises errors of its own.
        folder = Path(data_dir or tfds.core.constants.DATA_DIR, *re.split("[:/]", dataset))
        if folder.is_dir():  # The name is known, so its files are to blame.
            raise _damaged(folder, error) from error
        got = f"{dataset} ({first_line(error)})"
        raise SettingError("dataset", "the name of a TFDS data set", got) from error
    expected = "a data set with images of shape {}x{}x{}".format(*image_shape)
    features = builder.info.features
    if features is None or "image" not in features or "train" not in (builder.info.splits or {"train": None}):
        raise SettingError("dataset", expected, f"{dataset}, which has no training images")
    shape = features["image"].shape
    if tuple(shape) != image_shape:
        raise SettingError("dataset", expected, f"{dataset} with {'x'.join(str(size or '?') for size in shape)}")
    dtype = np.dtype(features["image"].np_dtype)
    if dtype != np.uint8:
        raise SettingError("dataset", "images of uint8", f"{dataset} with {dtype.name}")
    return builder


def is_prepared(builder: tfds.core.DatasetBuilder) -> bool:
    """Whether the data set lies ready on disk."""
    return bool(builder.info.splits)


def download(builder: tfds.core.DatasetBuilder):
    """Downloads and prepares a data set; TFDS shows its own progress."""
    builder.download_and_prepare()


def read_images(builder: tfds.core.DatasetBuilder, reason: str) -> ImageData:
    """Reads a prepared data set: its test split is held out or, if it has none, every fifth image.

    Labels are not even decoded.

    Args:
        builder: a prepared data set.
        reason: why it was chosen.

    Raises:
        SettingError: its files are damaged.
    """
    full_name = builder.info.full_name
    key = f"tfds-{full_name.replace('/', '-')}-{_files_hash(Path(builder.data_path))}"
    training, held_out = cached(key, lambda: _decode(builder))
    return ImageData(training, held_out, source="tfds", name=f"{full_name} from TFDS", reason=reason)


def _files_hash(folder: Path) -> str:
    # Name and version don't tell what lies in the files, which may be prepared anew; reading them takes too long.
    files = sorted(folder.iterdir())
    described = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(described).encode()).hexdigest()[:16]


def _decode(builder: tfds.core.DatasetBuilder) -> tuple[np.ndarray, np.ndarray]:
    training = _decode_split(builder, "train")
    return (training, _decode_split(builder, "test")) if "test" in builder.info.splits else hold_out(training)


def _decode_split(builder: tfds.core.DatasetBuilder, split: str) -> np.ndarray:
    shape = builder.info.features["image"].shape
    return read_feature(builder, split, "image", np.empty([builder.info.splits[split].num_examples, *shape], np.uint8))


def read_feature(builder: tfds.core.DatasetBuilder, split: str, feature: str, array: np.ndarray) -> np.ndarray:
    """Fills an array with one feature of a split, in the order of its files, and returns it.

    Raises:
        SettingError: the files are damaged.
    """
    feature_only = tfds.decode.PartialDecoding({feature: True})
    with _quiet_tfds():
        examples = builder.as_dataset(split=split, decoders=feature_only, shuffle_files=False)
    values = examples.map(lambda example: example[feature], num_parallel_calls=tf.data.AUTOTUNE)
    start = 0
    try:
        for batch in values.batch(1024).as_numpy_iterator():
            array[start : start + len(batch)] = batch
            start += len(batch)
    except (tf.errors.OpError, ValueError) as error:
        raise _damaged(builder.data_path, error) from error
    return array


def _damaged(folder: Path | str, error: Exception) -> SettingError:
    return SettingError("data_dir", "whole files of a prepared data set", f"{folder} ({first_line(error)})")


@contextmanager
def _quiet_tfds() -> Iterator[None]:
    """Keeps back TFDS's own remarks, which speak of its internals and not of the data."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
