"""The run's numbers as lines of JSON."""

import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from infogan_tf.files import write_text

SPEED = "speed/updates_per_second"


class MetricsLog:
    """Appends one line of JSON a point to `metrics.jsonl`, in order, each update at most once.

    Args:
        path: the file.
        resumed_at: points after this update are dropped, since they are made again.
    """

    def __init__(self, path: Path, resumed_at: int):
        if path.exists():
            write_text(path, "".join(_lines_until(path, resumed_at)))
        self._file = path.open("a", encoding="utf-8")

    def append(self, step: int, metrics: Mapping[str, float]):
        """Adds the point of an update; a kill of this process does not lose it any more."""
        self._file.write(json.dumps({"step": step, **metrics}) + "\n")
        self._file.flush()

    def close(self):
        """Ends the file."""
        self._file.close()


def read_training_time(path: Path) -> float:
    """The seconds that the updates in a run's `metrics.jsonl` took, without the time between two sessions."""
    speeds = read_curve(path, SPEED)
    steps = [0, *(step for step, _ in speeds)]
    return sum((step - last) / speed for last, (step, speed) in zip(steps, speeds, strict=False))


def read_curve(path: Path, tag: str) -> list[tuple[int, float]]:
    """The points (update, value) of one curve in a run's `metrics.jsonl`; none where the file is missing."""
    lines = _lines_until(path, step=sys.maxsize) if path.exists() else []
    points = [json.loads(line) for line in lines]
    return [(point["step"], point[tag]) for point in points if tag in point]


def _lines_until(path: Path, step: int) -> list[str]:
    kept = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        # A kill or a full disk may have cut a line off.
        with contextlib.suppress(ValueError, KeyError, TypeError):
            if line.endswith("\n") and json.loads(line)["step"] <= step:
                kept.append(line)
    return kept
