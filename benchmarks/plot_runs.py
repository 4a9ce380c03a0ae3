"""Draws the mutual information of c1 in several runs, to see whether a change of the code changed what is learned.

python benchmarks/plot_runs.py --runs=before=<folder>,after=<folder> --output=curves.png
"""

import math
import sys
from pathlib import Path

from absl import app, flags

from infogan_tf.figures.plots import plot_information
from infogan_tf.training.curves import read_curve

flags.DEFINE_list("runs", None, "Runs as label=folder.", required=True)
flags.DEFINE_string("output", None, "The PNG file.", required=True)
flags.DEFINE_integer("average", 100, "Each point is a mean over this many updates.", lower_bound=1)


def main(_):
    curves = {}
    for run in flags.FLAGS.runs:
        label, _, folder = run.partition("=")
        points = read_curve(Path(folder, "metrics.jsonl"), "mutual_information/c1")
        if not points:
            sys.exit(f"error: flag --runs: expected label=folder of a run, got {run}")
        curves[label] = _averaged(points)
    last_update = max(update for curve in curves.values() for update, _ in curve)
    caption = f"mutual information of c1, means over {flags.FLAGS.average} updates"
    plot_information(curves, math.log(10), Path(flags.FLAGS.output), caption, last_update)


def _averaged(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    groups = {}
    for update, value in points:
        end = math.ceil(update / flags.FLAGS.average) * flags.FLAGS.average
        groups.setdefault(end, []).append(value)
    return [(end, sum(values) / len(values)) for end, values in groups.items()]


if __name__ == "__main__":
    app.run(main)
