"""Folders of image files of any size and kind."""

import contextlib
import dataclasses
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from infogan_tf.data.archive_labels import Label, read_labels, without_border
from infogan_tf.data.image_data import HOLD_OUT_OWN_EVERY
from infogan_tf.data.preparation import Preparation, in_parallel, is_colored
from infogan_tf.data.store import SplitWriter, StoredImages, short_hash, stored
from infogan_tf.errors import SettingError, first_line, printable

EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
GRAY_MODES = ("1", "L", "LA", "I;16")
MAX_SKIPPED_SHARE = 0.1
SKIPPED_BECAUSE = ": "
# Much larger JPEG files are decoded at a half, a fourth or an eighth of their size, at least this many times ours.
DRAFT_FACTOR = 2


class ImageFile(NamedTuple):
    """A file below a folder, with what shows whether it has changed."""

    name: str
    size: int
    modified_ns: int


class Unreadable(str):
    """Why a file can't be read, returned in place of its image."""


def read_folder(folder: Path, preparation: Preparation) -> StoredImages:
    """All images in a folder and the folders in it, sorted by relative path; every tenth is held out.

    Images are files named .png, .jpg, .jpeg, .webp or .gif; of an animation the first frame is taken. Hidden files and
    folders are left out. Images are rotated as their EXIF data says. If `channels` is None, they become gray
    if all of them are. Files that can't be read are left out and reported.

    Raises:
        SettingError: there are no images, more than a tenth of them can't be read, or their labels are damaged.
    """
    files = _images_in(folder)
    read_labels(folder, [file.name for file in files])  # Refused now, and not only at evaluation.
    # The name identifies the folder, so that outdated images are removed when its files have changed.
    name = f"folder-{short_hash(folder.resolve(), preparation)}"
    version = short_hash(preparation.version, *files)
    return stored(name, version, lambda writer: _decode(folder, files, preparation, writer))


def each_of_folder(path: Path, preparation: Preparation) -> Iterator[tuple[str, np.ndarray | Unreadable]]:
    """The images of a folder as `read_folder` finds them, or of one file; none held out and none kept.

    Yields:
        The relative path of each file, with its image, uint8 `[height, width, channels]`, or why it can't be read.

    Raises:
        SettingError: there are no images.
    """
    folder, files = (path, _images_in(path)) if path.is_dir() else (path.parent, [ImageFile(path.name, 0, 0)])
    with _for_each(files, lambda file: _read(folder / file.name, preparation), "reading images") as images:
        yield from zip((file.name for file in files), images, strict=True)


def describe_skipped(name: str, reason: Unreadable) -> str:
    """A file that was left out, as `name: reason`."""
    return f"{printable(name)}{SKIPPED_BECAUSE}{reason}"


def read_folder_labels(folder: Path, skipped: Sequence[str]) -> list[Label]:
    """The labels of a folder's images, in the order of `read_folder`.

    Args:
        folder: as given to `read_folder`.
        skipped: what it returned as skipped.

    Raises:
        SettingError: they are damaged.
    """
    # Names may hold the separator too.
    unreadable = {line[: end.start()] for line in skipped for end in re.finditer(SKIPPED_BECAUSE, line)}
    names = [file.name for file in _find_images(folder) if printable(file.name) not in unreadable]
    return read_labels(folder, names)


def _images_in(folder: Path) -> list[ImageFile]:
    files = _find_images(folder)
    if not files:
        raise SettingError("images", f"a folder of images ({', '.join(EXTENSIONS)})", f"{folder}, which has none")
    return files


def _find_images(root: Path) -> list[ImageFile]:
    """The images below a folder, sorted by relative path; each folder once, even where links form a cycle."""
    files, seen, folders = [], set(), [""]  # Relative paths, all but the first with a trailing /.
    while folders:
        folder = folders.pop()
        path = root / folder
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            # Sorted, so that of two links to one folder always the same one is followed.
            entries = sorted(os.scandir(path), key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            raise SettingError("images", "folders that can be read", f"{path} ({first_line(error)})") from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                folders.append(f"{folder}{entry.name}/")
            elif entry.name.lower().endswith(EXTENSIONS):
                files.append(_describe(folder, entry))
    return sorted(files)


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link to itself.
        return False


def _describe(folder: str, entry: os.DirEntry) -> ImageFile:
    name = folder + entry.name
    try:
        status = entry.stat()
    except OSError:
        return ImageFile(name, 0, 0)  # A broken link, which is reported when it is read.
    return ImageFile(name, status.st_size, status.st_mtime_ns)


def _decode(folder: Path, files: list[ImageFile], preparation: Preparation, writer: SplitWriter) -> tuple[str, ...]:
    if preparation.channels is None:
        preparation = dataclasses.replace(preparation, channels=_choose_channels(folder, files, preparation))
    skipped = []
    with _for_each(files, lambda file: _read(folder / file.name, preparation), "decoding images") as images:
        for file, image in zip(files, images, strict=True):
            if isinstance(image, Unreadable):
                skipped.append(describe_skipped(file.name, image))
            else:
                writer.split(image[None], HOLD_OUT_OWN_EVERY)
    if len(skipped) > MAX_SKIPPED_SHARE * len(files):
        got = f"{folder}, where {len(skipped):,} of {len(files):,} can't, such as {skipped[0]}"
        raise SettingError("images", "a folder of images of which nine in ten can be read", got)
    return tuple(skipped)


def _choose_channels(folder: Path, files: list[ImageFile], preparation: Preparation) -> int:
    """3 if any image is colored, which the first usually is; else 1."""
    colored = dataclasses.replace(preparation, channels=3)
    with _for_each(files, lambda file: _is_colored(folder / file.name, colored), "looking for colors") as answers:
        return 3 if any(answer is True for answer in answers) else 1


def _read(path: Path, preparation: Preparation) -> np.ndarray | Unreadable:
    def prepare(picture: Image.Image) -> np.ndarray:
        picture = ImageOps.exif_transpose(picture)
        return preparation(without_border(path, picture) if preparation.crop == "center" else picture)

    return _with_picture(path, preparation, prepare)


def _is_colored(path: Path, preparation: Preparation) -> bool | Unreadable:
    # An image with a gray mode need not be decoded.
    return _with_picture(
        path, preparation, lambda picture: picture.mode not in GRAY_MODES and is_colored(preparation(picture))
    )


def _with_picture(path: Path, preparation: Preparation, use: Callable[[Image.Image], object]):
    try:
        if not path.is_file():
            return Unreadable("not a file, or a broken link")
        with Image.open(path, formats=FORMATS) as picture:
            picture.draft(None, (DRAFT_FACTOR * preparation.size,) * 2)
            return use(picture)
    except UnidentifiedImageError:
        return Unreadable(f"not a file of {', '.join(FORMATS)}")
    except Exception as error:  # Pillow's decoders raise many kinds of errors on damaged files.
        return Unreadable(first_line(error))


@contextlib.contextmanager
def _for_each(files: list[ImageFile], function: Callable[[ImageFile], object], label: str) -> Iterator[Iterator]:
    results = in_parallel(function, files, len(files), label)
    with warnings.catch_warnings(), contextlib.closing(results):
        # Pillow warns about damaged EXIF data, unusual palettes and very large images, but reads them.
        warnings.simplefilter("ignore")
        yield results
