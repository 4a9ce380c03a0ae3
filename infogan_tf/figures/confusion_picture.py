"""A confusion matrix as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from infogan_tf.figures.plots import save_figure


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
    figure = Figure(figsize=(6.0, 5.6), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(np.sqrt(counts), cmap="Blues")  # The root makes small confusions visible beside the diagonal.
    threshold = np.sqrt(counts.max()) / 2
    for (row, column), number in np.ndenumerate(counts):
        color = "white" if np.sqrt(number) > threshold else "black"
        axes.text(column, row, str(number), ha="center", va="center", fontsize=8, color=color)
    axes.set_xticks(range(counts.shape[1]))
    axes.set_yticks(range(len(categories)), [f"{code}={category}" for category in categories])
    axes.set(xlabel="true class", ylabel="category, in the order of its matched class")
    save_figure(figure, path, caption)
