"""Prepared images as memory-mapped arrays on disk, so that start-up and memory don't grow with the set."""

import contextlib
import hashlib
import io
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from infogan_tf.files import PARTIAL_PREFIX, remove, write_atomically

DESCRIPTION_FILE = "set.json"
HEADER_SIZE = 128  # What NumPy writes for four axes; the number of images is known only at the end.
ABANDONED_SECONDS = 24 * 3600


class StoredImages(NamedTuple):
    """Both parts of a set of images.

    Attributes:
        training: uint8 `[number, height, width, channels]`, read-only; memory-mapped unless the cache can't be written.
        held_out: the same.
        known_fingerprint: SHA-256 of the training images' bytes.
        held_out_fingerprint: the same of the held-out images.
        skipped: images that could not be read, each as `name: reason`.
    """

    training: np.ndarray
    held_out: np.ndarray
    known_fingerprint: str
    held_out_fingerprint: str
    skipped: tuple[str, ...] = ()


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/infogan_tf`, or `~/.cache/infogan_tf`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infogan_tf"


def short_hash(*parts: Any) -> str:
    """A short hash of the parts, by their `repr`."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    return digest.hexdigest()[:16]


def is_held_out(positions: np.ndarray, every: int) -> np.ndarray:
    """Which positions of a set are held out: the last of every `every`, which is even where it is sorted by class."""
    return positions % every == every - 1


class SplitWriter:
    """Takes images as they are decoded and appends them to the training or the held-out array.

    Args:
        training: a file, open for writing.
        held_out: another.
    """

    def __init__(self, training: BinaryIO, held_out: BinaryIO):
        self._files = (training, held_out)
        self._numbers = [0, 0]
        self._image_shape: tuple[int, ...] | None = None
        self._hashes = (hashlib.sha256(), hashlib.sha256())
        for file in self._files:
            file.write(bytes(HEADER_SIZE))

    def append(self, images: np.ndarray, held_out: bool = False):
        """Appends images, uint8 `[number, height, width, channels]`, to one part."""
        self._image_shape = self._image_shape or images.shape[1:]
        if images.dtype != np.uint8 or images.shape[1:] != self._image_shape:
            raise ValueError(f"expected uint8 images of {self._image_shape}, got {images.dtype} {images.shape[1:]}")
        data = np.ascontiguousarray(images).data
        self._files[held_out].write(data)
        self._numbers[held_out] += len(images)
        self._hashes[held_out].update(data)

    def split(self, images: np.ndarray, every: int):
        """Appends images in the order of the set, of which every `every`-th is held out."""
        held_out = is_held_out(sum(self._numbers) + np.arange(len(images)), every)
        self.append(images[~held_out])
        self.append(images[held_out], held_out=True)

    def finish(self) -> tuple[str, str]:
        """Completes both files as .npy; returns the fingerprints of the training and of the held-out images."""
        for file, number in zip(self._files, self._numbers, strict=True):
            file.seek(0)
            header = {"descr": "|u1", "fortran_order": False, "shape": (number, *self._image_shape)}
            np.lib.format.write_array_header_1_0(file, header)
            assert file.tell() == HEADER_SIZE
        training, held_out = self._hashes
        return training.hexdigest(), held_out.hexdigest()


# Writes a whole set and returns the images that it had to skip, each as `name: reason`.
Fill = Callable[[SplitWriter], tuple[str, ...]]


def stored(name: str, version: str, fill: Fill) -> StoredImages:
    """The images of a set from the cache, or decoded now and cached.

    A cache that is damaged or can't be written costs the time to decode, in the second case also the memory, and is
    reported in a warning.

    Args:
        name: identifies the set and how its images are prepared.
        version: identifies its content; other versions of the same name are removed from the cache.
        fill: decodes the images into a writer; called again, into memory, if the disk turns out to be full.
    """
    folder = cache_folder() / "images" / name / version
    try:
        if folder.exists():
            return _open(folder)
    except (OSError, ValueError, EOFError, LookupError, TypeError) as error:
        warnings.warn(f"the cached images in {folder} are damaged and are made again: {error}", stacklevel=2)
        remove(folder)
    try:
        _make_room(folder)
        write_atomically(folder, lambda partial: _write(partial, fill))
        return _open(folder)
    except OSError as error:
        if folder.exists():  # Another process has just made the same.
            return _open(folder)
        warnings.warn(
            f"decoded images are not cached, so they stay in memory and the next start decodes again: {error}",
            stacklevel=2,
        )
    return _decode_into_memory(fill)


def _make_room(folder: Path):
    """Removes the other versions of a set; another process may be writing, or may have just finished, this one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for version in set(folder.parent.iterdir()) - {folder}:
        is_whole = not version.name.startswith(PARTIAL_PREFIX)
        with contextlib.suppress(FileNotFoundError):  # Its writer has just renamed or removed it.
            # What another process has mapped stays readable for it; what it is writing right now must stay.
            if is_whole or time.time() - version.stat().st_mtime > ABANDONED_SECONDS:
                remove(version)


def _open(folder: Path) -> StoredImages:
    description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    training, held_out = (np.load(folder / f"{part}.npy", mmap_mode="r") for part in ("training", "held_out"))
    return StoredImages(training, held_out, *description["fingerprints"], tuple(description["skipped"]))


def _write(folder: Path, fill: Fill):
    folder.mkdir()
    with (folder / "training.npy").open("wb") as training, (folder / "held_out.npy").open("wb") as held_out:
        writer = SplitWriter(training, held_out)
        skipped = fill(writer)
        description = {"fingerprints": writer.finish(), "skipped": skipped}
    (folder / DESCRIPTION_FILE).write_text(json.dumps(description), encoding="utf-8")


def _decode_into_memory(fill: Fill) -> StoredImages:
    files = io.BytesIO(), io.BytesIO()
    writer = SplitWriter(*files)
    skipped = fill(writer)
    fingerprints = writer.finish()
    return StoredImages(*map(_from_memory, files), *fingerprints, skipped)


def _from_memory(file: io.BytesIO) -> np.ndarray:
    file.seek(0)
    np.lib.format.read_magic(file)
    shape, _, _ = np.lib.format.read_array_header_1_0(file)
    images = np.frombuffer(file.getbuffer(), np.uint8, offset=HEADER_SIZE).reshape(shape)
    images.flags.writeable = False
    return images
