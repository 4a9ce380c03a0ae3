"""The curves of a run: as lines of JSON, and with pictures and texts as TensorBoard's event files."""

import contextlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams.summary_v2 import HParam, Metric, hparams_config_pb, hparams_pb
from tensorboard.plugins.image.metadata import create_summary_metadata
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.util.tensor_util import make_tensor_proto

from infogan_tf.figures.pictures import Picture
from infogan_tf.files import write_text

SPEED = "speed/updates_per_second"
# What curves show, with unit and range, by the beginnings of their tags; the longest that fits counts.
DESCRIPTIONS = {
    "mutual_information/": "Lower bound L_I on the mutual information of a code and the image, in nats, on the batch; "
    "from below 0 (Q is worse than the prior) up to the code's entropy, ln K for K equally probable categories.",
    "mutual_information_augmented/": "The same bound where Q sees augmented images; this one is trained.",
    "cross_entropy/": "-E[log Q(c|x)], in nats; the mutual information is the code's entropy minus this.",
    "loss/discriminator": "-E[log D(x)] - E[log(1 - D(G(z, c)))], in nats, 0 or more; 2 ln 2 = 1.39 if D only guesses.",
    "loss/generator": "-E[log D(G(z, c))], in nats, 0 or more; ln 2 = 0.69 if D only guesses.",
    "loss/total": "What D, Q and G minimize, added: losses, penalties, and -lambda L_I of both; negative if codes win.",
    "discriminator/real": "D's output on real images: mean, smallest and largest probability of real, 0 to 1.",
    "discriminator/fake": "D's output on generated images: mean, smallest and largest probability of real, 0 to 1.",
    "gradient_norm/": "L2 norm of the gradient of all weights of one network, 0 or more.",
    "posterior_std/": "Smallest and largest standard deviation of Q(c|x) on the batch, of a circular code that of its "
    "cos and sin; a code of which Q learns nothing has its prior's own, such as 0.58 if it is uniform on [-1, 1].",
    "consistency/": "Mutual information of what Q predicts from real images and from augmented copies of them, in "
    "nats, 0 to ln K for K categories.",
    "memorization/": "D's mean probability of real, 0 to 1, on up to 500 images; training and held-out drift apart "
    "when D overfits.",
    "speed/updates_per_second": "Updates per second since the last point, pictures and checkpoints included.",
    "evaluation/mutual_information": "The same bound, in nats, on many generated images.",
    "evaluation/standard_error": "Standard error of that bound, in nats.",
    "evaluation/": "Measured by infogan evaluate on held-out and generated images; see its table.",
}


class MetricsLog:
    """Appends one line of JSON a point to `metrics.jsonl`, in order, each update at most once.

    Points after the update `resumed_at` are dropped, since they will be written again; so is a line that a kill or a
    full disk has truncated, which comes after the last checkpoint. `points` are those up to that update, in order.
    """

    def __init__(self, path: Path, resumed_at: int):
        self.points = [point for point in _read(path) if point["step"] <= resumed_at]
        write_text(path, "".join(map(_line, self.points)))
        self._file = path.open("a", encoding="utf-8", buffering=1)  # A point survives a kill of this process.
        self.close = self._file.close

    def append(self, step: int, metrics: Mapping[str, float]):
        """Adds the point of an update."""
        self._file.write(_line({"step": step, **metrics}))


def read_curve(path: Path, tag: str) -> list[tuple[int, float]]:
    """The points (update, value) of one curve in a run's `metrics.jsonl`; none where the file is missing."""
    return [(point["step"], point[tag]) for point in _read(path) if tag in point]


def read_training_time(path: Path) -> float:
    """The seconds that the updates in a run's `metrics.jsonl` took, without the time between two sessions."""
    speeds = read_curve(path, SPEED)
    steps = [0, *(step for step, _ in speeds)]
    return sum((step - last) / speed for last, (step, speed) in zip(steps, speeds, strict=False))


def newest_update(path: Path) -> int:
    """The last update of which a run's `metrics.jsonl` has a point; 0 where there is none."""
    return max((point["step"] for point in _read(path)), default=0)


def _line(point: Mapping[str, float]) -> str:
    return json.dumps(point) + "\n"


def _read(path: Path) -> list[dict[str, Any]]:
    """The points of the complete lines, in order."""
    text, points = path.read_text(encoding="utf-8", errors="replace") if path.exists() else "", []
    for line in text.splitlines(keepends=True):
        with contextlib.suppress(ValueError):
            point = json.loads(line)
            if line.endswith("\n") and isinstance(point, dict) and isinstance(point.get("step"), int):
                points.append(point)
    return points


class TensorBoardWriter:
    """Writes event files into a run's folder; a resumed run adds a file of its own.

    With `resumed_at`, training begins or goes on after that update: TensorBoard drops what earlier files have of later
    ones, which a killed process wrote after its last checkpoint. An event is on disk at once. `tf.summary` takes
    ten times as long for a point, and has no function for the start of a session.
    """

    def __init__(self, folder: Path, resumed_at: int | None = None):
        # TensorBoard finds its files by the first part of the name, and reads them in the order of the whole.
        name = f"events.out.tfevents.{time.time_ns() / 1e9:.6f}.{os.getpid()}.v2"
        self._file = tf.io.TFRecordWriter(str(folder / name))
        self.close = self._file.close
        self._write(file_version="brain.Event:2")
        if resumed_at is not None:
            # TensorBoard takes the first start of a run for its beginning, and each other one for a restart.
            start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._write(step=resumed_at + 1, session_log=start)

    def scalars(self, step: int, metrics: Mapping[str, float]):
        """Adds a point to each curve, by tag."""
        summary = summary_pb2.Summary()
        for tag, value in metrics.items():
            known = max(filter(tag.startswith, DESCRIPTIONS), key=len, default="")
            summary.MergeFrom(scalar_pb(displayed(tag), value, DESCRIPTIONS.get(known)))
        self._write(step=step, summary=summary)

    def pictures(self, step: int, pictures: Mapping[str, Picture]):
        """Shows pictures by name: `samples`, `factors`, and traversals by code."""
        summary = summary_pb2.Summary()
        metadata = create_summary_metadata(display_name=None, description=None)
        for name, picture in pictures.items():
            height, width, _ = picture.shape
            content = [b"%d" % width, b"%d" % height, tf.io.encode_png(picture).numpy()]
            tag = name if name in ("samples", "factors") else f"traversals/{name}"
            summary.value.add(tag=tag, tensor=make_tensor_proto(content), metadata=metadata)
        self._write(step=step, summary=summary)

    def settings(self, settings: Mapping[str, bool | float | str], name: str):
        """Tells the HParams page the settings of the run, and what the run is called there."""
        self._write(summary=hparams_pb(dict(settings), trial_id=name))

    def compared(self, settings: Iterable[str], tags: Iterable[str]):
        """Tells the HParams page which settings and curves are its columns."""
        metrics = [Metric(displayed(tag)) for tag in tags]
        self._write(summary=hparams_config_pb([HParam(name) for name in settings], metrics))

    def note(self, step: int, line: str):
        """Adds a line about the run's health to its text."""
        self._write(step=step, summary=text_pb("health", line))

    def _write(self, **content: Any):
        self._file.write(event_pb2.Event(wall_time=time.time(), **content).SerializeToString())
        self._file.flush()


def displayed(tag: str) -> str:
    """The tag by which TensorBoard, which sorts capitals first, shows a curve: first the mutual information."""
    return tag[0].upper() + tag[1:] if tag.startswith("mutual_information") else tag
