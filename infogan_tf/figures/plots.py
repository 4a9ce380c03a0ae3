"""Plots as PNG files with captions: the paper's Figure 1, tables of numbers, and changes of class as equations."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from infogan_tf.files import write_atomically

LAST_UPDATE = 1000  # Of Figure 1.
LONGEST_LABEL = 22
CHARACTERS_PER_INCH = 13  # At the caption's size, with a margin.
SIGN_WIDTH = 0.35  # As a share of an image's.
MINUS = "\N{MINUS SIGN}"

Labels = tuple[str, list[str]]  # The title of the rows or columns of a table, and a label for each.


def plot_information(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    ceiling: float,
    path: Path,
    caption: str,
    last_update: int = LAST_UPDATE,
):
    """Draws L_I against updates, with the ceiling H(c) in nats; axes as in the paper's Figure 1.

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
    """Draws codes down and factors across: the value of an `Association`, its measure, and the code's part."""
    factors = list(next(iter(table.values())))
    cells = [list(row.values()) for row in table.values()]
    texts = [[_association_text(cell) for cell in row] for row in cells]
    if any(cell.part is not None for row in cells for cell in row):
        caption += "; [n] is the category or dimension of the code that was measured, the strongest"
    shades = np.array([[cell.adjusted for cell in row] for row in cells])
    _plot_cells(shades, texts, ("code", list(table)), ("factor", factors), path, caption)


def plot_shares(shares: np.ndarray, codes: Sequence[str], factors: Sequence[str], path: Path, caption: str):
    """Draws shares `[codes, factors]` from 0 to 1."""
    texts = [[f"{share:.2f}" for share in row] for row in shares]
    _plot_cells(shares, texts, ("code", list(codes)), ("factor", list(factors)), path, caption)


def plot_confusion(confusion: np.ndarray, categories: Sequence[int], code: str, path: Path, caption: str):
    """Draws counts `[num_categories, num_classes]`, with a row for each of the categories, top down."""
    counts = np.asarray(confusion)[list(categories)]
    shades = np.sqrt(counts / max(counts.max(), 1))  # The root shows small errors.
    rows = ("category, in the order of its matched class", [f"{code}={category}" for category in categories])
    columns = ("true class", [str(number) for number in range(counts.shape[1])])
    _plot_cells(shades, counts.astype(str), rows, columns, path, caption)


def plot_changes(
    images: np.ndarray,
    changes: Sequence[tuple[str, str]],
    predicted: Mapping[str, Sequence[str]],
    averaged: int,
    path: Path,
    caption: str,
):
    """Draws one change of class a row, as in DCGAN's Figure 7: a sample - a mean of a few + another mean = results.

    Args:
        images: `[rows, columns, height, width, channels]` in [0, 1]: the sample, those whose mean is subtracted, those
            whose mean is added, and the results.
        changes: by row, the source class and the target class.
        predicted: by method, the predicted classes of the results, one for each row.
        averaged: how many samples of a mean are in the images.
        path, caption: the PNG file, and what stands below.
    """
    columns = ["", MINUS, *[""] * averaged, "+", *[""] * averaged, "=", *[""] * len(predicted)]
    widths = [SIGN_WIDTH if sign else 1 for sign in columns]
    figure = Figure(figsize=(0.75 * sum(widths) + 1, 0.94 * len(images) + 1.2), layout="constrained")
    grid = figure.subplots(len(images), len(columns), width_ratios=widths, squeeze=False)
    for axes_of_row, row, change in zip(grid, images, changes, strict=True):
        remaining = iter(row)
        for axes, sign in zip(axes_of_row, columns, strict=True):
            _draw(axes, sign or next(remaining))
        axes_of_row[0].set_ylabel(" to ".join(change), fontsize=8, parse_math=False)
    grid[0, 0].set_title("sample", fontsize=8)
    for sign in (MINUS, "+"):
        middle = columns.index(sign) + (averaged + 1) // 2
        grid[0, middle].set_title("mean of these", fontsize=8)
    for (method, classes), column in zip(predicted.items(), grid.T[-len(predicted) :], strict=True):
        for axes, name in zip(column, classes, strict=True):
            axes.set_xlabel(name, fontsize=8, parse_math=False)
        column[0].set_title(method, fontsize=8)
    save_figure(figure, path, caption)


def save_figure(figure: Figure, path: Path, caption: str):
    """Writes a matplotlib figure with a caption below as a PNG, atomically and without a display."""
    width = int(CHARACTERS_PER_INCH * figure.get_figwidth())
    # Names of folders and labels may hold a $, which would begin a formula.
    figure.supxlabel(textwrap.fill(caption, width), fontsize=8, parse_math=False)
    canvas = FigureCanvasAgg(figure)
    write_atomically(path, lambda partial: canvas.print_figure(partial, dpi=150, format="png"))


def _plot_cells(
    shades: np.ndarray, texts: Sequence[Sequence[str]], rows: Labels, columns: Labels, path: Path, caption: str
):
    """Draws cells of shades in [0, 1] with texts."""
    size = max(2 + 0.8 * len(columns[1]), 5), 2.2 + 0.5 * len(rows[1])
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), shade in np.ndenumerate(shades):
        color = "white" if shade > 0.55 else "black"
        axes.text(column, row, texts[row][column], ha="center", va="center", fontsize=8, color=color)
    labels = [_shortened(label) for label in columns[1]]
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if max(map(len, labels)) > 6 else {}
    axes.set_xticks(range(len(labels)), labels, parse_math=False, **turned)
    axes.set_yticks(range(len(rows[1])), map(_shortened, rows[1]))
    axes.set(xlabel=columns[0], ylabel=rows[0])
    save_figure(figure, path, caption)


def _association_text(cell: Any) -> str:
    if cell.note:
        return "-"
    part = "" if cell.part is None else f" [{cell.part}]"
    return f"{cell.value:.2f}{part}\n{cell.measure}"


def _shortened(label: str) -> str:
    """A long label without its middle, since names often differ in how they begin and end."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL // 2]}...{label[3 - LONGEST_LABEL // 2 :]}"


def _draw(axes: Axes, content: str | np.ndarray):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    if isinstance(content, str):
        axes.text(0.5, 0.5, content, ha="center", va="center", transform=axes.transAxes)
    else:
        axes.imshow(content, cmap="gray", vmin=0, vmax=1)
