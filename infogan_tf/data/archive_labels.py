"""Labels that well-known archives have beside their images or in the names of files, packed or unpacked.

- CelebA: images named as in `list_attr_celeba.txt`, which lies in their folder or beside it and has their attributes;
  their endings may differ, as in CelebA's edition of PNG files.
- Chairs (Aubry et al. 2014, "Seeing 3D chairs"): `<chair>/renders/image_001_p020_t011_r096.png`, with elevation and
  azimuth in degrees after p and t.
- Any others: `<label>/...`, where images lie in several folders.

Only evaluation reads labels, so that none of this keeps a set from being trained on.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from infogan_tf.data.image_data import Labels
from infogan_tf.errors import printable

MAX_UNLABELED_SHARE = 0.1
ATTRIBUTES_FILES = "list_attr_celeba.txt", "list_attr_celeba.csv"  # The latter is Kaggle's.
VIEW = re.compile(r"(?P<chair>[^/]+)/renders/image_\d+_p(?P<elevation>\d+)_t(?P<azimuth>\d+)_r\d+\.png$")
# Of a render, the usual crop: chairs are small in the middle of what is white otherwise.
RENDER_SIZE, RENDER_CROP = (600, 600), (100, 100, 500, 500)


class _Found(NamedTuple):
    """Labels of one kind: for each image a row, None if it has none; `problem` says of what."""

    columns: dict[str, np.dtype | type]
    rows: list[tuple | None]
    origin: str
    problem: str
    class_names: tuple[str, ...] | None = None


def find_attributes(path: Path) -> Path | None:
    """The file of CelebA's attributes in a folder or beside it, or beside an archive."""
    places = [place / name for place in (path, path.absolute().parent) for name in ATTRIBUTES_FILES]
    return next((place for place in places if place.is_file()), None)


def read_labels(
    folder: Path, names: Sequence[str], within: Sequence[str], attributes: tuple[Path, bytes] | None
) -> tuple[Labels, np.ndarray]:
    """The labels of images, if nine tenths of them or more have some, and which images have, bool `[number]`.

    All images count as labeled if there are no labels; their `origin` says why.

    Args:
        folder: what the images lie in; it may be an archive or a folder in it.
        names: the images' paths in it, with /.
        within: the same without folders that say what is held out.
        attributes: the file of CelebA's attributes and what is in it, if there is one.
    """
    found = [_folders(within)]
    root = os.path.abspath(folder)  # Since the folder that was given may be that of one chair.
    if any(views := [VIEW.search(f"{root}/{name}") for name in names]):
        found.insert(0, _views(views))
    if attributes is not None:
        found.insert(0, _attributes(*attributes, names))
    problems = []
    for columns, rows, origin, problem, class_names in found:
        is_labeled = np.array([row is not None for row in rows])
        unlabeled = [printable(name) for name, row in zip(names, rows, strict=True) if row is None]
        if len(unlabeled) <= MAX_UNLABELED_SHARE * len(rows):
            values = zip(*filter(None, rows), strict=True)
            labels = {
                name: np.array(column, kind) for (name, kind), column in zip(columns.items(), values, strict=True)
            }
            origin = ", since ".join([origin, *problems])
            return Labels(labels, dict.fromkeys(columns, class_names), origin), is_labeled
        problems.append(f"{len(unlabeled):,} of {len(rows):,} images {problem}, such as {unlabeled[0]}")
    return Labels(origin=f"since {', and '.join(problems)}"), np.ones(len(names), bool)


def without_border(path: Path, picture: Image.Image) -> Image.Image:
    """A render of the chairs' archive cropped to its middle 400x400 of 600x600; other pictures as they are."""
    return picture.crop(RENDER_CROP) if picture.size == RENDER_SIZE and VIEW.search(os.path.abspath(path)) else picture


def _stem(name: str) -> str:
    """The name of a file without folders and ending."""
    return os.path.splitext(os.path.basename(name))[0]


def _attributes(path: Path, content: bytes, names: Sequence[str]) -> _Found:
    text = content.decode(errors="replace").replace(",", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.isspace()]
    header = next((line for line in lines if not line[0].isdigit()), [])  # After the number of images.
    attributes = header[header[:1] == ["image_id"] :]
    columns = dict.fromkeys(attributes, np.uint8)
    values = {
        _stem(name): tuple(value == "1" for value in row)
        for name, *row in lines
        if len(row) == len(attributes) == len(columns) and set(row) <= {"1", "-1"}
    }
    rows = [values.get(_stem(name)) for name in names]
    return _Found(
        columns, rows, printable(str(path)), f"have no line of values in {printable(str(path))}", ("no", "yes")
    )


def _views(views: Sequence[re.Match | None]) -> _Found:
    columns = {"azimuth": int, "elevation": int, "chair": str}
    rows = [view and tuple(map(view.__getitem__, columns)) for view in views]
    return _Found(columns, rows, "the names of files", "aren't named as renders of chairs are")


def _folders(names: Sequence[str]) -> _Found:
    """The first folder of each image in which there are several."""
    root = ""
    while True:
        paths = [name.removeprefix(root).partition("/") if name.startswith(root) else ("", "", "") for name in names]
        folders = {folder for folder, slash, _ in paths if slash}
        if len(folders) != 1:
            break
        root += f"{folders.pop()}/"
    rows = [(folder,) if slash else None for folder, slash, _ in paths]
    some = ", ".join(map(printable, sorted(folders)[:10])) + (", ..." if len(folders) > 10 else "")
    problem = "don't lie in one of several folders"
    return _Found({"folder": str}, rows, f"the {len(folders)} folders {some}", problem)
