"""The picture of changes of class: arithmetic on G's input as in DCGAN's Figure 7, and beside it one code."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infogan_tf.figures.plots import save_figure

INCHES = 0.75  # Of an image.
INCHES_BESIDE, INCHES_AROUND = 1.0, 1.2
SIGN_WIDTH = 0.35  # As a share of an image's.
AVERAGED = 3
MINUS = "\N{MINUS SIGN}"


def plot_changes(
    images: np.ndarray,
    changes: Sequence[tuple[str, str]],
    read: Mapping[str, Sequence[str]],
    path: Path,
    caption: str,
):
    """Draws one change a row: a sample - the mean of three + the mean of three = results.

    Args:
        images: `[rows, columns, height, width, channels]` in [0, 1]: the sample, three whose mean is subtracted, three
            whose mean is added, and the results.
        changes: by row, the class of the sample and the class asked for.
        read: by what made them, the classes of the results, one for each row.
        path: the PNG file.
        caption: stands below.
    """
    columns = ["", MINUS, *[""] * AVERAGED, "+", *[""] * AVERAGED, "=", *[""] * len(read)]
    widths = [SIGN_WIDTH if sign else 1 for sign in columns]
    size = (INCHES * sum(widths) + INCHES_BESIDE, INCHES * len(images) * 1.25 + INCHES_AROUND)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(images), len(columns), width_ratios=widths, squeeze=False)
    for axes_of_row, row, change in zip(grid, images, changes, strict=True):
        remaining = iter(row)
        for axes, sign in zip(axes_of_row, columns, strict=True):
            _draw(axes, sign or next(remaining))
        axes_of_row[0].set_ylabel(" to ".join(change), fontsize=8, parse_math=False)
    for text, column in (("sample", 0), ("mean of these", 3), ("mean of these", 7)):
        grid[0, column].set_title(text, fontsize=8)
    for (way, classes), column in zip(read.items(), grid.T[-len(read) :], strict=True):
        for axes, name in zip(column, classes, strict=True):
            axes.set_xlabel(name, fontsize=8, parse_math=False)
        column[0].set_title(way, fontsize=8)
    save_figure(figure, path, caption)


def _draw(axes: Axes, content: str | np.ndarray):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    if isinstance(content, str):
        axes.text(0.5, 0.5, content, ha="center", va="center", transform=axes.transAxes)
    else:
        axes.imshow(content, cmap="gray", vmin=0, vmax=1)
