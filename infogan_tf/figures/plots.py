"""Plots as files: the paper's Figure 1, and tables of numbers, the darker the stronger."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from infogan_tf.files import write_atomically

LAST_UPDATE = 1000  # Of Figure 1.
LONGEST_LABEL = 22
INCHES_PER_CELL = (0.8, 0.5)
INCHES_BESIDE, INCHES_BELOW = 2.0, 2.2
LEAST_WIDTH = 5.0
CHARACTERS_PER_INCH = 13  # At the caption's size, with a margin.


def plot_information(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    ceiling: float,
    path: Path,
    caption: str,
    last_update: int = LAST_UPDATE,
):
    """Draws L_I against updates as a PNG, with the ceiling H(c) in nats; axes as in the paper's Figure 1.

    Curves are by legend, points (update, nats) in order; the plot ends at `last_update`.
    """
    figure = Figure(figsize=(6.4, 5.0), layout="constrained")
    axes = figure.add_subplot()
    for label, points in curves.items():
        shown = [(update, value) for update, value in points if update <= last_update]
        axes.plot(*zip(*shown, strict=True), label=label, linewidth=1.2)
    axes.axhline(ceiling, color="gray", linestyle="--", linewidth=1, label=f"H(c) = {ceiling:.3f}")
    axes.set(
        xlim=(0, last_update), ylim=(-0.5, max(2.5, math.ceil(ceiling * 2) / 2)), xlabel="update", ylabel="$L_I$, nats"
    )
    # Outside, since curves may be anywhere inside.
    figure.legend(loc="outside upper left", fontsize=8)
    axes.grid(alpha=0.3)
    save_figure(figure, path, caption)


def plot_associations(table: Mapping[str, Mapping[str, Any]], path: Path, caption: str):
    """Draws codes down and factors across as a PNG: the value of an `Association`, its measure, and the code's part."""
    shades = np.array([[cell.adjusted for cell in row.values()] for row in table.values()])
    texts = [[_association_text(cell) for cell in row.values()] for row in table.values()]
    factors = next(iter(table.values()))
    if any(cell.part is not None for row in table.values() for cell in row.values()):
        caption += "; [n] is the category or dimension of the code that was measured, the strongest"
    _plot(shades, texts, ("code", list(table)), ("factor", list(factors)), path, caption)


def plot_confusion(confusion: np.ndarray, categories: Sequence[int], code: str, path: Path, caption: str):
    """Draws counts `[num_categories, num_classes]` as a PNG, with a row for each of the categories, top down."""
    counts = np.asarray(confusion)[list(categories)]
    shades = np.sqrt(counts / max(counts.max(), 1))  # The root shows small errors.
    rows = ("category, in the order of its matched class", [f"{code}={category}" for category in categories])
    _plot(shades, counts.astype(str), rows, ("true class", list(map(str, range(counts.shape[1])))), path, caption)


def _association_text(cell: Any) -> str:
    part = "" if cell.part is None else f" [{cell.part}]"
    return f"{cell.value:.2f}{part}\n{cell.measure}"


def _plot(
    shades: np.ndarray,
    texts: Sequence[Sequence[str]],
    rows: tuple[str, list[str]],
    columns: tuple[str, list[str]],
    path: Path,
    caption: str,
):
    """Draws cells of shades in [0, 1] with texts; rows and columns are a title and a label for each."""
    width = max(INCHES_BESIDE + INCHES_PER_CELL[0] * len(columns[1]), LEAST_WIDTH)
    height = INCHES_BELOW + INCHES_PER_CELL[1] * len(rows[1])
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), shade in np.ndenumerate(shades):
        color = "white" if shade > 0.55 else "black"
        axes.text(column, row, texts[row][column], ha="center", va="center", fontsize=8, color=color)
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


def save_figure(figure: Figure, path: Path, caption: str):
    """Writes a matplotlib figure with a caption below as a PNG, atomically and without a display."""
    width = int(CHARACTERS_PER_INCH * figure.get_figwidth())
    # Names of folders and labels may hold a $, which would begin a formula.
    figure.supxlabel(textwrap.fill(caption, width), fontsize=8, parse_math=False)
    canvas = FigureCanvasAgg(figure)
    write_atomically(path, lambda partial: canvas.print_figure(partial, dpi=150, format="png"))
