"""A person's own images: image files in folders and archives, and arrays in .npz files."""

import contextlib
import dataclasses
import os
import tarfile
import tempfile
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
from infogan_tf.data.cache import Chunk, chunks_of, file_state
from infogan_tf.data.image_data import Labels
from infogan_tf.data.paths import ARCHIVE_ENDINGS
from infogan_tf.data.preparation import DRAFT_FACTOR, FORMATS, Preparation, in_parallel
from infogan_tf.errors import SettingError, first_line, printable

EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
GRAY_MODES = ("1", "L", "LA", "I;16")  # Which need not be decoded to look for colors.
# Gray comes back from a lossy WebP with channels that differ by 1, which resizing may round to 2.
GRAY_TOLERANCE = 2
MAX_SKIPPED_SHARE = 0.1
Member = zipfile.ZipInfo | tarfile.TarInfo


class Unreadable(str):
    """In place of an image that can't be read, its `name: reason`."""


def own_images(path: Path) -> "Folder | Archive | Npz":
    """The images at a path that `find_images` has found."""
    name = "" if path.is_dir() else path.name.lower()
    if name.endswith(".npz"):
        return Npz(path)
    return Archive(path) if name.endswith(ARCHIVE_ENDINGS) else Folder(path)


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
        """Each name with its image, uint8 `[height, width, channels]`, or why it can't be read; in the order of names.

        Raises:
            SettingError: there are no images, or what they are in is damaged.
        """

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
        for index, (_, image) in enumerate(self.each(preparation)):
            if isinstance(image, Unreadable):
                skipped.append(image)
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
            reason = "not a file, or a broken link"
            try:
                if file is not None:
                    with Image.open(file, formats=FORMATS) as picture:
                        picture.draft(None, (DRAFT_FACTOR * size,) * 2)
                        return name, use(name, picture)
            except UnidentifiedImageError:
                reason = f"not a file of {', '.join(FORMATS)}"
            except Exception as error:  # Pillow's decoders raise many kinds of errors on damaged files.
                reason = first_line(error)
            return name, Unreadable(f"{printable(name)}: {reason}")

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
        self._attributes = find_attributes(path)

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
        is_new = os.path.realpath(folder) not in seen
        seen.add(os.path.realpath(folder))
        # Sorted, so that of two links to one folder always the same one is followed.
        below[:] = sorted(name for name in below if is_new and not name.startswith("."))
        images = [name for name in files if name.lower().endswith(EXTENSIONS) and not name.startswith(".")]
        place = os.path.relpath(folder, root)
        found += [f"{place}/{name}".removeprefix("./") for name in images if is_new]
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
        self._attributes = find_attributes(path)

    @cached_property
    def _members(self) -> dict[str, Member]:
        """All files by name; of several files of one name the last, as where they are unpacked."""
        with self._opened() as archive:
            if isinstance(archive, zipfile.ZipFile):
                return {member.filename: member for member in archive.infolist() if not member.is_dir()}
            members = {member.name.removeprefix("./"): member for member in archive.getmembers() if not member.isdir()}
            # At a damaged member the list ends silently, and not with a block of zeros.
            archive.fileobj.seek(archive.offset)
            if archive.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
                raise EOFError("it ends too early")
            return members

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


def _content(archive: zipfile.ZipFile | tarfile.TarFile, member: Member) -> BytesIO | None:
    if isinstance(archive, zipfile.ZipFile):
        return BytesIO(archive.read(member))
    return BytesIO(archive.extractfile(member).read()) if member.isfile() or member.islnk() else None


class Npz:
    """The images of an .npz file and its labels."""

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
        images, labels = self._read()
        preparation = dataclasses.replace(preparation, channels=preparation.channels or images.shape[-1])
        if images.shape[1:] == preparation.image_shape:
            yield from chunks_of(images, labels)
            return
        prepared = in_parallel(preparation.of_pixels, images, len(images), "resizing images")
        for index, image in enumerate(prepared):
            yield Chunk(image[None], labels[index : index + 1])

    def _read(self) -> tuple[np.ndarray, Labels]:
        """The images `[number, height, width, channels]`, mapped since they may not fit into memory, and labels."""
        is_whole = refused_if_damaged(self.path, "a whole .npz file")
        with is_whole, zipfile.ZipFile(self.path) as archive, tempfile.TemporaryDirectory() as folder:
            names = sorted(Path(name).stem for name in archive.namelist())
            if "images" not in names:
                raise self._wrong("an array named 'images'", ", ".join(names) or "nothing")
            images = np.load(archive.extract("images.npy", folder), mmap_mode="r")
            with np.load(self.path) as arrays:
                labels, names = arrays.get("labels"), arrays.get("label_names")
        if images.dtype != np.uint8:
            raise self._wrong("images of uint8 (0 to 255)", images.dtype.name)
        if images.ndim not in (3, 4) or 0 in images.shape or images.shape[3:] not in ((), (1,), (3,)):
            expected = "images of shape [number, height, width] or [number, height, width, 1 or 3]"
            raise self._wrong(expected, list(images.shape))
        labels = Labels() if labels is None else self._labels(labels, names, len(images))
        return images.reshape((*images.shape, 1)[:4]), labels

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
        return Labels.of(dict(zip(names, columns, strict=True)))

    def _wrong(self, expected: str, got: object) -> SettingError:
        return SettingError("images", f"{self.path.name} with {expected}", got)


@contextlib.contextmanager
def refused_if_damaged(path: Path, expected: str) -> Iterator[None]:
    """Turns whatever damaged files raise into a SettingError."""
    try:
        yield
    except SettingError:
        raise
    except Exception as error:  # Readers of .zip and .tar raise many kinds of errors on damaged files.
        raise SettingError("images", expected, f"{path} ({first_line(error)})") from error
