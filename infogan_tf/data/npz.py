"""A set of images in one .npz file: `images`, and optionally `labels` and `label_names`."""

import contextlib
import dataclasses
import math
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from infogan_tf.data.image_data import HOLD_OUT_OWN_EVERY
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.data.store import SplitWriter, StoredImages, short_hash, stored
from infogan_tf.errors import SettingError, first_line

HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
NUMBERS, TEXT = "biuf", "U"  # Kinds of NumPy's types.
CHUNK_BYTES = 2**24


def read_npz(path: Path, preparation: Preparation) -> StoredImages:
    """The images of an .npz file, prepared like those of a folder; every tenth is held out.

    If `channels` is None, they keep the file's.

    Raises:
        SettingError: the file is damaged or holds something else.
    """
    shape = _images_shape(path)
    _check_labels(path, shape[0])
    channels = preparation.channels or shape[3]
    preparation = dataclasses.replace(preparation, channels=channels)
    status = path.stat()
    name = f"npz-{short_hash(path.resolve(), preparation)}"
    keeps_pixels = shape[1:] == preparation.image_shape
    version = short_hash(status.st_size, status.st_mtime_ns, None if keeps_pixels else preparation.version)
    return stored(name, version, lambda writer: _prepare(path, shape, preparation, writer))


def each_of_npz(path: Path, preparation: Preparation) -> Iterator[np.ndarray]:
    """The images of an .npz file in their order, none held out and none kept: uint8 `[height, width, channels]`.

    Raises:
        SettingError: the file is damaged or holds something else.
    """
    for images in _prepared(path, _images_shape(path), preparation):
        yield from images


def read_labels(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """The labels of a file that was read before, `[number, kinds]`, and their names; both empty if there are none.

    Raises:
        SettingError: the file is damaged.
    """
    with _named_errors(path), np.load(path, allow_pickle=False) as archive:
        if "labels" not in archive:
            return np.empty([0, 0]), ()
        labels = archive["labels"].reshape(len(archive["labels"]), -1)
        number = labels.shape[1]
        if "label_names" in archive:
            return labels, tuple(archive["label_names"].reshape(-1).tolist())
        return labels, ("label",) if number == 1 else tuple(f"label {index + 1}" for index in range(number))


def _images_shape(path: Path) -> tuple[int, int, int, int]:
    with _named_errors(path), _open_array(path, "images") as (_, shape, _, dtype):
        if dtype != np.uint8:
            raise _wrong(path, "images of uint8 (0 to 255)", f"{dtype.name}")
        if len(shape) not in (3, 4) or 0 in shape or shape[3:] not in ((), (1,), (3,)):
            expected = "images of shape [number, height, width] or [number, height, width, 1 or 3]"
            raise _wrong(path, expected, f"{list(shape)}")
    return (*shape, 1) if len(shape) == 3 else shape


def _check_labels(path: Path, number: int):
    """Checks labels before training and not only at evaluation; their values are not read."""
    with _named_errors(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if "labels.npy" not in names:
            return
        with _open_array(path, "labels") as (_, shape, _, dtype):
            if len(shape) not in (1, 2) or shape[0] != number:
                raise _wrong(path, f"labels of shape [{number}] or [{number}, kinds], as there are images", list(shape))
            if dtype.kind not in NUMBERS + TEXT:
                raise _wrong(path, "labels that are numbers or text", dtype.name)
        if "label_names.npy" in names:
            with _open_array(path, "label_names") as (_, names_shape, _, dtype):
                kinds = math.prod(shape[1:])
                if dtype.kind not in TEXT or math.prod(names_shape) != kinds:
                    raise _wrong(path, f"{kinds} label_names that are text", f"{dtype.name} {list(names_shape)}")
            with np.load(path, allow_pickle=False) as arrays:
                given = arrays["label_names"].reshape(-1).tolist()
            if len(set(given)) < len(given):
                raise _wrong(path, "label_names that all differ", ", ".join(given))


def _prepare(path: Path, shape: tuple[int, int, int, int], preparation: Preparation, writer: SplitWriter):
    for images in _prepared(path, shape, preparation):
        writer.split(images, HOLD_OUT_OWN_EVERY)
    return ()


def _prepared(path: Path, shape: tuple[int, int, int, int], preparation: Preparation) -> Iterator[np.ndarray]:
    if shape[1:] == preparation.image_shape:
        yield from _chunks(path, shape)
        return
    rows = (image for images in _chunks(path, shape) for image in images)
    with contextlib.closing(in_parallel(preparation.of_pixels, rows, shape[0], "resizing images")) as prepared:
        for image in prepared:
            yield image[None]


def _chunks(path: Path, shape: tuple[int, int, int, int]) -> Iterator[np.ndarray]:
    """The images in chunks, so that a compressed file is never entirely in memory."""
    with _named_errors(path), _open_array(path, "images") as (stream, _, is_fortran, _):
        if is_fortran:  # Its images are not contiguous in the file.
            with np.load(path, allow_pickle=False) as archive:
                yield archive["images"].reshape(shape)
            return
        size = math.prod(shape[1:])
        chunk = max(1, CHUNK_BYTES // size)
        for start in range(0, shape[0], chunk):
            number = min(chunk, shape[0] - start)
            data = stream.read(number * size)
            if len(data) < number * size:
                raise EOFError("the images end too early")
            yield np.frombuffer(data, np.uint8).reshape(number, *shape[1:])


@contextlib.contextmanager
def _open_array(path: Path, name: str) -> Iterator[tuple[BinaryIO, tuple[int, ...], bool, np.dtype]]:
    """An array's bytes after its header, its shape, whether in Fortran order, and its dtype."""
    with zipfile.ZipFile(path) as archive:
        if f"{name}.npy" not in archive.namelist():
            found = ", ".join(sorted(Path(name).stem for name in archive.namelist())) or "nothing"
            raise _wrong(path, f"an array named {name!r}", found)
        with archive.open(f"{name}.npy") as stream:
            version = np.lib.format.read_magic(stream)
            if version not in HEADER_READERS:
                raise ValueError(f"{name}.npy has format version {version}")
            yield stream, *HEADER_READERS[version](stream)


@contextlib.contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except SettingError:
        raise
    except (OSError, ValueError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise SettingError("images", "a whole .npz file", f"{path} ({first_line(error)})") from error


def _wrong(path: Path, expected: str, got: object) -> SettingError:
    return SettingError("images", f"{path.name} with {expected}", got)
