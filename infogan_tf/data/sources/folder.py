"""Folders of image files."""

import os
from collections.abc import Iterator
from pathlib import Path

from infogan_tf.data.archive_labels import find_attributes, read_labels
from infogan_tf.data.cache import file_state
from infogan_tf.data.image_data import Labels
from infogan_tf.data.image_files import EXTENSIONS, ImageFiles
from infogan_tf.errors import SettingError, first_line


class Folder(ImageFiles):
    """The image files in a folder and the folders in it, but not those that are hidden; or one file alone."""

    kind, place = "folder", "a folder of images"

    def __init__(self, path: Path):
        self.path, self._files = (path, _find_files(path)) if path.is_dir() else (path.parent, {path.name: None})
        self.names = list(self._files)
        self._attributes = find_attributes(path, path.absolute().parent)

    def state(self) -> tuple[object, ...]:
        return self._files, self._attributes and file_state(self._attributes)

    def labels(self) -> Labels:
        return read_labels(self.path, self.names, self._attributes)

    def read(self) -> Iterator[tuple[str, Path | None]]:
        for name in self._files:
            path = self.path / name
            yield name, path if path.is_file() else None


def _find_files(root: Path) -> dict[str, tuple[int, int] | None]:
    """The images below a folder with their states, by relative path; each folder once, even if links form a cycle."""

    def refuse(error: OSError):
        raise SettingError("images", "folders that can be read", f"{error.filename} ({first_line(error)})") from error

    found, seen = [], set()
    for folder, below, files in os.walk(root, onerror=refuse, followlinks=True):
        # Sorted, so that of two links to one folder always the same one is followed.
        below[:] = sorted(name for name in below if not name.startswith("."))
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            below.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        images = [name for name in files if name.lower().endswith(EXTENSIONS) and not name.startswith(".")]
        place = os.path.relpath(folder, root)
        found += images if place == "." else [f"{place}/{name}" for name in images]
    return {name: _state(root / name) for name in sorted(found)}


def _state(path: Path) -> tuple[int, int] | None:
    try:
        return file_state(path)
    except OSError:
        return None  # A broken link, which is reported when it is read.
