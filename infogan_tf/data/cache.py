"""Prepared images and their labels as memory-mapped arrays, so that start-up and memory don't grow with the set."""

import contextlib
import errno
import hashlib
import json
import math
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil

from infogan_tf.console import logger, progress
from infogan_tf.data.image_data import ImageData, Labels
from infogan_tf.data.preparation import WHITE, Preparation
from infogan_tf.errors import SettingError, first_line
from infogan_tf.files import PARTIAL_PREFIX, cache_folder, remove, write_atomically

LAYOUT = 3  # Of the files in a cached folder, to be increased with every change.
DARK = 26  # A tenth of the range of pixels.
SPARE_BYTES = 64 * 2**20
HEADER_SIZE = 128  # What NumPy writes for four axes; the number of images is known only at the end.


class Chunk(NamedTuple):
    """Some images of a set, in its order."""

    images: np.ndarray  # uint8 `[number, height, width, channels]`.
    labels: Labels
    is_held_out: np.ndarray  # bool `[number]`.
    # As `ImageData` has them; `skipped` and `notes` add up over chunks, and `white` is that of the last.
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    white: int = WHITE


class Decoded(NamedTuple):
    """A set while it is decoded: at most so many images."""

    number: int
    chunks: Iterator[Chunk]


def decoded(images: np.ndarray, labels: Labels, is_held_out: np.ndarray) -> Decoded:
    """A set of which all is there, if only on disk."""
    parts = [slice(start, start + 1024) for start in range(0, len(images), 1024)]
    return Decoded(len(images), (Chunk(images[part], labels[part], is_held_out[part]) for part in parts))


class Source(NamedTuple):
    """A set of images that can be decoded."""

    kind: str  # With `place`, identifies the set.
    place: Any
    preparation: Preparation | None  # How the images are resized.
    state: Any  # What shows whether the set has changed.
    read: Callable[[], Decoded]  # Called again if the cache can't be written.

    @property
    def folder(self) -> Path:
        """Where the images are cached, in a folder for this set and preparation that has one folder for each state."""
        code = self.preparation and self.preparation.version
        name = f"{self.kind}-{_short_hash(self.place, self.preparation)}"
        return cache_folder() / "images" / name / _short_hash(LAYOUT, code, self.state)


def _short_hash(*parts: Any) -> str:
    return hashlib.sha256("".join(map(repr, parts)).encode()).hexdigest()[:16]


def file_state(path: str | Path) -> tuple[int, int]:
    """What shows whether a file has changed: its size and when it was modified."""
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns


def stored(images: Source, **origin: Any) -> ImageData:
    """The images of a source from the cache, or decoded now and cached, with an origin as `ImageData` has it.

    A warning reports a cache that is damaged or can't be written. SettingError if there is no space for the images.
    """
    folder = images.folder
    try:
        if folder.exists():
            return _open(folder, origin)
    except (OSError, ValueError, EOFError, LookupError, TypeError) as error:
        warnings.warn(f"the cached images in {folder} are damaged and are made again: {error}", stacklevel=2)
        remove(folder)
    try:
        _make_room(folder)
        write_atomically(folder, lambda partial: _write(partial, images))
        return _open(folder, origin)
    except OSError as error:
        if folder.exists():  # Another process has just made the same.
            return _open(folder, origin)
        problem = error
    with tempfile.TemporaryDirectory() as temporary:
        kept = (
            f"kept {'in memory' if _is_in_memory(Path(temporary)) else 'on disk'}, in {temporary}, for this run alone"
        )
        warnings.warn(
            f"decoded images are not cached in {folder.parent}, but {kept}, so that the next start decodes again: "
            f"{problem}",
            stacklevel=2,
        )
        try:
            _write(Path(temporary) / "set", images)
        except OSError as error:
            expected = "a folder with space for decoded images that can be written, which XDG_CACHE_HOME chooses"
            name = "dataset" if images.kind in ("tfds", "embedded", "rendered") else "images"
            got = f"{folder.parent} ({first_line(problem)}) and {temporary} ({first_line(error)})"
            raise SettingError(name, expected, got) from error
        return _open(Path(temporary) / "set", origin)  # What is mapped stays readable.


def _make_room(folder: Path):
    """Removes the other versions of a set, except partial ones that another process may be writing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for version in set(folder.parent.iterdir()) - {folder}:
        is_whole = not version.name.startswith(PARTIAL_PREFIX)
        with contextlib.suppress(FileNotFoundError):  # Its writer has just renamed or removed it.
            # What another process has mapped stays readable for it; what it is writing right now must stay.
            if is_whole or time.time() - version.stat().st_mtime > 24 * 3600:
                remove(version)


def _open(folder: Path, origin: Mapping[str, Any]) -> ImageData:
    description = json.loads((folder / "set.json").read_text(encoding="utf-8"))
    skipped, notes = (tuple(description.pop(name)) for name in ("skipped", "notes"))
    class_names = {name: classes and tuple(classes) for name, classes in description.pop("labels")}
    rows = np.load(folder / "labels.npy", mmap_mode="r") if class_names else np.empty(0)
    columns = {name: rows[field] for name, field in zip(class_names, rows.dtype.names or (), strict=True)}
    labels = Labels(columns, class_names, description.pop("labels_origin"))
    training, held_out = (np.load(folder / file, mmap_mode="r") for file in ("training.npy", "held_out.npy"))
    return ImageData(training, held_out, labels=labels, skipped=skipped, notes=notes, **description, **origin)


def _check_space(folder: Path, needed: int):
    """OSError where a disk has no space for the images, and some to spare; it would be full, and a memory too."""
    free, kind = shutil.disk_usage(folder).free, ""
    if _is_in_memory(folder):
        free, kind = min(free, psutil.virtual_memory().available), " of memory"
    if free < needed + SPARE_BYTES:
        sizes = f"{needed / 2**20:,.0f} MiB are needed, and {free / 2**20:,.0f} MiB{kind} are free"
        raise OSError(errno.ENOSPC, f"no space for decoded images: {sizes}")


def _is_in_memory(folder: Path) -> bool:
    """Whether a folder is on a file system that lies in memory, as /tmp is on some systems."""
    kinds = {partition.mountpoint: partition.fstype for partition in psutil.disk_partitions(all=True)}
    folder = folder.resolve()
    mount = next(place for place in (folder, *folder.parents) if place.is_mount())
    return kinds.get(str(mount)) in ("tmpfs", "ramfs")


def _write(folder: Path, source: Source):
    """Decodes a set into a new folder, images and labels as .npy."""
    folder.mkdir()
    numbers, digests, rows = [0, 0], (hashlib.sha256(), hashlib.sha256()), (bytearray(), bytearray())
    skipped, notes, brightest = [], [], 0
    with (folder / "training.npy").open("wb") as training, (folder / "held_out.npy").open("wb") as held_out:
        files = training, held_out
        for file in files:
            file.write(bytes(HEADER_SIZE))
        number, chunks = source.read()
        if source.preparation:  # Before the first chunk, for which all images may be looked at for colors.
            _check_space(folder, number * source.preparation.size**2 * (source.preparation.channels or 1))
        for index, chunk in enumerate(progress(chunks, number, "preparing images", lambda chunk: len(chunk.images))):
            if index == 0:
                needed = number * math.prod(chunk.images.shape[1:])
                _check_space(folder, needed)
                if needed > SPARE_BYTES:
                    logger.info(f"writing {needed / 2**20:,.0f} MiB of decoded images into {folder.parent}")
            skipped += chunk.skipped
            notes += chunk.notes
            brightest = max(brightest, chunk.images.max(initial=0))
            for part, chosen in enumerate((~chunk.is_held_out, chunk.is_held_out)):
                images = np.ascontiguousarray(chunk.images[chosen])
                files[part].write(images.data)
                digests[part].update(images.data)
                numbers[part] += len(images)
                if chunk.labels.columns:
                    rows[part].extend(chunk.labels[chosen].rows.tobytes())
        for file, number in zip(files, numbers, strict=True):
            file.seek(0)
            header = {"descr": "|u1", "fortran_order": False, "shape": (number, *chunk.images.shape[1:])}
            np.lib.format.write_array_header_1_0(file, header)
            assert file.tell() == HEADER_SIZE
    if brightest < DARK:
        notes.append(f"warning: the brightest of all pixels is {brightest} of 255, so that the images are nearly black")
    if chunk.labels.columns:
        np.save(folder / "labels.npy", np.frombuffer(rows[0] + rows[1], chunk.labels.rows.dtype))
    description = {
        "training_fingerprint": digests[0].hexdigest(),
        "held_out_fingerprint": digests[1].hexdigest(),
        "skipped": skipped,
        "notes": notes,
        "white": chunk.white,
        "labels_origin": chunk.labels.origin,
        "labels": [(name, chunk.labels.class_names.get(name)) for name in chunk.labels.columns],
    }
    (folder / "set.json").write_text(json.dumps(description), encoding="utf-8")
