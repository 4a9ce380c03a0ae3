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
MINUS = "\N{MINUS SIGN}"


def plot_changes(
    images: np.ndarray,
    changes: Sequence[tuple[str, str]],
    predicted: Mapping[str, Sequence[str]],
    averaged: int,
    path: Path,
    caption: str,
):
    """Draws one change per row: a sample - the mean of a few + the mean of a few = results.

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
    size = (INCHES * sum(widths) + INCHES_BESIDE, INCHES * len(images) * 1.25 + INCHES_AROUND)
    figure = Figure(figsize=size, layout="constrained")
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


def _draw(axes: Axes, content: str | np.ndarray):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    if isinstance(content, str):
        axes.text(0.5, 0.5, content, ha="center", va="center", transform=axes.transAxes)
    else:
        axes.imshow(content, cmap="gray", vmin=0, vmax=1)
