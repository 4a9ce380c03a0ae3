"""A run with all that is known of it."""

import json
from typing import Any, NamedTuple

from infogan_tf.errors import SettingError
from infogan_tf.evaluation.evaluate import EVALUATION_FILE, VERSION, evaluate
from infogan_tf.training.console import say
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.metrics_log import read_curve

# The names of the paper: the choice of one in ten, and the two continuous codes.
CATEGORY, CONTINUOUS = "c1", ("c2", "c3")
# The regular GAN is the paper's, whatever the preset of the InfoGANs.
BASELINE_PRESET = "paper"


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
        return self.evaluation["classification"][CATEGORY]["one_to_one_error"]


def evaluated(run: TrainedRun, data_dir: str | None) -> Evaluated:
    """A trained run with its evaluation, which is made now unless it is there for the same update.

    Args:
        run: the run.
        data_dir: where TFDS keeps prepared data; None for where the run found it.

    Raises:
        SettingError: it has no curve, or its data can't be had again.
    """
    evaluation = _written_evaluation(run)
    if evaluation is None:
        say(f"evaluating {run.folder.path}")
        evaluation = evaluate(run.folder.path, data_dir)
    curve = read_curve(run.folder.metrics, f"mutual_information/{CATEGORY}")
    if not curve:
        raise SettingError("run_folder", "a run with its curves", f"{run.folder.metrics} without a point")
    return Evaluated(run, evaluation, curve)


def _written_evaluation(run: TrainedRun) -> dict[str, Any] | None:
    path = run.folder.path / EVALUATION_FILE
    try:
        evaluation = json.loads(path.read_text(encoding="utf-8"))
        is_current = (evaluation["version"], evaluation["run"]["update"]) == (VERSION, run.step)
    except (OSError, ValueError, LookupError, TypeError):
        return None  # Missing, damaged or of another kind: it is made anew, which `evaluated` says.
    return evaluation if is_current else None
