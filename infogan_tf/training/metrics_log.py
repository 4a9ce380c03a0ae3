"""Metrics of a run as lines of JSON."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infogan_tf.files import write_text

SPEED = "speed/updates_per_second"


class MetricsLog:
    """Appends one line of JSON a point to `metrics.jsonl`, in order, each update at most once.

    Points after the update `resumed_at` are dropped, since they will be written again.

    Attributes:
        points: those up to that update, in order.
        dropped: how many lines were dropped because a kill or a full disk had truncated them.
    """

    def __init__(self, path: Path, resumed_at: int):
        points, self.dropped = _read(path)
        self.points = [point for point in points if point["step"] <= resumed_at]
        write_text(path, "".join(map(_line, self.points)))
        self._file = path.open("a", encoding="utf-8", buffering=1)  # A point survives a kill of this process.
        self.close = self._file.close

    def append(self, step: int, metrics: Mapping[str, float]):
        """Adds the point of an update."""
        self._file.write(_line({"step": step, **metrics}))


def read_training_time(path: Path) -> float:
    """The seconds that the updates in a run's `metrics.jsonl` took, without the time between two sessions."""
    speeds = read_curve(path, SPEED)
    steps = [0, *(step for step, _ in speeds)]
    return sum((step - last) / speed for last, (step, speed) in zip(steps, speeds, strict=False))


def read_curve(path: Path, tag: str) -> list[tuple[int, float]]:
    """The points (update, value) of one curve in a run's `metrics.jsonl`; none where the file is missing."""
    return [(point["step"], point[tag]) for point in _read(path)[0] if tag in point]


def newest_update(path: Path) -> int:
    """The last update of which a run's `metrics.jsonl` has a point; 0 where there is none."""
    return max((point["step"] for point in _read(path)[0]), default=0)


def _line(point: Mapping[str, float]) -> str:
    return json.dumps(point) + "\n"


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The points of the complete lines, in order, and the number of truncated or damaged lines."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    lines, points = text.splitlines(keepends=True), []
    for line in lines:
        with contextlib.suppress(ValueError):
            point = json.loads(line)
            if line.endswith("\n") and isinstance(point, dict) and isinstance(point.get("step"), int):
                points.append(point)
    return points, len(lines) - len(points)
