"""Plots as files."""

import textwrap
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from infogan_tf.files import write_atomically

CHARACTERS_PER_INCH = 13  # At the caption's size, with a margin.


def save_figure(figure: Figure, path: Path, caption: str):
    """Writes a matplotlib figure with a caption below as a PNG, atomically and without a display."""
    width = int(CHARACTERS_PER_INCH * figure.get_figwidth())
    # Names of folders and labels may hold a $, which would begin a formula.
    figure.supxlabel(textwrap.fill(caption, width), fontsize=8, parse_math=False)
    canvas = FigureCanvasAgg(figure)
    write_atomically(path, lambda partial: canvas.print_figure(partial, dpi=150, format="png"))
