"""What the archives of well-known data sets say about their images, beside the images or in the names of files.

Folders are recognized as they unpack:

- CelebA: images named as in `list_attr_celeba.txt`, which lies in their folder or beside it and has their attributes.
- Chairs (Aubry et al. 2014, "Seeing 3D chairs"): `<chair>/renders/image_001_p020_t011_r096.png`, with elevation and
  azimuth in degrees after p and t.
- Any others: `<label>/...`, where all images lie in folders.

Training reads labels only to refuse damaged ones before it starts.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from infogan_tf.errors import SettingError, first_line, printable

ATTRIBUTES_FILE = "list_attr_celeba.txt"
ATTRIBUTE_VALUES = {"-1": 0, "1": 1}
VIEW = re.compile(r"(?P<chair>[^/]+)/renders/image_\d+_p(?P<elevation>\d+)_t(?P<azimuth>\d+)_r\d+\.png$")
# Of a render, the usual crop: chairs are small in the middle of what is white otherwise.
RENDER_SIZE, RENDER_CROP = (600, 600), (100, 100, 500, 500)


class Label(NamedTuple):
    """One label of all images of a folder.

    Attributes:
        name: what it is called.
        values: `[number]`, numbers or text, in the order of the images.
        class_names: what the values mean, if they are positions in it.
    """

    name: str
    values: np.ndarray
    class_names: tuple[str, ...] | None = None


def read_labels(folder: Path, names: Sequence[str]) -> list[Label]:
    """The labels of a folder's images; none where neither files nor folders have any.

    Args:
        folder: the folder.
        names: the images' paths in it, with /.

    Raises:
        SettingError: the folder is one of a known archive, but its labels are damaged or missing for some images.
    """
    attributes = next((path for path in _places_of_attributes(folder) if path.is_file()), None)
    if attributes is not None:
        return _attributes(attributes, names)
    views = [_view(f"{folder}/{name}") for name in names]
    return _views(views, names) if any(views) else _top_folders(names)


def without_border(path: Path, picture: Image.Image) -> Image.Image:
    """A render of the chairs' archive cropped to its middle 400x400 of 600x600; other pictures as they are."""
    return picture.crop(RENDER_CROP) if picture.size == RENDER_SIZE and _view(str(path)) else picture


def _places_of_attributes(folder: Path) -> tuple[Path, Path]:
    return folder / ATTRIBUTES_FILE, Path(os.path.abspath(folder)).parent / ATTRIBUTES_FILE


def _attributes(path: Path, names: Sequence[str]) -> list[Label]:
    attributes, values = _parse_attributes(path)
    try:
        rows = b"".join(values[name.rpartition("/")[2]] for name in names)
    except KeyError as error:
        raise _damaged(path, f"which lacks {printable(error.args[0])}") from error
    columns = np.frombuffer(rows, np.uint8).reshape(len(names), len(attributes)).T.astype(np.int64)
    return [Label(name, column, ("no", "yes")) for name, column in zip(attributes, columns, strict=True)]


def _parse_attributes(path: Path) -> tuple[list[str], dict[str, bytes]]:
    """The attributes' names, and by file name their values, 0 or 1 in a byte each: CelebA has 8 million."""
    try:
        first, header, *lines = path.read_text(encoding="utf-8").rstrip().splitlines()
        number = int(first)
    except (OSError, ValueError) as error:
        raise _damaged(path, f"which does not begin with a number of images ({first_line(error)})") from error
    attributes = header.split()
    if number != len(lines):
        raise _damaged(path, f"which has {len(lines):,} images, and {number:,} according to its first line")
    values = {}
    for position, line in enumerate(lines, 3):
        name, *of_image = line.split() or [""]
        if len(of_image) != len(attributes):
            raise _damaged(path, f"whose line {position:,} has {len(of_image)} values of {len(attributes)} attributes")
        try:
            values[name] = bytes([ATTRIBUTE_VALUES[value] for value in of_image])
        except KeyError as error:
            wrong = printable(error.args[0])
            raise _damaged(path, f"whose line {position:,} has {wrong!r} in place of 1 or -1") from error
    return attributes, values


def _damaged(path: Path, how: str) -> SettingError:
    return SettingError("images", f"{ATTRIBUTES_FILE} as in CelebA's archive, with every image", f"{path}, {how}")


def _view(path: str) -> re.Match | None:
    """What the path of a render says; absolute, since the folder that was given may be that of one chair."""
    return VIEW.search(os.path.abspath(path))


def _views(views: Sequence[re.Match | None], names: Sequence[str]) -> list[Label]:
    if None in views:
        expected = "only images such as <chair>/renders/image_001_p020_t011_r096.png beside others of this form"
        raise SettingError("images", expected, printable(names[views.index(None)]))
    angles = [Label(name, np.array([int(view[name]) for view in views])) for name in ("azimuth", "elevation")]
    return [*angles, Label("chair", np.array([view["chair"] for view in views]))]


def _top_folders(names: Sequence[str]) -> list[Label]:
    folders = [name.split("/")[0] for name in names if "/" in name]
    return [Label("folder", np.array(folders))] if len(folders) == len(names) and len(set(folders)) > 1 else []
