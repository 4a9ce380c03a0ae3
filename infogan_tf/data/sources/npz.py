"""A set of images in one .npz file: `images`, and optionally `labels` and `label_names`."""

import contextlib
import dataclasses
import math
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from infogan_tf.data.cache import HOLD_OUT_OWN_EVERY, Chunk, Source, file_state
from infogan_tf.data.image_files import refused_if_damaged
from infogan_tf.data.labels import Labels
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.errors import SettingError

HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
NUMBERS, TEXT = "biuf", "U"  # Kinds of NumPy's types.
CHUNK_BYTES = 2**24
Shape = tuple[int, int, int, int]


class Npz:
    """The images of an .npz file and its labels; images of the preparation's size keep their pixels."""

    kind = "npz"

    def __init__(self, path: Path):
        self.path = path

    def source(self, preparation: Preparation) -> Source:
        """All images, of which every tenth is held out; if `channels` is None, they keep theirs.

        Reading them raises a SettingError if the file is damaged or holds something else.
        """
        state, read = file_state(self.path), partial(self._read, preparation)
        return Source(self.kind, self.path.resolve(), preparation, state, read, HOLD_OUT_OWN_EVERY)

    def each(self, preparation: Preparation) -> Iterator[tuple[str, np.ndarray]]:
        """The images in their order, uint8 `[height, width, channels]`, each with its number."""
        images = (image for chunk in self._read(preparation) for image in chunk.images)
        return ((str(index), image) for index, image in enumerate(images))

    def _read(self, preparation: Preparation) -> Iterator[Chunk]:
        with _opened(self.path) as (shape, chunks):
            labels, start = _labels(self.path, shape[0]), 0
            for images in _prepared(shape, chunks, preparation):
                yield Chunk(images, labels[start : start + len(images)])
                start += len(images)


def _prepared(shape: Shape, chunks: Iterator[np.ndarray], preparation: Preparation) -> Iterator[np.ndarray]:
    preparation = dataclasses.replace(preparation, channels=preparation.channels or shape[3])
    if shape[1:] == preparation.image_shape:
        yield from chunks
        return
    rows = (image for images in chunks for image in images)
    for image in in_parallel(preparation.of_pixels, rows, shape[0], "resizing images"):
        yield image[None]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Shape, Iterator[np.ndarray]]]:
    """The shape of all images, and the images in chunks, so that a compressed file is never entirely in memory."""
    with refused_if_damaged(path, "a whole .npz file"), zipfile.ZipFile(path) as archive:
        if "images.npy" not in archive.namelist():
            found = ", ".join(sorted(Path(name).stem for name in archive.namelist())) or "nothing"
            raise _wrong(path, "an array named 'images'", found)
        with archive.open("images.npy") as stream:
            shape, is_fortran, dtype = HEADER_READERS[np.lib.format.read_magic(stream)](stream)
            if dtype != np.uint8:
                raise _wrong(path, "images of uint8 (0 to 255)", dtype.name)
            if len(shape) not in (3, 4) or 0 in shape or shape[3:] not in ((), (1,), (3,)):
                expected = "images of shape [number, height, width] or [number, height, width, 1 or 3]"
                raise _wrong(path, expected, list(shape))
            shape = (*shape, 1)[:4]
            # In Fortran's order, images are not contiguous in the file.
            yield shape, iter([np.load(path)["images"].reshape(shape)]) if is_fortran else _chunks(stream, shape)


def _chunks(stream: zipfile.ZipExtFile, shape: Shape) -> Iterator[np.ndarray]:
    size = math.prod(shape[1:])
    chunk = max(1, CHUNK_BYTES // size)
    for start in range(0, shape[0], chunk):
        number = min(chunk, shape[0] - start)
        data = stream.read(number * size)
        if len(data) < number * size:
            raise EOFError("the images end too early")
        yield np.frombuffer(data, np.uint8).reshape(number, *shape[1:])


def _labels(path: Path, number: int) -> Labels:
    with np.load(path, allow_pickle=False) as arrays:
        if "labels" not in arrays:
            return Labels()
        labels, names = arrays["labels"], arrays.get("label_names")
    if labels.ndim not in (1, 2) or len(labels) != number:
        expected = f"labels of shape [{number}] or [{number}, kinds], as there are images"
        raise _wrong(path, expected, list(labels.shape))
    if labels.dtype.kind not in NUMBERS + TEXT:
        raise _wrong(path, "labels that are numbers or text", labels.dtype.name)
    columns = labels.reshape(number, -1).T
    kinds = len(columns)
    if names is None:
        names = np.array(["label"] if kinds == 1 else [f"label {index + 1}" for index in range(kinds)])
    if names.dtype.kind not in TEXT or names.size != kinds:
        raise _wrong(path, f"{kinds} label_names that are text", f"{names.dtype.name} {list(names.shape)}")
    names = names.ravel().tolist()
    if len(set(names)) < kinds:
        raise _wrong(path, "label_names that all differ", ", ".join(names))
    return Labels.of(dict(zip(names, columns, strict=True)))


def _wrong(path: Path, expected: str, got: object) -> SettingError:
    return SettingError("images", f"{path.name} with {expected}", got)
