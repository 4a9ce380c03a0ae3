"""The paper's Figure 1: the mutual information of c1 over the first updates."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from infogan_tf.figures.plots import save_figure

LAST_UPDATE = 1000


def plot_information(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    ceiling: float,
    path: Path,
    caption: str,
    last_update: int = LAST_UPDATE,
):
    """Draws L_I against updates as a PNG, with the ceiling H(c); axes as in the paper's Figure 1.

    Args:
        curves: by legend, points (update, nats) in order.
        ceiling: H(c), nats.
        path: the file.
        caption: stands below.
        last_update: right end of the plot.
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
    # Outside, since nothing says where a curve leaves room.
    figure.legend(loc="outside upper left", fontsize=8)
    axes.grid(alpha=0.3)
    save_figure(figure, path, caption)
