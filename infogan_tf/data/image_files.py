"""Image files of any size and kind, in folders and in archives, which are read without being unpacked to disk."""

import contextlib
import dataclasses
import os
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from infogan_tf.data.archive_labels import ATTRIBUTES_FILE, find_attributes, read_labels, without_border
from infogan_tf.data.cache import Chunk, file_state
from infogan_tf.data.image_data import Labels
from infogan_tf.data.preparation import DRAFT_FACTOR, FORMATS, Preparation, in_parallel
from infogan_tf.errors import SettingError, first_line, printable

EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
GRAY_MODES = ("1", "L", "LA", "I;16")  # Which need not be decoded to look for colors.
# Gray comes back from a lossy WebP with channels that differ by 1, which resizing may round to 2.
GRAY_TOLERANCE = 2
MAX_SKIPPED_SHARE = 0.1
TAR_BLOCK = 512
Member = zipfile.ZipInfo | tarfile.TarInfo


class Unreadable(str):
    """Why a file can't be read, in place of its image."""


class ImageFiles:
    """The image files in one place, of which the first frames are images; a subclass gives what is declared here."""

    kind: str
    place: str  # The kind of place in words.
    path: Path
    names: list[str]  # Sorted relative paths with /.
    state: Callable[[], Any]  # Shows whether any file has changed.
    labels: Callable[[], Labels]  # In the order of names.
    read: Callable[[], Iterable[tuple[str, Path | BytesIO | None]]]  # Each name with its file, if any, in any order.

    def each(self, preparation: Preparation) -> Iterator[tuple[str, np.ndarray | Unreadable]]:
        """Each name with its image, uint8 `[height, width, channels]`, or an `Unreadable`; in the order of names."""

        def prepare(name: str, picture: Image.Image) -> np.ndarray:
            picture = ImageOps.exif_transpose(picture)
            return preparation(without_border(self.path / name, picture) if preparation.crop == "center" else picture)

        if not self.names:
            raise SettingError("images", f"{self.place} ({', '.join(EXTENSIONS)})", f"{self.path}, which has none")
        results = self._each_picture(prepare, preparation.size, "reading images")
        early: dict[str, Any] = {}  # What a compressed archive has before its turn.
        for name in self.names:
            while name not in early:
                early.update([next(results)])
            yield name, early.pop(name)

    def chunks(self, preparation: Preparation) -> Iterator[Chunk]:
        """All images with their labels; if `channels` is None, they become gray if all of them are.

        Raises:
            SettingError: there are none, more than a tenth of them can't be read, or their labels are damaged.
        """
        labels = self.labels()
        if preparation.channels is None:
            preparation = dataclasses.replace(preparation, channels=self._choose_channels(preparation))
        skipped: list[str] = []
        for index, (name, image) in enumerate(self.each(preparation)):
            if isinstance(image, Unreadable):
                skipped.append(describe_skipped(name, image))
            else:
                yield Chunk(image[None], labels[index : index + 1])
        if len(skipped) > MAX_SKIPPED_SHARE * len(self.names):
            got = f"{self.path}, where {len(skipped):,} of {len(self.names):,} can't, such as {skipped[0]}"
            raise SettingError("images", f"{self.place} of which nine in ten can be read", got)
        yield Chunk(np.empty([0, *preparation.image_shape], np.uint8), labels[:0], tuple(skipped))

    def _choose_channels(self, preparation: Preparation) -> int:
        """3 if any image is colored, which the first usually is; else 1."""
        colored = dataclasses.replace(preparation, channels=3)

        def is_colored(_: str, picture: Image.Image) -> bool:
            return picture.mode not in GRAY_MODES and bool(np.ptp(colored(picture), axis=-1).max() > GRAY_TOLERANCE)

        with contextlib.closing(self._each_picture(is_colored, preparation.size, "looking for colors")) as answers:
            return 3 if any(answer is True for _, answer in answers) else 1

    def _each_picture(self, use: Callable[[str, Image.Image], Any], size: int, progress: str) -> Iterator[Any]:
        """Each name with what `use` gives for its picture, or an `Unreadable`; in the order of `read`."""

        def read(item: tuple[str, Path | BytesIO | None]) -> tuple[str, Any]:
            name, file = item
            if file is None:
                return name, Unreadable("not a file, or a broken link")
            try:
                with Image.open(file, formats=FORMATS) as picture:
                    picture.draft(None, (DRAFT_FACTOR * size,) * 2)
                    return name, use(name, picture)
            except UnidentifiedImageError:
                return name, Unreadable(f"not a file of {', '.join(FORMATS)}")
            except Exception as error:  # Pillow's decoders raise many kinds of errors on damaged files.
                return name, Unreadable(first_line(error))

        results = in_parallel(read, self.read(), len(self.names), progress)
        with warnings.catch_warnings(), contextlib.closing(results):
            # Pillow warns about damaged EXIF data, unusual palettes and very large images, but reads them.
            warnings.simplefilter("ignore")
            yield from results


class Folder(ImageFiles):
    """The image files in a folder and the folders in it, but not those that are hidden; or one file alone."""

    kind, place = "folder", "a folder of images"

    def __init__(self, path: Path):
        self.path, self._files = (path, _find_files(path)) if path.is_dir() else (path.parent, {path.name: None})
        self.names = list(self._files)
        self._attributes = find_attributes(path, path.absolute().parent)

    def state(self) -> tuple[Any, ...]:
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


class Archive(ImageFiles):
    """The image files in an archive, in the order and with the labels that they would have in a folder."""

    kind, place = "archive", "an archive of images"

    def __init__(self, path: Path):
        self.path = path
        self._attributes = find_attributes(path.absolute().parent)

    @cached_property
    def _members(self) -> dict[str, Member]:
        with self._opened() as archive:
            return _list_members(archive)

    @cached_property
    def names(self) -> list[str]:
        images = sorted(name for name in self._members if name.lower().endswith(EXTENSIONS))
        return [name for name in images if not name.startswith(".") and "/." not in name]

    def state(self) -> tuple[Any, ...]:
        return file_state(self.path), self._attributes and file_state(self._attributes)

    def labels(self) -> Labels:
        top = self.names[0].partition("/")[0] + "/" if self.names else ""
        # A folder that most archives unpack to says nothing about an image.
        root = top if all(name.startswith(top) for name in self.names) else ""
        place, names = self.path / root, [name.removeprefix(root) for name in self.names]
        inside = next((name for name in self._members if name.rpartition("/")[2] == ATTRIBUTES_FILE), None)
        if inside is None:
            return read_labels(place, names, self._attributes)
        with self._opened() as archive:
            content = _content(archive, self._members[inside]).getvalue()
        return read_labels(place, names, self.path / inside, content)

    def read(self) -> Iterator[tuple[str, BytesIO | None]]:
        names = self.names
        if self.path.name.lower().endswith("gz"):  # Compressed as a whole, and so only to be read from its beginning.
            names = sorted(names, key=lambda name: self._members[name].offset)
        with self._opened() as archive:
            for name in names:
                yield name, _content(archive, self._members[name])

    @contextlib.contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
        open_archive = zipfile.ZipFile if self.path.suffix.lower() == ".zip" else tarfile.open
        with refused_if_damaged(self.path, "a whole .zip or .tar archive"), open_archive(self.path) as archive:
            yield archive


def _list_members(archive: zipfile.ZipFile | tarfile.TarFile) -> dict[str, Member]:
    """All files by name; of several files of one name the last, as where they are unpacked."""
    if isinstance(archive, zipfile.ZipFile):
        return {member.filename: member for member in archive.infolist() if not member.is_dir()}
    members = {member.name.removeprefix("./"): member for member in archive.getmembers() if not member.isdir()}
    # At a damaged member the list ends silently, and not with a block of zeros.
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(TAR_BLOCK) != bytes(TAR_BLOCK):
        raise EOFError("it ends too early")
    return members


def _content(archive: zipfile.ZipFile | tarfile.TarFile, member: Member) -> BytesIO | None:
    if isinstance(archive, zipfile.ZipFile):
        return BytesIO(archive.read(member))
    return BytesIO(archive.extractfile(member).read()) if member.isfile() or member.islnk() else None


def describe_skipped(name: str, reason: Unreadable) -> str:
    """A file that was left out, as `name: reason`."""
    return f"{printable(name)}: {reason}"


@contextlib.contextmanager
def refused_if_damaged(path: Path, expected: str) -> Iterator[None]:
    """Turns whatever damaged files raise into a SettingError."""
    try:
        yield
    except SettingError:
        raise
    except Exception as error:  # Readers of .zip and .tar raise many kinds of errors on damaged files.
        raise SettingError("images", expected, f"{path} ({first_line(error)})") from error
