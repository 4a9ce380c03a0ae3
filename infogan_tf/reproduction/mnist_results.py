"""What the MNIST report says in numbers."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from infogan_tf.errors import SettingError
from infogan_tf.reproduction.runs import ReportedRun
from infogan_tf.training.metrics_log import read_curve

# The names of the paper: the 10-way categorical code, and the two continuous codes.
CATEGORY, CONTINUOUS = "c1", ("c2", "c3")
# What Q is in a regular GAN, by objective.
Q_OF_REGULAR_GAN = {"gan": "Q on frozen features of D", "gan_own_q": "Q with its own network"}


@dataclasses.dataclass(frozen=True)
class MnistResults:
    """Everything that the report is made from: InfoGANs of a preset, one for each seed, and the GANs of Figure 1.

    The first regular GAN has the InfoGANs' settings, is trained as long, and is evaluated. Curves are by the name of a
    run, points (update, bound on the mutual information of c1 in nats).
    """

    preset: str
    infogans: Sequence[ReportedRun]
    gans: Sequence[ReportedRun]
    curves: Mapping[str, Sequence[tuple[int, float]]]

    @classmethod
    def of(cls, preset: str, runs: Sequence[ReportedRun]) -> "MnistResults":
        """The results of runs as they were planned; SettingError if one has no curve."""
        curves = {}
        for run in runs:
            metrics = run.trained.run.metrics
            curves[run.name] = read_curve(metrics, f"mutual_information/{CATEGORY}")
            if not curves[run.name]:
                raise SettingError("folder", "a run with its curves", f"{metrics} without a point")
        number = sum(run.config.objective == "infogan" for run in runs)
        return cls(preset, runs[:number], runs[number:], curves)

    @property
    def shown(self) -> ReportedRun:
        """The InfoGAN that the figures show: an ordinary one, with the median error, or the higher of two."""
        errors = self.measured("one_to_one_error")
        return self.infogans[errors.index(statistics.median_high(errors))]

    def classifier(self, run: ReportedRun) -> dict[str, Any]:
        """What was measured of c1 as a classifier of digits, and its confidence without labels."""
        return vars(run.evaluation.classification[CATEGORY]["label"]) | vars(run.evaluation.confidence[CATEGORY])

    def measured(self, name: str) -> list[float]:
        """One measure of c1 as a classifier, of each InfoGAN."""
        return [self.classifier(run)[name] for run in self.infogans]

    def legend(self, gan: ReportedRun) -> str:
        """A regular GAN's settings, and what its Q is."""
        return f"settings of preset {gan.preset}, {Q_OF_REGULAR_GAN[gan.config.objective]}"

    def information(self, runs: Sequence[ReportedRun], update: int, window: int = 1) -> str:
        """L_I of c1 over runs, nats: the mean over the last updates of each run up to one, as many as the window has.

        A point of a curve is of one batch; over 50 updates its noise averages out.
        """
        shortest = min(self.curves[run.name][-1][0] for run in runs)
        if shortest < update:
            return f"not trained that long ({shortest:,} updates)"
        points = [[value for step, value in self.curves[run.name] if update - window < step <= update] for run in runs]
        return median_and_range([statistics.mean(of_run) for of_run in points]) if all(points) else "not recorded"


def median_and_range(values: Sequence[float], form: str = ".2f") -> str:
    """The median, and where there are several values the lowest and the highest."""
    median = f"{statistics.median(values):{form}}"
    return median if len(values) == 1 else f"{median} ({min(values):{form}} to {max(values):{form}})"
