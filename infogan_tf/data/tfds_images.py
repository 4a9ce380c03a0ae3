"""Images of TensorFlow Datasets, prepared or downloaded."""

import dataclasses
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.image_data import HOLD_OUT_EVERY, ImageData
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.data.store import SplitWriter, short_hash, stored
from infogan_tf.errors import SettingError, first_line

ImageShape = tuple[int, int, int]


def find_builder(dataset: str, data_dir: str | None, image_shape: ImageShape | None) -> tfds.core.DatasetBuilder:
    """The TFDS data set of that name, prepared or not, once it is known to fit; with a shape of None any images do.

    Images of another size than that of the shape are resized later, but they must have its number of channels.

    Raises:
        SettingError: TFDS has no such set, its images have other channels, or its prepared files are damaged.
    """
    try:
        with _quiet_tfds():
            builder = tfds.builder(dataset, data_dir=data_dir)
    except Exception as error:  # TFDS's builders raise many kinds of errors.
        folder = Path(data_dir or tfds.core.constants.DATA_DIR, *re.split("[:/]", dataset))
        if folder.is_dir():  # The name is known, so its files are damaged.
            raise _damaged(folder, error) from error
        got = f"{dataset} ({first_line(error)})"
        raise SettingError("dataset", "the name of a TFDS data set", got) from error
    expected = describe_channels(image_shape) if image_shape else "a data set with images"
    feature = builder.info.features and image_feature(builder)
    if not feature or "train" not in (builder.info.splits or {"train": None}):
        raise SettingError("dataset", expected, f"{dataset}, which has no training images")
    shape, dtype = builder.info.features[feature].shape, np.dtype(builder.info.features[feature].np_dtype)
    if image_shape is not None and shape[-1] != image_shape[-1]:
        raise SettingError("dataset", expected, f"{dataset} with {'x'.join(str(size or '?') for size in shape)}")
    if dtype != np.uint8:
        raise SettingError("dataset", "images of uint8", f"{dataset} with {dtype.name}")
    return builder


def describe_channels(image_shape: ImageShape) -> str:
    """The data sets that fit images of a shape, in words."""
    return f"a data set with {'gray' if image_shape[-1] == 1 else 'color'} images"


def image_feature(builder: tfds.core.DatasetBuilder) -> str | None:
    """The feature that holds the images: `image`, or the first that is one; None if there is none."""
    features = builder.info.features
    names = [name for name, feature in features.items() if isinstance(feature, tfds.features.Image)]
    return "image" if "image" in names else next(iter(names), None)


def is_prepared(builder: tfds.core.DatasetBuilder) -> bool:
    """Whether the data set is prepared on disk."""
    return bool(builder.info.splits)


def download(builder: tfds.core.DatasetBuilder):
    """Downloads and prepares a data set; TFDS shows its own progress."""
    builder.download_and_prepare()


def read_images(builder: tfds.core.DatasetBuilder, reason: str, preparation: Preparation | None = None) -> ImageData:
    """Reads a prepared data set: its test split is held out or, if it has none, every fifth image.

    Labels are not decoded.

    Args:
        builder: a prepared data set.
        reason: why it was chosen.
        preparation: how its images are resized; None to keep images that all have one shape. If `channels` is None,
            they keep theirs.

    Raises:
        SettingError: its files are damaged.
    """
    folder = Path(builder.data_path)
    full_name = builder.info.full_name
    shape = builder.info.features[image_feature(builder)].shape
    if preparation is not None and preparation.channels is None:
        preparation = dataclasses.replace(preparation, channels=1 if shape[-1] == 1 else 3)
    if preparation is not None and preparation.image_shape == tuple(shape):
        preparation = None  # They keep their pixels.
    name = f"tfds-{full_name.replace('/', '-')}-{short_hash(folder.resolve(), preparation)}"
    version = _files_hash(folder)
    if preparation is not None:
        version = short_hash(version, preparation.version)
    images = stored(name, version, lambda writer: _decode(builder, preparation, writer))
    return ImageData(**images._asdict(), source="tfds", name=f"{full_name} from TFDS", reason=reason)


def _files_hash(folder: Path) -> str:
    # Name and version don't identify the files, which may be prepared again; reading them takes too long.
    return short_hash(*((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(folder.iterdir())))


def _decode(builder: tfds.core.DatasetBuilder, preparation: Preparation | None, writer: SplitWriter) -> tuple[str, ...]:
    has_test = "test" in builder.info.splits
    for images in _decode_split(builder, "train", preparation):
        if has_test:
            writer.append(images)
        else:
            writer.split(images, HOLD_OUT_EVERY)
    for images in _decode_split(builder, "test", preparation) if has_test else ():
        writer.append(images, held_out=True)
    return ()


def _decode_split(
    builder: tfds.core.DatasetBuilder, split: str, preparation: Preparation | None
) -> Iterator[np.ndarray]:
    """The images of a split in batches, `[number, height, width, channels]`."""
    feature = image_feature(builder)
    examples = read_examples(builder, split, {feature: True}, batch_size=1024 if preparation is None else None)
    images = (example[feature] for example in examples)
    if preparation is None:
        yield from images
        return

    number = builder.info.splits[split].num_examples
    for image in in_parallel(preparation.of_pixels, images, number, f"resizing images of {split}"):
        yield image[None]


def read_examples(
    builder: tfds.core.DatasetBuilder, split: str, features: dict[str, Any], batch_size: int | None
) -> Iterator[dict[str, Any]]:
    """Reads some features of a split in the order of its files.

    Args:
        builder: a prepared data set.
        split: its name.
        features: which, as `tfds.decode.PartialDecoding` takes them; others are not decoded.
        batch_size: examples read at once; None for each alone, which may then differ in shape.

    Raises:
        SettingError: the files are damaged.
    """
    with _quiet_tfds():
        decoders = tfds.decode.PartialDecoding(features)
        examples = builder.as_dataset(split=split, decoders=decoders, shuffle_files=False, batch_size=batch_size)
    try:
        yield from examples.prefetch(tf.data.AUTOTUNE).as_numpy_iterator()
    except (tf.errors.OpError, ValueError) as error:
        raise _damaged(builder.data_path, error) from error


def _damaged(folder: Path | str, error: Exception) -> SettingError:
    return SettingError("data_dir", "whole files of a prepared data set", f"{folder} ({first_line(error)})")


@contextmanager
def _quiet_tfds() -> Iterator[None]:
    """Suppresses TFDS's own messages, which are about its internals and not about the data."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
