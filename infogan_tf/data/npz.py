"""Images and labels as arrays in an .npz file."""

import dataclasses
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from infogan_tf.console import progress
from infogan_tf.data.cache import Chunk, Decoded, decoded
from infogan_tf.data.image_data import Labels
from infogan_tf.data.paths import refused_if_damaged
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.data.splits import HOLD_OUT_OWN_EVERY, at_random
from infogan_tf.errors import SettingError


class Npz:
    """The images of an .npz file and its labels."""

    def __init__(self, path: Path):
        self.path = path
        self.others: Counter[str] = Counter()  # As `ImageFiles` has them.

    def each(self, preparation: Preparation) -> Iterator[tuple[str, np.ndarray]]:
        """The images in their order, uint8 `[height, width, channels]`, each with its number."""
        number, chunks = self.decode(preparation)
        images = (image for chunk in chunks for image in chunk.images)
        return progress(((str(index), image) for index, image in enumerate(images)), number, "reading images")

    def decode(self, preparation: Preparation) -> Decoded:
        """All images with their labels; if `channels` is None, they keep theirs.

        Raises:
            SettingError: the file is damaged or holds something else.
        """
        images, labels = self._read()
        is_held_out = at_random(len(images), HOLD_OUT_OWN_EVERY, labels)
        preparation = dataclasses.replace(preparation, channels=preparation.channels or images.shape[-1])
        if images.shape[1:] == preparation.image_shape:
            return decoded(images, labels, is_held_out)
        prepared = enumerate(in_parallel(preparation.of_pixels, images))
        return Decoded(len(images), (Chunk(image[None], labels[[i]], is_held_out[[i]]) for i, image in prepared))

    def _read(self) -> tuple[np.ndarray, Labels]:
        """The images `[number, height, width, channels]`, mapped since they may not fit into memory, and labels."""
        is_whole = refused_if_damaged(self.path, "a whole .npz file")
        with is_whole, zipfile.ZipFile(self.path) as archive, tempfile.TemporaryDirectory() as folder:
            names = sorted(Path(name).stem for name in archive.namelist())
            if "images" not in names:
                raise self._wrong("an array named 'images'", ", ".join(names) or "nothing")
            images = np.load(archive.extract("images.npy", folder), mmap_mode="r")
            with np.load(self.path) as arrays:
                labels, names = (self._plain(arrays, name) for name in ("labels", "label_names"))
        if images.dtype != np.uint8:
            raise self._wrong("images of uint8 (0 to 255)", images.dtype.name)
        if images.ndim not in (3, 4) or 0 in images.shape or images.shape[3:] not in ((), (1,), (3,)):
            expected = "images of shape [number, height, width] or [number, height, width, 1 or 3]"
            raise self._wrong(expected, list(images.shape))
        if labels is None:
            labels = Labels(origin=f"since {self.path.name} has no array 'labels'")
        else:
            labels = self._labels(labels, names, len(images))
        return images.reshape((*images.shape, 1)[:4]), labels

    def _plain(self, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray | None:
        """An array, if it is there; one of Python objects, as pandas has text, would have to be unpickled."""
        try:
            return arrays.get(name)
        except ValueError as error:
            if "Object arrays" not in str(error):
                raise
            raise self._wrong(f"{name} that are numbers or text, as {name}.astype(str)", "Python objects") from error

    def _labels(self, labels: np.ndarray, names: np.ndarray | None, number: int) -> Labels:
        if labels.ndim not in (1, 2) or len(labels) != number:
            expected = f"labels of shape [{number}] or [{number}, kinds], as there are images"
            raise self._wrong(expected, list(labels.shape))
        if labels.dtype.kind not in "biufU":
            raise self._wrong("labels that are numbers or text", labels.dtype.name)
        columns = labels.reshape(number, -1).T
        kinds = len(columns)
        if names is None:
            names = np.array(["label"] if kinds == 1 else [f"label {index + 1}" for index in range(kinds)])
        if names.dtype.kind != "U" or names.size != kinds:
            raise self._wrong(f"{kinds} label_names that are text", f"{names.dtype.name} {list(names.shape)}")
        names = names.ravel().tolist()
        if len(set(names)) < kinds:
            raise self._wrong("label_names that all differ", ", ".join(names))
        return Labels(dict(zip(names, columns, strict=True)), origin=f"the labels in {self.path.name}")

    def _wrong(self, expected: str, got: object) -> SettingError:
        return SettingError("images", f"{self.path.name} with {expected}", got)
