"""What the MNIST report says in numbers."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from infogan_tf.reproduction.runs import ReportedRun

# The names of the paper: the 10-way categorical code, and the two continuous codes.
CATEGORY, CONTINUOUS = "c1", ("c2", "c3")
# What MNIST calls its digits.
CLASS = "label"
# What Q is in a regular GAN, by objective.
Q_OF_REGULAR_GAN = {"gan": "Q on frozen features of D", "gan_own_q": "Q with its own network"}
# A point of a curve is of one batch; over so many updates its noise averages out.
WINDOW = 50

Curve = Sequence[tuple[int, float]]


@dataclasses.dataclass(frozen=True)
class MnistResults:
    """Everything that the report is made from.

    Attributes:
        preset: the name of the InfoGANs' settings.
        infogans: one for each seed.
        gans: the regular GANs of Figure 1; the first has the InfoGANs' settings, is trained as long, and is evaluated.
        curves: by the name of a run, (update, bound on the mutual information of c1 in nats).
    """

    preset: str
    infogans: Sequence[ReportedRun]
    gans: Sequence[ReportedRun]
    curves: Mapping[str, Curve]

    @classmethod
    def of(cls, preset: str, runs: Sequence[ReportedRun]) -> "MnistResults":
        """The results of runs as they were planned.

        Raises:
            SettingError: a run has no curve.
        """
        infogans = [run for run in runs if run.config.objective == "infogan"]
        curves = {run.name: run.curve(f"mutual_information/{CATEGORY}") for run in runs}
        return cls(preset, infogans, runs[len(infogans) :], curves)

    @property
    def gan(self) -> ReportedRun:
        """The regular GAN that is evaluated."""
        return self.gans[0]

    @property
    def evaluated(self) -> list[ReportedRun]:
        """All runs but those of which the curves alone are shown."""
        return [*self.infogans, self.gan]

    @property
    def shown(self) -> ReportedRun:
        """The InfoGAN that the figures show: an ordinary one, with the median error, or the higher of two."""
        middle = statistics.median_high(map(self.error, self.infogans))
        return next(run for run in self.infogans if self.error(run) == middle)

    def classification(self, run: ReportedRun) -> dict[str, Any]:
        """What was measured of c1 as a classifier of digits, its confidence without labels among it."""
        return {**run.evaluation["classification"][CATEGORY][CLASS], **run.evaluation["confidence"][CATEGORY]}

    def error(self, run: ReportedRun) -> float:
        """The error of c1 matched one to one, on held-out images."""
        return self.classification(run)["one_to_one_error"]

    def legend(self, gan: ReportedRun) -> str:
        """A regular GAN's settings, and what its Q is."""
        return f"settings of preset {gan.preset}, {Q_OF_REGULAR_GAN[gan.config.objective]}"

    def measured(self, name: str) -> list[float]:
        """One measure of c1 as a classifier, of each InfoGAN."""
        return [self.classification(run)[name] for run in self.infogans]

    def median_error(self) -> str:
        """The median error of the InfoGANs with the lowest and the highest."""
        return median_and_range(self.measured("one_to_one_error"), ".2%")

    def at(self, runs: Sequence[ReportedRun], update: int) -> str:
        """L_I of c1 at one update, over runs."""
        values = [value for run in runs for step, value in self.curves[run.name] if step == update]
        return self._too_short(runs, update) or (
            median_and_range(values, ".2f") if len(values) == len(runs) else "not recorded"
        )

    def level(self, runs: Sequence[ReportedRun], update: int) -> str:
        """L_I of c1, the mean over the 50 updates that end with one, over runs."""
        levels = [level_until(self.curves[run.name], update) for run in runs if self.curves[run.name][-1][0] >= update]
        return self._too_short(runs, update) or median_and_range(levels, ".2f")

    def _too_short(self, runs: Sequence[ReportedRun], update: int) -> str:
        """What replaces a number at an update that a run did not reach; otherwise empty."""
        shortest = min(self.curves[run.name][-1][0] for run in runs)
        return f"not trained that long ({shortest:,} updates)" if shortest < update else ""


def level_until(curve: Curve, update: int) -> float:
    """The mean of a curve's points over the 50 updates that end with one."""
    return statistics.mean(value for step, value in curve if update - WINDOW < step <= update)


def median_and_range(values: Sequence[float], form: str) -> str:
    """The median, and where there are several values the lowest and the highest."""
    median = f"{statistics.median(values):{form}}"
    return median if len(values) == 1 else f"{median} ({min(values):{form}} to {max(values):{form}})"
