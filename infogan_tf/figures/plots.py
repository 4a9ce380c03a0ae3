"""Plots as files."""

import textwrap
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from infogan_tf.files import write_atomically

CAPTION_WIDTH = 110  # characters


def save_figure(figure: Figure, path: Path, caption: str):
    """Writes a matplotlib figure with a caption below as a PNG, atomically and without a display."""
    figure.supxlabel(textwrap.fill(caption, CAPTION_WIDTH), fontsize=8)
    canvas = FigureCanvasAgg(figure)
    write_atomically(path, lambda partial: canvas.print_figure(partial, dpi=150, format="png"))
