"""Tables of numbers as pictures, the darker the stronger: codes against factors, and confusion matrices."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from infogan_tf.figures.plots import save_figure

LONGEST_LABEL = 22
INCHES_PER_CELL = (0.8, 0.5)
INCHES_BESIDE, INCHES_BELOW = 2.0, 2.2
LEAST_WIDTH = 5.0


class _Cells(NamedTuple):
    """What is drawn: shades in [0, 1] and texts, both `[rows, columns]`."""

    shades: np.ndarray
    texts: Sequence[Sequence[str]]


def plot_associations(table: Mapping[str, Mapping[str, Mapping[str, Any]]], path: Path, caption: str):
    """Draws codes down and factors across: in each cell the value, its measure, and which part of the code.

    Args:
        table: by code and factor, the fields of an `Association`; at least one of each.
        path: the PNG file.
        caption: stands below.
    """
    shades = np.array([[cell["strength"] for cell in row.values()] for row in table.values()])
    texts = [[_association_text(cell) for cell in row.values()] for row in table.values()]
    factors = next(iter(table.values()))
    if any(cell["part"] is not None for row in table.values() for cell in row.values()):
        caption += "; [n] is the category or dimension of the code that was measured, the strongest"
    _plot(_Cells(shades, texts), ("code", list(table)), ("factor", list(factors)), path, caption)


def plot_confusion(confusion: np.ndarray, categories: Sequence[int], code: str, path: Path, caption: str):
    """Draws images by category and class, rows in the order of the classes that they are matched to.

    Args:
        confusion: counts `[num_categories, num_classes]`.
        categories: which category each row shows, top down.
        code: the code's name.
        path: the PNG file.
        caption: stands below.
    """
    counts = np.asarray(confusion)[list(categories)]
    cells = _Cells(np.sqrt(counts / max(counts.max(), 1)), counts.astype(str).tolist())  # The root shows small errors.
    rows = ("category, in the order of its matched class", [f"{code}={category}" for category in categories])
    _plot(cells, rows, ("true class", list(map(str, range(counts.shape[1])))), path, caption)


def _association_text(cell: Mapping[str, Any]) -> str:
    part = "" if cell["part"] is None else f" [{cell['part']}]"
    return f"{cell['value']:.2f}{part}\n{cell['measure']}"


def _plot(cells: _Cells, rows: tuple[str, list[str]], columns: tuple[str, list[str]], path: Path, caption: str):
    """Draws cells with a title and a label for each row, and for each column."""
    width = max(INCHES_BESIDE + INCHES_PER_CELL[0] * len(columns[1]), LEAST_WIDTH)
    height = INCHES_BELOW + INCHES_PER_CELL[1] * len(rows[1])
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(cells.shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), shade in np.ndenumerate(cells.shades):
        color = "white" if shade > 0.55 else "black"
        axes.text(column, row, cells.texts[row][column], ha="center", va="center", fontsize=8, color=color)
    labels = [_shortened(label) for label in columns[1]]
    is_long = max(map(len, labels)) > 6
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if is_long else {}
    axes.set_xticks(range(len(labels)), labels, parse_math=False, **turned)
    axes.set_yticks(range(len(rows[1])), map(_shortened, rows[1]))
    axes.set(xlabel=columns[0], ylabel=rows[0])
    save_figure(figure, path, caption)


def _shortened(label: str) -> str:
    """A long label without its middle, since names often differ in how they begin and end."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL // 2]}...{label[3 - LONGEST_LABEL // 2 :]}"
