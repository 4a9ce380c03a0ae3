"""What the reports of Figures 3 to 6 say in numbers: which code has which factor, in which run."""

import dataclasses
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from infogan_tf.data.factors import ANGLE_NAME
from infogan_tf.reproduction.runs import ReportedRun

# Of a strength from 0 at chance to 1; both are this project's choice, since the paper has no numbers.
FOUND_FROM = 0.8
PARTLY_FOUND_FROM = 0.5


class Found(NamedTuple):
    """The code of a run that is associated the most with a factor.

    Attributes:
        run: the run.
        code: the code's name.
        factor: the factor's.
        cell: their association, as `evaluation.json` has it.
    """

    run: ReportedRun
    code: str
    factor: str
    cell: Mapping[str, Any]

    @property
    def strength(self) -> float:
        """The association, from 0 at chance to 1."""
        return self.cell["strength"]

    @property
    def part(self) -> str:
        """The code, and its category or dimension where one was measured alone."""
        return self.code if self.cell["part"] is None else f"{self.code} [{self.cell['part']}]"

    @property
    def unit(self) -> str:
        """The unit of the factor; empty where it is unknown."""
        return "degrees" if ANGLE_NAME.search(self.factor) else ""

    @property
    def error(self) -> str:
        """The error after a monotone fit, its unit, that without the code and in the best half turn; empty if none."""
        fit = self.cell["monotone_fit"]
        if not fit:
            return ""
        error = f"{fit['error']:.3g} {self.unit}".rstrip()
        text = f"error {error} ({fit['error_of_constant']:.3g} without the code)"
        if fit["error_in_half_turn"] is None:
            return text
        half_turn = f"{fit['error_in_half_turn']:.3g} ({fit['error_of_constant_in_half_turn']:.3g})"
        return f"{text}, {half_turn} in the half turn from {fit['half_turn_start']:.0f} degrees"

    @property
    def numbers(self) -> str:
        """The measure, its value and the error, such as `|Spearman| 0.95 with azimuth_deg, error 6 degrees`."""
        value = f"{self.cell['measure']} {self.cell['value']:.2f} with {self.factor}"
        return f"{value}, {self.error}" if self.error else value


class Panel(NamedTuple):
    """A panel of the paper's figure.

    Attributes:
        shows: what varies in it, in the paper's words.
        kind: of its code, `continuous` or `categorical`.
        factors: a regular expression for the names of factors that mean the same; None where no data set has one.
        preset: the preset of the paper's model for it; None where one model has all.
    """

    shows: str
    kind: str
    factors: str | None = None
    preset: str | None = None

    def matches(self, found: Found) -> bool:
        """Whether a code of this kind is associated with a factor of these names.

        A circular code has no ends, so it can't run through a number as a continuous one does: it stands for angles
        only.
        """
        if not self.factors or found.code not in _codes(found.run, self.kind):
            return False
        if self.kind == "continuous" and found.cell["measure"] == "eta":
            return False
        return re.search(self.factors, found.factor, re.IGNORECASE) is not None


class Figure(NamedTuple):
    """A figure of the paper: its number and its panels."""

    number: int
    panels: Sequence[Panel]


class ShownPanel(NamedTuple):
    """What stands for a panel of the paper.

    Attributes:
        letter: which panel it is, or the name of the code where there is none.
        file: its picture.
        shows: what the paper's panel shows; empty where there is none.
        kind: of the paper's code.
        run: the run that is drawn.
        code: the code that is drawn.
        reason: the number that made it the one.
        found: the best code of each run that has one for this factor and measure; empty if no factor is known.
    """

    letter: str
    file: str
    shows: str
    kind: str
    run: ReportedRun
    code: str
    reason: str
    found: Sequence[Found] = ()

    @property
    def topic(self) -> str:
        """What the panel is called: by the paper's word alone where a label says so."""
        return self.shows if self.found or not self.shows else f"{self.shows} in the paper"

    @property
    def best(self) -> Found:
        """The best of all runs, as in the paper."""
        return _strongest(self.found)

    @property
    def median_strength(self) -> float:
        """The median strength of all runs."""
        return statistics.median(found.strength for found in self.found)

    @property
    def verdict(self) -> str:
        """Whether the best code has the factor."""
        if self.best.strength >= FOUND_FROM:
            return "found"
        return "partly found" if self.best.strength >= PARTLY_FOUND_FROM else "not found"


class FactorRow(NamedTuple):
    """A factor in several runs by one measure.

    Attributes:
        factor: its name.
        measure: the measure.
        found: the best code of each run.
    """

    factor: str
    measure: str
    found: Sequence[Found]

    @property
    def values(self) -> list[float]:
        """The value of each run."""
        return [found.cell["value"] for found in self.found]

    @property
    def unit(self) -> str:
        """The unit of the errors; empty where it is unknown."""
        return self.found[0].unit

    @property
    def errors(self) -> list[float]:
        """The error of each run after a monotone fit; empty if one has none."""
        return self._of_fits("error")

    @property
    def errors_in_half_turn(self) -> list[float]:
        """The error of each run in its best half turn, degrees; empty if one has none."""
        return self._of_fits("error_in_half_turn")

    def _of_fits(self, name: str) -> list[float]:
        errors = [(found.cell["monotone_fit"] or {}).get(name) for found in self.found]
        return [] if None in errors else errors


class Classifier(NamedTuple):
    """The categorical code of a run that classifies its training images best, and what was measured of it."""

    run: ReportedRun
    code: str
    measured: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class FactorResults:
    """Everything that the report is made from.

    Attributes:
        experiment: its name.
        figure: the paper's.
        runs: one for each preset and seed.
    """

    experiment: str
    figure: Figure
    runs: Sequence[ReportedRun]

    @property
    def has_factors(self) -> bool:
        """Whether anything is known of the images."""
        return bool(self.runs[0].evaluation["associations"])

    @cached_property
    def shown(self) -> ReportedRun:
        """The run of which all codes are shown.

        It has the codes that are the most associated with the factors, on average; without factors, the images with the
        lowest Frechet distance.
        """
        if not self.has_factors:
            return min(self.runs, key=lambda run: run.evaluation["images"]["frechet_distance"])
        return max(self.runs, key=lambda run: sum(found.strength for found in _best_of_each_factor(run)))

    @cached_property
    def panels(self) -> list[ShownPanel]:
        """The paper's panels; of images without labels every code of the shown run."""
        if not self.has_factors:
            codes = self.shown.evaluation["codes"]
            return [self._panel_of_code(name, code["diversity"]) for name, code in codes.items()]
        panels: list[ShownPanel] = []
        for letter, panel in zip("abcd", self.figure.panels, strict=False):
            panels.append(self._choose(letter, panel, {(shown.run.name, shown.code) for shown in panels}))
        return panels

    @property
    def chosen_from_runs(self) -> bool:
        """Whether every panel is of the best of several runs for a known factor."""
        return all(len(panel.found) > 1 for panel in self.panels)

    @property
    def measures(self) -> set[str]:
        """The measures of association that occur."""
        return {found.cell["measure"] for found in _associations(self.runs[0])}

    @property
    def thresholds(self) -> tuple[float, float]:
        """The least strength of what is found, and of what is partly found."""
        return FOUND_FROM, PARTLY_FOUND_FROM

    @property
    def by_preset(self) -> dict[str, list[ReportedRun]]:
        """The runs of each preset."""
        return {
            preset: [run for run in self.runs if run.preset == preset]
            for preset in dict.fromkeys(run.preset for run in self.runs)
        }

    def rows(self, runs: Sequence[ReportedRun]) -> list[FactorRow]:
        """Each factor and measure, with the best code of each of some runs."""
        rows: dict[tuple[str, str], list[Found]] = {}
        for run in runs:
            of_run: dict[tuple[str, str], list[Found]] = {}
            for found in _associations(run):
                of_run.setdefault(_measured(found), []).append(found)
            for row, candidates in of_run.items():
                rows.setdefault(row, []).append(_strongest(candidates))
        order = [found.factor for found in _associations(runs[0])]
        return [FactorRow(*row, rows[row]) for row in sorted(rows, key=lambda row: (order.index(row[0]), row[1]))]

    def classifiers(self) -> dict[str, list[Classifier]]:
        """By class factor, the code of each run that classifies its training images best, one to one."""
        classified = self.runs[0].evaluation["classification"]
        factors = list(next(iter(classified.values()), ()))
        return {factor: [_best_classifier(run, factor) for run in self.runs] for factor in factors}

    def _panel_of_code(self, name: str, diversity: Sequence[float]) -> ShownPanel:
        file, reason = f"figure{self.figure.number}_{name}.png", f"diversity {statistics.mean(diversity):.2f}"
        return ShownPanel(name, file, "", "", self.shown, name, reason)

    def _choose(self, letter: str, panel: Panel, taken: set[tuple[str, str]]) -> ShownPanel:
        """The code of the highest association; where its factor is unknown, the one that determines images the most."""
        runs = [run for run in self.runs if run.preset == panel.preset] or self.runs
        candidates = [found for run in runs for found in filter(panel.matches, _associations(run))]
        best, found = _strongest(candidates), []
        if best:
            alike = [other for other in candidates if _measured(other) == _measured(best)]
            of_runs = (_strongest(other for other in alike if other.run is run) for run in runs)
            found = [of_run for of_run in of_runs if of_run]
            run, code, reason = best.run, best.code, best.numbers
            if len(found) > 1:
                reason += f", the best of {len(found)} runs"
        else:
            run, code, diversity = _least_diverse(runs, panel.kind, taken)
            reason = f"{panel.shows} has no label here; this {panel.kind} code was chosen for its low diversity, "
            reason += f"{diversity:.2f}"
        file = f"figure{self.figure.number}{letter}.png"
        return ShownPanel(letter, file, panel.shows, panel.kind, run, code, reason, found)


def _best_classifier(run: ReportedRun, factor: str) -> Classifier:
    of_code = {code: by_factor[factor] for code, by_factor in run.evaluation["classification"].items()}
    code, measured = min(of_code.items(), key=lambda item: item[1]["matched_error"])
    return Classifier(run, code, measured)


def _best_of_each_factor(run: ReportedRun) -> list[Found]:
    associations = _associations(run)
    factors = dict.fromkeys(found.factor for found in associations)
    return [_strongest(found for found in associations if found.factor == factor) for factor in factors]


def _associations(run: ReportedRun) -> list[Found]:
    """Each code with each factor."""
    return [
        Found(run, code, factor, cell)
        for code, by_factor in run.evaluation["associations"].items()
        for factor, cell in by_factor.items()
    ]


def _measured(found: Found) -> tuple[str, str]:
    """The factor and the measure."""
    return found.factor, found.cell["measure"]


def _strongest(found: Iterable[Found]) -> Found | None:
    return max(found, key=lambda candidate: candidate.strength, default=None)


def _least_diverse(
    runs: Sequence[ReportedRun], kind: str, taken: set[tuple[str, str]]
) -> tuple[ReportedRun, str, float]:
    """The code that determines images the most, one that is not shown yet if there is one; and its diversity."""
    codes = [
        (run, code, statistics.mean(run.evaluation["codes"][code]["diversity"]))
        for run in runs
        for code in _codes(run, kind)
    ]
    new = [candidate for candidate in codes if (candidate[0].name, candidate[1]) not in taken]
    return min(new or codes, key=lambda candidate: candidate[2])


def _codes(run: ReportedRun, kind: str) -> list[str]:
    return [name for name, code in run.evaluation["codes"].items() if code["is_discrete"] == (kind == "categorical")]
