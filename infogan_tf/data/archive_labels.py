"""Labels that well-known archives have beside their images or in the names of files, packed or unpacked.

- CelebA: images named as in `list_attr_celeba.txt`, which lies in their folder or beside it and has their attributes.
- Chairs (Aubry et al. 2014, "Seeing 3D chairs"): `<chair>/renders/image_001_p020_t011_r096.png`, with elevation and
  azimuth in degrees after p and t.
- Any others: `<label>/...`, where all images lie in folders.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from infogan_tf.data.image_data import Labels
from infogan_tf.errors import SettingError, first_line, printable

ATTRIBUTES_FILE = "list_attr_celeba.txt"
VIEW = re.compile(r"(?P<chair>[^/]+)/renders/image_\d+_p(?P<elevation>\d+)_t(?P<azimuth>\d+)_r\d+\.png$")
# Of a render, the usual crop: chairs are small in the middle of what is white otherwise.
RENDER_SIZE, RENDER_CROP = (600, 600), (100, 100, 500, 500)


def find_attributes(path: Path) -> Path | None:
    """The file of CelebA's attributes in a folder or beside it, or beside an archive."""
    places = (path / ATTRIBUTES_FILE, path.absolute().parent / ATTRIBUTES_FILE)
    return next((place for place in places if place.is_file()), None)


def read_labels(folder: Path, names: Sequence[str], attributes: Path | None, content: bytes | None = None) -> Labels:
    """The labels of images, if there are any.

    Args:
        folder: what the images lie in; it may be an archive or a folder in it.
        names: the images' paths in it, with /.
        attributes: the file of CelebA's attributes, if there is one.
        content: what is in that file, if it lies in an archive.

    Raises:
        SettingError: labels of a known set are damaged or missing for some images.
    """
    if attributes is not None and names:
        return _attributes(attributes, content, names)
    views = [_view(folder / name) for name in names]
    return _views(views, names) if any(views) else _top_folders(names)


def without_border(path: Path, picture: Image.Image) -> Image.Image:
    """A render of the chairs' archive cropped to its middle 400x400 of 600x600; other pictures as they are."""
    return picture.crop(RENDER_CROP) if picture.size == RENDER_SIZE and _view(path) else picture


def _attributes(path: Path, content: bytes | None, names: Sequence[str]) -> Labels:
    try:
        number, header, *lines = (path.read_bytes() if content is None else content).decode().rstrip().splitlines()
        if int(number) != len(lines):
            raise ValueError(f"which has {len(lines):,} images, and {number} according to its first line")
        attributes, values = header.split(), {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
        rows = np.loadtxt([values[name.rpartition("/")[2]] for name in names], np.int8, ndmin=2)
        if rows.shape != (len(names), len(attributes)) or not (np.abs(rows) == 1).all():
            raise ValueError(f"which has lines that are not a name and {len(attributes)} values of 1 or -1")
    except KeyError as error:
        raise _damaged(path, f"which lacks {printable(error.args[0])}") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, first_line(error)) from error
    columns = dict(zip(attributes, (rows == 1).astype(np.uint8).T, strict=True))
    return Labels.of(columns, dict.fromkeys(attributes, ("no", "yes")))


def _damaged(path: Path, how: str) -> SettingError:
    return SettingError("images", f"{ATTRIBUTES_FILE} as in CelebA's archive, with every image", f"{path} ({how})")


def _view(path: Path) -> re.Match | None:
    """What the path of a render says; absolute, since the folder that was given may be that of one chair."""
    return VIEW.search(os.path.abspath(path))


def _views(views: Sequence[re.Match | None], names: Sequence[str]) -> Labels:
    if None in views:
        expected = "only images such as <chair>/renders/image_001_p020_t011_r096.png beside others of this form"
        raise SettingError("images", expected, printable(names[views.index(None)]))
    columns = {name: np.array([int(view[name]) for view in views]) for name in ("azimuth", "elevation")}
    return Labels.of({**columns, "chair": np.array([view["chair"] for view in views])})


def _top_folders(names: Sequence[str]) -> Labels:
    folders = [name.partition("/")[0] for name in names]
    is_label = all("/" in name for name in names) and len(set(folders)) > 1
    return Labels.of({"folder": np.array(folders)} if is_label else {})
