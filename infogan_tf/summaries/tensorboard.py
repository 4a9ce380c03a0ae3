"""Scalars, pictures and texts as TensorBoard's event files."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.figures import Picture
from infogan_tf.summaries.curves import describe, displayed


class TensorBoardWriter:
    """Writes a run's event files.

    Args:
        folder: the run folder; a resumed run adds a file of its own.
    """

    def __init__(self, folder: Path):
        self._writer = tf.summary.create_file_writer(str(folder))

    def scalars(self, step: int, metrics: Mapping[str, float]):
        """Adds a point to each curve, by tag; the mutual information is shown first."""
        with self._writer.as_default(step):
            for tag, value in metrics.items():
                tf.summary.scalar(displayed(tag), value, description=describe(tag) or None)

    def pictures(self, step: int, pictures: Mapping[str, Picture]):
        """Shows pictures by name: `samples`, and traversals by code."""
        with self._writer.as_default(step):
            for name, picture in pictures.items():
                tag = "samples" if name == "samples" else f"traversals/{name}"
                tf.summary.image(tag, picture[None])

    def describe(self, spec: LatentSpec, settings: str):
        """Shows the table of latents and the settings as texts."""
        with self._writer.as_default(0):
            for tag, text in (("latents", str(spec)), ("config", settings)):
                # Four spaces make Markdown keep lines and columns as they are.
                tf.summary.text(tag, "\n".join(f"    {line}" for line in text.splitlines()))

    def flush(self):
        """Puts everything on disk that was written so far."""
        self._writer.flush()

    def close(self):
        """Ends the event file."""
        self._writer.close()
