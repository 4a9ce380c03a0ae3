"""A set of images in one .npz file: `images`, and optionally `labels` and `label_names`."""

import dataclasses
import itertools
import math
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from infogan_tf.data.cache import Chunk, file_state
from infogan_tf.data.image_data import Labels
from infogan_tf.data.image_files import refused_if_damaged
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.errors import SettingError

HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
CHUNK_BYTES = 2**24
Shape = tuple[int, int, int, int]


class Npz:
    """The images of an .npz file and its labels; images of the preparation's size keep their pixels."""

    kind = "npz"

    def __init__(self, path: Path):
        self.path = path

    def state(self) -> tuple[int, int]:
        return file_state(self.path)

    def each(self, preparation: Preparation) -> Iterator[tuple[str, np.ndarray]]:
        """The images in their order, uint8 `[height, width, channels]`, each with its number."""
        images = (image for chunk in self.chunks(preparation) for image in chunk.images)
        return ((str(index), image) for index, image in enumerate(images))

    def chunks(self, preparation: Preparation) -> Iterator[Chunk]:
        """All images with their labels; if `channels` is None, they keep theirs.

        Raises:
            SettingError: the file is damaged or holds something else.
        """
        with refused_if_damaged(self.path, "a whole .npz file"), zipfile.ZipFile(self.path) as archive:
            if "images.npy" not in archive.namelist():
                found = ", ".join(sorted(Path(name).stem for name in archive.namelist())) or "nothing"
                raise _wrong(self.path, "an array named 'images'", found)
            with archive.open("images.npy") as stream:
                shape, is_fortran = _read_header(self.path, stream)
                # In Fortran's order, images are not contiguous in the file.
                whole = [np.load(self.path)["images"].reshape(shape)] if is_fortran else None
                labels, start = _labels(self.path, shape[0]), 0
                for images in _prepared(shape, whole or _chunks(stream, shape), preparation):
                    yield Chunk(images, labels[start : start + len(images)])
                    start += len(images)


def _read_header(path: Path, stream: IO[bytes]) -> tuple[Shape, bool]:
    """The images' shape, and whether they are in Fortran's order."""
    shape, is_fortran, dtype = HEADER_READERS[np.lib.format.read_magic(stream)](stream)
    if dtype != np.uint8:
        raise _wrong(path, "images of uint8 (0 to 255)", dtype.name)
    if len(shape) not in (3, 4) or 0 in shape or shape[3:] not in ((), (1,), (3,)):
        expected = "images of shape [number, height, width] or [number, height, width, 1 or 3]"
        raise _wrong(path, expected, list(shape))
    return (*shape, 1)[:4], is_fortran


def _prepared(shape: Shape, chunks: Iterable[np.ndarray], preparation: Preparation) -> Iterator[np.ndarray]:
    preparation = dataclasses.replace(preparation, channels=preparation.channels or shape[3])
    if shape[1:] == preparation.image_shape:
        yield from chunks
        return
    images = itertools.chain.from_iterable(chunks)
    for image in in_parallel(preparation.of_pixels, images, shape[0], "resizing images"):
        yield image[None]


def _chunks(stream: IO[bytes], shape: Shape) -> Iterator[np.ndarray]:
    """The images a few at a time, so that a compressed file is never entirely in memory."""
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
    if labels.dtype.kind not in "biufU":
        raise _wrong(path, "labels that are numbers or text", labels.dtype.name)
    columns = labels.reshape(number, -1).T
    kinds = len(columns)
    if names is None:
        names = np.array(["label"] if kinds == 1 else [f"label {index + 1}" for index in range(kinds)])
    if names.dtype.kind != "U" or names.size != kinds:
        raise _wrong(path, f"{kinds} label_names that are text", f"{names.dtype.name} {list(names.shape)}")
    names = names.ravel().tolist()
    if len(set(names)) < kinds:
        raise _wrong(path, "label_names that all differ", ", ".join(names))
    return Labels.of(dict(zip(names, columns, strict=True)))


def _wrong(path: Path, expected: str, got: object) -> SettingError:
    return SettingError("images", f"{path.name} with {expected}", got)
