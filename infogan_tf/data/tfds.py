"""Images of TensorFlow Datasets, prepared or downloaded."""

import contextlib
import dataclasses
import logging
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from functools import partial, reduce
from operator import getitem
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.cache import Chunk, Decoded, Source, file_state
from infogan_tf.data.drawn_sprites import SHAPES
from infogan_tf.data.image_data import ClassNames, Labels
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.data.splits import HOLD_OUT_EVERY, at_random
from infogan_tf.errors import SettingError, first_line

ImageShape = tuple[int, int, int]
Builder = tfds.core.DatasetBuilder
TFDS_LABELS = "the features of TFDS"
BATCH_SIZE = 256  # Images that are read at once, where all have one size.
DOWNLOAD_HOST = "https://storage.googleapis.com"


class Known(NamedTuple):
    """A factor by its feature, and what TFDS does not say of it: what its classes are, or how large its unit is."""

    feature: str
    unit: float | None = None  # What a value is multiplied by, for angles to be in degrees; None if it has classes.
    start: float = 0.0
    class_names: ClassNames = None  # If they are not those of TFDS.


# Of sets that are rendered from factors, which TFDS has as classes alone, or both as classes and as numbers.
KNOWN_FACTORS = {
    "dsprites": {
        "shape": Known("label_shape", class_names=SHAPES),
        "scale": Known("value_scale", 1),
        "orientation": Known("value_orientation", 180 / np.pi),
        "x": Known("value_x_position", 1),
        "y": Known("value_y_position", 1),
    },
    "shapes3d": {
        "floor_hue": Known("value_floor_hue", 360),
        "wall_hue": Known("value_wall_hue", 360),
        "object_hue": Known("value_object_hue", 360),
        "scale": Known("value_scale", 1),
        "shape": Known("label_shape"),
        "orientation": Known("value_orientation", 1),
    },
    "smallnorb": {
        "category": Known("label_category"),
        "instance": Known("instance"),
        "elevation": Known("label_elevation", 5, start=30),
        "azimuth": Known("label_azimuth", 20),
        "lighting": Known("label_lighting"),
    },
}


def find_builder(dataset: str, data_dir: str | None, image_shape: ImageShape | None) -> Builder:
    """The TFDS data set of that name, prepared or not, once it is known to fit; with a shape of None any images do.

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
        raise SettingError("dataset", "the name of a TFDS data set", f"{dataset} ({first_line(error)})") from error
    expected = describe_channels(image_shape) if image_shape else "a data set with images"
    name = builder.info.features and _image_feature(builder)
    if not name or "train" not in (builder.info.splits or ["train"]):
        raise SettingError("dataset", expected, f"{dataset}, which has no training images")
    feature = builder.info.features[name]
    if image_shape is not None and feature.shape[-1] != image_shape[-1]:
        got = "x".join(str(size or "?") for size in feature.shape)
        raise SettingError("dataset", expected, f"{dataset} with {got}")
    if feature.np_dtype != np.uint8:
        raise SettingError("dataset", "images of uint8", f"{dataset} with {np.dtype(feature.np_dtype).name}")
    return builder


def describe_channels(image_shape: ImageShape) -> str:
    """The data sets that fit images of a shape, in words."""
    return f"a data set with {'gray' if image_shape[-1] == 1 else 'color'} images"


def try_download(builder: Builder) -> str | None:
    """Downloads and prepares a data set; returns what went wrong, if anything did."""
    if not host_answers(DOWNLOAD_HOST):
        return f"{DOWNLOAD_HOST} gave no answer"
    try:
        builder.download_and_prepare()
    except Exception as error:  # The caller reports it, whatever TFDS or its host raised.
        return f"the download failed ({type(error).__name__}: {first_line(error)})"
    return None


def host_answers(url: str, timeout: float = 4.0) -> bool:
    """Whether a host answers at all within `timeout` seconds, through a proxy if the environment names one."""
    answered = threading.Event()

    def ask():
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=timeout).close()
            except urllib.error.HTTPError as refusal:
                refusal.close()
            answered.set()

    # The timeout of urlopen does not include the DNS lookup, which can hang far longer: hence a daemon thread.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    return answered.is_set()


def tfds_source(builder: Builder, preparation: Preparation) -> Source:
    """A prepared data set: its test split is held out or, if it has none, a fifth of the images.

    Images of the preparation's size keep their pixels; if its `channels` is None, all keep theirs.
    """
    folder = Path(builder.data_path)
    shape = builder.info.features[_image_feature(builder)].shape
    preparation = dataclasses.replace(preparation, channels=preparation.channels or (1 if shape[-1] == 1 else 3))
    # Name and version don't identify the files, which may be prepared again; reading them takes too long.
    files = [(file.name, *file_state(file)) for file in sorted(folder.iterdir())]
    files += KNOWN_FACTORS.get(builder.name, {}).items()
    resized = None if preparation.image_shape == tuple(shape) else preparation
    there = builder.info.splits
    splits = {split: there[split].num_examples for split in ("train", "test") if split in there}
    number = sum(splits.values())
    return Source("tfds", folder.resolve(), resized, files, lambda: Decoded(number, _chunks(builder, resized, splits)))


def _chunks(builder: Builder, preparation: Preparation | None, splits: Mapping[str, int]) -> Iterator[Chunk]:
    feature, scalars = _image_feature(builder), dict(_scalars(builder.info.features))
    wanted: dict[str, Any] = {feature: True}
    for *above, name in scalars:
        reduce(lambda inner, key: inner.setdefault(key, {}), above, wanted)[name] = True
    # Shards are read and images decoded in parallel, and still come in the same order on any number of cores.
    config = tfds.ReadConfig(try_autocache=False)  # Each is read once.
    how = {"decoders": tfds.decode.PartialDecoding(wanted), "shuffle_files": False, "read_config": config}
    is_known = builder.name in KNOWN_FACTORS
    labels_of = partial(_known_labels, builder.name, builder.info.features) if is_known else partial(_labels, scalars)
    is_batched = None not in builder.info.features[feature].shape

    def prepare(example: Mapping[str, Any]) -> tuple[np.ndarray, Labels]:
        images = example[feature] if is_batched else example[feature][None]
        if builder.name == "dsprites":  # Whose white is 1.
            images = np.where(images > 0, np.uint8(255), np.uint8(0))
        if preparation is not None:
            images = np.stack([preparation.of_pixels(image) for image in images])
        return images, labels_of(example)

    for split, number in splits.items():
        is_held_out = np.full(number, split == "test") if "test" in splits else at_random(number, HOLD_OUT_EVERY)
        start = 0
        try:
            with _quiet_tfds():
                examples = builder.as_dataset(split=split, batch_size=BATCH_SIZE if is_batched else None, **how)
            examples = examples.prefetch(tf.data.AUTOTUNE).as_numpy_iterator()
            for images, labels in in_parallel(prepare, examples):
                yield Chunk(images, labels, is_held_out[start : start + len(images)])
                start += len(images)
        except (tf.errors.OpError, ValueError) as error:
            raise _damaged(builder.data_path, error) from error


def _image_feature(builder: Builder) -> str | None:
    """The feature that holds the images: `image`, or the first that is one; None if there is none."""
    features = builder.info.features
    names = [name for name, feature in features.items() if isinstance(feature, tfds.features.Image)]
    return "image" if "image" in names else next(iter(names), None)


def _scalars(features: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All features of an example that are numbers, also inside dictionaries, by path."""
    for name, feature in features.items():
        path = (*above, name)
        if isinstance(feature, tfds.features.FeaturesDict):
            yield from _scalars(feature, path)
        elif getattr(feature, "shape", None) == () and np.dtype(feature.np_dtype).kind in "biuf":
            yield path, feature


def _known_labels(name: str, features: Mapping[str, Any], batch: Mapping[str, Any]) -> Labels:
    columns, class_names = {}, {}
    for factor, known in KNOWN_FACTORS[name].items():
        values = np.atleast_1d(batch[known.feature])
        columns[factor] = known.start + known.unit * values if known.unit else values
        class_names[factor] = None if known.unit else known.class_names or tuple(features[known.feature].names)
    return Labels(columns, class_names, TFDS_LABELS)


def _labels(scalars: Mapping[tuple[str, ...], Any], batch: Mapping[str, Any]) -> Labels:
    leaves = [path[-1] for path in scalars]
    columns, class_names = {}, {}
    for path, feature in scalars.items():
        name = path[-1] if leaves.count(path[-1]) == 1 else "/".join(path)
        columns[name] = np.atleast_1d(reduce(getitem, path, batch))
        if isinstance(feature, tfds.features.ClassLabel):
            class_names[name] = tuple(feature.names)
        elif columns[name].dtype == bool:
            class_names[name] = ("no", "yes")
    origin = TFDS_LABELS if columns else "since the features of TFDS have no number or class"
    return Labels(columns, class_names, origin)


def _damaged(folder: Path | str, error: Exception) -> SettingError:
    return SettingError("data_dir", "whole files of a prepared data set", f"{folder} ({first_line(error)})")


@contextlib.contextmanager
def _quiet_tfds() -> Iterator[None]:
    """Suppresses TFDS's own messages, which are about its internals and not about the data."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
