"""A run with its evaluation and its curve."""

import json
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from infogan_tf.errors import SettingError
from infogan_tf.evaluation.evaluate import EVALUATION_FILE, VERSION, evaluate
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.metrics_log import read_curve

# The names of the paper: the 10-way categorical code, and the two continuous codes.
CATEGORY, CONTINUOUS = "c1", ("c2", "c3")
# What MNIST calls its digits.
CLASS = "label"
# What Q is in a regular GAN, by objective.
Q_OF_REGULAR_GAN = {"gan": "Q on frozen features of D", "gan_own_q": "Q with its own network"}


class Evaluated(NamedTuple):
    """A run, its evaluation, and the curve of c1.

    Attributes:
        run: the trained run.
        evaluation: what `evaluate` wrote.
        curve: (update, bound on the mutual information of c1 in nats).
    """

    run: TrainedRun
    evaluation: dict[str, Any]
    curve: list[tuple[int, float]]

    @property
    def name(self) -> str:
        """The run's folder within the reproduction."""
        return self.run.folder.path.name

    @property
    def error(self) -> float:
        """The error of c1 matched one to one, on held-out images."""
        return self.classification["one_to_one_error"]

    @property
    def classification(self) -> dict[str, Any]:
        """What was measured of c1 as a classifier of digits, its confidence without labels among it."""
        return {**self.evaluation["classification"][CATEGORY][CLASS], **self.evaluation["confidence"][CATEGORY]}


class GanCurve(NamedTuple):
    """What Figure 1 shows of a regular GAN.

    Attributes:
        run: the trained run.
        preset: whose settings it has, without what that preset adds to the objective.
        curve: (update, bound on the mutual information of c1 in nats).
    """

    run: TrainedRun
    preset: str
    curve: list[tuple[int, float]]

    @property
    def name(self) -> str:
        """The run's folder within the reproduction."""
        return self.run.folder.path.name

    @property
    def legend(self) -> str:
        """Its settings and what its Q is."""
        return f"settings of preset {self.preset}, {Q_OF_REGULAR_GAN[self.run.config.objective]}"


class Results(NamedTuple):
    """Everything that a report is made from.

    Attributes:
        preset: the name of the InfoGANs' settings.
        infogans: one for each seed.
        gan: the regular GAN with the same settings, trained as long.
        gan_curves: the regular GANs of Figure 1, `gan` first.
    """

    preset: str
    infogans: Sequence[Evaluated]
    gan: Evaluated
    gan_curves: Sequence[GanCurve]

    @property
    def shown(self) -> Evaluated:
        """The InfoGAN that the figures show: an ordinary one, with the median error, or the higher of two."""
        middle = statistics.median_high(run.error for run in self.infogans)
        return next(run for run in self.infogans if run.error == middle)


def evaluated(run: TrainedRun, data_dir: str | None) -> Evaluated:
    """A trained run with its evaluation, which is made now unless it exists for the same update.

    Args:
        run: the run.
        data_dir: where TFDS keeps prepared data; None for where the run found it.

    Raises:
        SettingError: it has no curve, or its data is not available.
    """
    evaluation = _written_evaluation(run)
    if evaluation is None:
        evaluation = evaluate(run, data_dir)
    return Evaluated(run, evaluation, information_curve(run))


def information_curve(run: TrainedRun) -> list[tuple[int, float]]:
    """The curve of c1; SettingError if it has no point."""
    curve = read_curve(run.folder.metrics, f"mutual_information/{CATEGORY}")
    if not curve:
        raise SettingError("run_folder", "a run with its curves", f"{run.folder.metrics} without a point")
    return curve


def _written_evaluation(run: TrainedRun) -> dict[str, Any] | None:
    path = run.folder.path / EVALUATION_FILE
    try:
        evaluation = json.loads(path.read_text(encoding="utf-8"))
        is_current = (evaluation["version"], evaluation["run"]["update"]) == (VERSION, run.step)
    except (OSError, ValueError, LookupError, TypeError):
        return None  # Missing, damaged or of another form: `evaluate` makes it again and reports it.
    return evaluation if is_current else None
