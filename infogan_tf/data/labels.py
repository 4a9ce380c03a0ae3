"""Labels, for evaluation alone: nothing that trains imports this."""

from typing import NamedTuple

import numpy as np

from infogan_tf.data.embedded import embedded_labels
from infogan_tf.data.image_data import ImageData
from infogan_tf.data.tfds_images import find_builder, read_labels


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
        return Labels(*embedded_labels())
    return Labels(*read_labels(find_builder(dataset, data_dir, data.training.shape[1:])))
