"""A person's own images: image files in folders and archives."""

import contextlib
import dataclasses
import hashlib
import itertools
import os
import tarfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from infogan_tf.console import progress
from infogan_tf.data.archive_labels import ATTRIBUTES_FILES, find_attributes, read_labels, without_border
from infogan_tf.data.cache import Chunk, Decoded, Source, file_state
from infogan_tf.data.npz import Npz
from infogan_tf.data.paths import ARCHIVE_ENDINGS, refused_if_damaged
from infogan_tf.data.preparation import ENDINGS, WHITE, Preparation, is_deep, open_picture
from infogan_tf.data.processes import PART, in_processes
from infogan_tf.data.splits import HOLD_OUT_OWN_EVERY, at_random, find_split
from infogan_tf.errors import SettingError, first_line, printable

GRAY_MODES = ("1", "L", "LA")  # Which need not be decoded to look for colors.
# Gray comes back from a lossy WebP with channels that differ by 1, which resizing may round to 2.
GRAY_TOLERANCE = 2
MAX_SKIPPED_SHARE = 0.1
DEEP_WITHIN = 100  # A set has pictures of more than 8 bits if one of so many at its beginning has.
Member = zipfile.ZipInfo | tarfile.TarInfo


class Unreadable(str):
    """In place of an image that can't be read, its `name: reason`."""


def own_images(path: Path) -> "Folder | Archive | Npz":
    """The images at a path that `find_images` has found."""
    name = "" if path.is_dir() else path.name.lower()
    if name.endswith(".npz"):
        return Npz(path)
    return Archive(path) if name.endswith(ARCHIVE_ENDINGS) else Folder(path)


def own_source(path: Path, preparation: Preparation) -> Source:
    """The same, to be decoded; archives and .npz files, whose content may take long to list, only then."""
    attributes = find_attributes(path)
    beside = attributes and file_state(attributes)
    if path.is_dir():
        folder = Folder(path)
        state = folder.digest(), folder.others, beside
        return Source("folder", path.resolve(), preparation, state, partial(folder.decode, preparation))
    is_npz = path.name.lower().endswith(".npz")
    kind, state = ("npz", file_state(path)) if is_npz else ("archive", (file_state(path), beside))
    return Source(kind, path.resolve(), preparation, state, lambda: own_images(path).decode(preparation))


class ImageFiles:
    """The image files in one place, of which the first frames are images; a subclass gives what is declared here."""

    place: str  # In words.
    path: Path
    names: list[str]  # Sorted relative paths with /.
    others: Counter[str]  # The endings of files that are no images.
    # Each of some names with its file, if any, in any order.
    read: Callable[[Sequence[str]], Iterable[tuple[str, str | BytesIO | None]]]

    def attributes(self) -> tuple[Path, bytes] | None:
        """The file of CelebA's attributes, if there is one, and what is in it."""
        file = find_attributes(self.path)
        return file and (file, file.read_bytes())

    def each(self, preparation: Preparation) -> Iterator[tuple[str, np.ndarray | Unreadable]]:
        """Each name with its image, uint8 `[height, width, channels]`, or why it can't be read; in the order of names.

        Raises:
            SettingError: there are no images, or what they are in is damaged.
        """
        self._check_not_empty()
        return progress(self._each(self.names, preparation), len(self.names), "reading images")

    def _check_not_empty(self):
        if not self.names:
            others = f" but {describe_others(self.others)}" if self.others else ""
            raise SettingError("images", self.place, f"{self.path}, which has none{others}")

    def _each(self, names: Sequence[str], preparation: Preparation) -> Iterator[tuple[str, np.ndarray | Unreadable]]:
        results = self._each_picture(names, partial(_prepared, preparation, self.path), preparation.size)
        early: dict[str, Any] = {}  # What a compressed archive has before its turn.
        for name in names:
            while name not in early:
                early.update([next(results)])
            yield name, early.pop(name)

    def decode(self, preparation: Preparation) -> Decoded:
        """All images with their labels; if `channels` is None, they become gray if all of them are.

        Images outside of folders for training and testing, if there are such, or without a label that others have, are
        left out.

        Raises:
            SettingError: there are none or, while they are decoded, more than a tenth of them can't be read.
        """
        self._check_not_empty()
        names, within, skipped, notes = np.array(self.names, object), self.names, [], []
        if self.others:
            notes.append(f"left out: {describe_others(self.others)}")

        def leave_out(is_left_out: np.ndarray, why: str):
            if is_left_out.any():
                left_out = [f"{printable(name)}: {why}" for name in names[is_left_out]]
                skipped.extend(left_out)
                notes.append(f"left out: {len(left_out):,} of {len(self.names):,} images, such as {left_out[0]}")

        split = find_split(self.names)
        if split:
            training, held_out = (" and ".join(map(printable, folders)) for folders in (split.training, split.held_out))
            if split.held_out:
                notes.append(f"held out: the images in {held_out}; those in {training} are trained on")
            places = " and ".join(filter(None, [training, held_out]))
            leave_out(~split.is_inside, f"it is outside of {places}")
            names = names[split.is_inside]
            within = list(itertools.compress(split.names, split.is_inside))
        labels, is_labeled = read_labels(self.path, names, within, self.attributes())
        leave_out(~is_labeled, "it has no label, but most images have")
        names = names[is_labeled]
        if split and split.held_out:
            is_held_out = split.is_held_out[split.is_inside][is_labeled]
        else:
            is_held_out = at_random(len(names), HOLD_OUT_OWN_EVERY, labels)
        about = Chunk(np.empty(0), labels, is_held_out, tuple(skipped), tuple(notes))
        return Decoded(len(names), self._chunks(names, preparation, about))

    def _chunks(self, names: Sequence[str], preparation: Preparation, about: Chunk) -> Iterator[Chunk]:
        if preparation.channels is None:
            preparation = dataclasses.replace(preparation, channels=self._choose_channels(names, preparation))
        preparation = dataclasses.replace(preparation, white=self._find_white(names, preparation.size))
        notes, unreadable = list(about.notes), []
        if preparation.white != WHITE:
            notes.append(f"pictures of more than 8 bits have values up to {preparation.white:,}, which becomes white")
        numbered = ((index, image) for index, (_, image) in enumerate(self._each(names, preparation)))
        while part := list(itertools.islice(numbered, PART)):
            unreadable += [image for _, image in part if isinstance(image, Unreadable)]
            if read := [(index, image) for index, image in part if not isinstance(image, Unreadable)]:
                indices, images = map(np.array, zip(*read, strict=True))
                yield Chunk(images, about.labels[indices], about.is_held_out[indices])
        if unreadable:
            if len(unreadable) > MAX_SKIPPED_SHARE * len(names):
                got = f"{self.path}, where {len(unreadable):,} of {len(names):,} can't, such as {unreadable[0]}"
                raise SettingError("images", f"{self.place} of which nine in ten can be read", got)
            notes.append(f"left out: {len(unreadable):,} of {len(names):,} images, such as {unreadable[0]}")
        nothing = Chunk(np.empty([0, *preparation.image_shape], np.uint8), about.labels[:0], about.is_held_out[:0])
        yield nothing._replace(skipped=(*about.skipped, *unreadable), notes=tuple(notes), white=preparation.white)

    def _choose_channels(self, names: Sequence[str], preparation: Preparation) -> int:
        """3 if any image is colored, which the first usually is; else 1."""
        is_colored = partial(_is_colored, dataclasses.replace(preparation, channels=3))
        for part in (names[:1], names):
            pictures = self._each_picture(part, is_colored, preparation.size)
            with contextlib.closing(progress(pictures, len(part), "looking for colors")) as answers:
                if any(answer is True for _, answer in answers):
                    return 3
        return 1

    def _find_white(self, names: Sequence[str], size: int) -> int:
        """The largest number of as many bits as all values of pictures have that have more than 8 bits.

        Scanners and microscopes write 12 bits into 16, which would become nearly black.
        """

        for part in (names[:DEEP_WITHIN], names):
            found = progress(self._each_picture(part, _largest_value, size), len(part), "looking for the largest value")
            values = [value for _, value in found if isinstance(value, float)]
            if not values:
                return WHITE
        return 2 ** int(max(values)).bit_length() - 1

    def _each_picture(
        self, names: Sequence[str], use: Callable[[str, Image.Image], Any], size: int
    ) -> Iterator[tuple[str, Any]]:
        """Each name with what `use`, which can be pickled, gives for its picture, or `Unreadable`; as `read` does."""
        results = in_processes(partial(_read, use, size), self.read(names), len(names))
        with warnings.catch_warnings(), contextlib.closing(results):
            yield from results


def _read(use: Callable[[str, Image.Image], Any], size: int, item: tuple[str, str | BytesIO | None]) -> tuple[str, Any]:
    # Pillow warns about damaged EXIF data, unusual palettes and very large images, but reads them.
    warnings.simplefilter("ignore")  # Here, since this may be a process of its own.
    name, file = item
    reason = "not a file, or a broken link"
    try:
        if file is not None:
            with open_picture(file, size) as picture:
                return name, use(name, picture)
    except UnidentifiedImageError:
        reason = "not an image that Pillow can open"
    except Exception as error:  # Pillow's decoders raise many kinds of errors on damaged files.
        reason = first_line(error)
    return name, Unreadable(f"{printable(name)}: {reason}")


def _prepared(preparation: Preparation, place: Path, name: str, picture: Image.Image) -> np.ndarray:
    return preparation(without_border(place / name, picture) if preparation.crop == "center" else picture)


def _is_colored(colored: Preparation, _: str, picture: Image.Image) -> bool:
    if picture.mode in GRAY_MODES or is_deep(picture):
        return False
    return bool(np.ptp(colored(picture), axis=-1).max() > GRAY_TOLERANCE)


def _largest_value(_: str, picture: Image.Image) -> float | None:
    if not is_deep(picture):
        return None
    values = np.asarray(picture)
    return float(values[np.isfinite(values)].max(initial=1))


class Folder(ImageFiles):
    """The image files in a folder and the folders in it, but not those that are hidden; or one file alone."""

    place = "a folder of images"

    def __init__(self, path: Path):
        self.path, files = (path, _find_files(path)) if path.is_dir() else (path.parent, [path.name])
        self.names, self.others = _sorted_out(files, is_one=not path.is_dir())

    def digest(self) -> str:
        """SHA-256 of the states of all images, which shows whether any has changed; a million states take 200 MB."""
        digest = hashlib.sha256()
        for name in progress(self.names, len(self.names), "looking for changes"):
            path, state = f"{self.path}/{name}", None
            with contextlib.suppress(OSError):  # A broken link, which is reported when it is read.
                state = file_state(path)
            digest.update(repr((name, state)).encode())
        return digest.hexdigest()

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        for name in names:
            path = f"{self.path}/{name}"  # A Path takes ten times as long, of which a million is a wait.
            yield name, path if os.path.isfile(path) else None


def describe_others(others: Counter[str]) -> str:
    """How many files are no images, in words."""
    return f"files that are no images ({', '.join(f'{ending}: {number:,}' for ending, number in others.items())})"


def _sorted_out(files: Iterable[str], is_one: bool = False) -> tuple[list[str], Counter[str]]:
    """The names of images, sorted, and the endings of other files; `is_one` is for a file that is to be an image."""
    names, others = [], Counter()
    for name in sorted(files):
        if name.startswith(".") or "/." in name or name.rpartition("/")[2] in ATTRIBUTES_FILES:
            continue
        ending = os.path.splitext(name)[1].lower()
        if is_one or ending in ENDINGS:
            names.append(name)
        else:
            others[printable(ending) or "no ending"] += 1
    return names, others


def _find_files(root: Path) -> list[str]:
    """The relative paths of files below a folder; each folder once, even if links form a cycle."""

    def refuse(error: OSError):
        raise SettingError("images", "folders that can be read", f"{error.filename} ({first_line(error)})") from error

    found, seen = [], set()
    for folder, below, files in os.walk(root, onerror=refuse, followlinks=True):
        is_new = os.path.realpath(folder) not in seen
        seen.add(os.path.realpath(folder))
        # Sorted, so that of two links to one folder always the same one is followed.
        below[:] = sorted(name for name in below if is_new and not name.startswith("."))
        place = os.path.relpath(folder, root)
        found += [f"{place}/{name}".removeprefix("./") for name in files if is_new]
    return found


class Archive(ImageFiles):
    """The image files in an archive, in the order and with the labels that they would have in a folder."""

    place = "an archive of images"

    def __init__(self, path: Path):
        self.path = path
        self._members = self._find_members()
        self.names, self.others = _sorted_out(self._members)

    def _find_members(self) -> dict[str, Member]:
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

    def attributes(self) -> tuple[Path, bytes] | None:
        inside = next((name for name in self._members if name.rpartition("/")[2] in ATTRIBUTES_FILES), None)
        if inside is None:
            return super().attributes()
        with self._opened() as archive:
            return self.path / inside, _content(archive, self._members[inside]).getvalue()

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, BytesIO | None]]:
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
