"""Draws the mutual information of c1 in several runs, to see whether a change of the code changed what is learned.

python benchmarks/plot_runs.py --runs=before=<folder>,after=<folder> --output=curves.png
"""

import json
import math
import sys
from pathlib import Path

from absl import app, flags

from infogan_tf.figures.information_plot import plot_information

flags.DEFINE_list("runs", None, "Runs as label=folder.", required=True)
flags.DEFINE_string("output", None, "The PNG file.", required=True)
flags.DEFINE_integer("average", 100, "Each point is a mean over this many updates.", lower_bound=1)


def main(_):
    curves = {}
    for run in flags.FLAGS.runs:
        label, _, folder = run.partition("=")
        metrics = Path(folder, "metrics.jsonl")
        if not metrics.is_file():
            sys.exit(f"error: flag --runs: expected label=folder of a run, got {run}")
        curves[label] = _averaged([json.loads(line) for line in metrics.read_text().splitlines()])
    last_update = max(update for curve in curves.values() for update, _ in curve)
    caption = f"mutual information of c1, means over {flags.FLAGS.average} updates"
    plot_information(curves, math.log(10), Path(flags.FLAGS.output), caption, last_update)


def _averaged(points: list[dict]) -> list[tuple[int, float]]:
    groups = {}
    for point in points:
        end = math.ceil(point["step"] / flags.FLAGS.average) * flags.FLAGS.average
        groups.setdefault(end, []).append(point["mutual_information/c1"])
    return [(end, sum(values) / len(values)) for end, values in groups.items()]


if __name__ == "__main__":
    app.run(main)
