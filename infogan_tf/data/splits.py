"""Which images are held out: chosen evenly, or by folders such as train/ and test/."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from infogan_tf.data.image_data import Labels

# Every fifth image of a data set without a test split is held out, every tenth of a user's own images.
HOLD_OUT_EVERY, HOLD_OUT_OWN_EVERY = 5, 10
SPLIT = re.compile("(?<![a-zA-Z])(?i:(training|train)|validation|valid|val|testing|test)(?![a-z])")


def in_turn(number: int, every: int) -> np.ndarray:
    """Whether each image is held out, bool `[number]`: the last one of every `every`.

    For known sets: it is balanced where a set is sorted by class, but not where its classes or views alternate.
    """
    return np.arange(number) % every == every - 1


def at_random(number: int, every: int, labels: Labels | None = None) -> np.ndarray:
    """The same, but a random one of every `every` images, within each class where there are classes.

    Every class is held out by its share, and views or classes may alternate. The first image is always trained on. The
    same number and classes give the same choice.
    """
    classes = np.zeros(number, int) if labels is None else _classes(labels, number)
    places = np.arange(number)
    drawn = np.random.default_rng(0).integers((places == 0).astype(int), every)  # For each row, at its beginning.
    is_held_out = np.empty(number, bool)
    is_held_out[np.argsort(classes, kind="stable")] = places % every == drawn[places // every * every]
    return is_held_out


def _classes(labels: Labels, number: int) -> np.ndarray:
    """A number for each image's class `[number]`: by the first label that is text, or else by the first of integers."""
    for column in sorted(labels.columns.values(), key=lambda column: column.dtype.kind != "U"):
        distinct, classes, counts = np.unique(column, return_inverse=True, return_counts=True)
        is_class = column.dtype.kind == "U" or (distinct == np.rint(distinct)).all()
        if is_class and np.median(counts) > 1:  # Else most values are of a single image.
            return classes
    return np.zeros(number, int)


class Split(NamedTuple):
    """What folders such as train/ and test/ say about images, in their order."""

    names: list[str]  # Their paths as they would be without these folders.
    is_inside: np.ndarray  # Whether they lie in any of these, bool `[number]`.
    is_held_out: np.ndarray
    training: list[str]  # The folders.
    held_out: list[str]


def find_split(names: Sequence[str]) -> Split | None:
    """The folders for training and for validation or testing, beside each other at any depth, that hold most images.

    What a folder's name says besides is a folder of its own: of trainA/ and testA/ it is A/.
    """
    parts = [name.split("/") for name in names]
    for depth in range(max(map(len, parts), default=1) - 1):
        folders = [path[depth] if len(path) > depth + 1 else "" for path in parts]
        found = {folder: SPLIT.search(folder) for folder in set(folders)}
        training, held_out = (
            sorted(folder for folder, match in found.items() if match and bool(match[1]) == is_training)
            for is_training in (True, False)
        )
        is_inside = np.array([found[folder] is not None for folder in folders])
        if training and held_out and is_inside.mean() >= 0.5:
            parts = _without_split(parts, depth, [*training, *held_out])
            is_held_out = np.isin(folders, held_out)
            classes = np.array([path[depth] if len(path) > depth + 1 else "" for path in parts])
            of_training = classes[is_inside & ~is_held_out]
            is_known = np.isin(classes, of_training[of_training != ""])
            if np.mean(of_training != "") >= 0.9 and not is_known[is_held_out].any():
                # Test images of a competition, whose classes are not told: what is held out is chosen from the others.
                is_inside, is_held_out, held_out = is_inside & ~is_held_out, np.zeros_like(is_held_out), []
            return Split(list(map("/".join, parts)), is_inside, is_held_out, training, held_out)
    return None


def _without_split(parts: list[list[str]], depth: int, folders: Sequence[str]) -> list[list[str]]:
    """Paths without the folders of a split at a depth, of whose names only what they say besides is kept."""
    rest = {folder: re.sub("[^a-zA-Z]", "", SPLIT.sub("", folder)) for folder in folders}
    says_more, changed = all(rest.values()), []
    for path in parts:
        if len(path) > depth + 1 and path[depth] in rest:
            folder, *below = path[depth:]
            # Archives often have such a folder twice, one in the other.
            is_twice = len(below) > 1 and below[0] == folder
            path = [*path[:depth], *([rest[folder]] if says_more else []), *below[is_twice:]]
        changed.append(path)
    return changed
