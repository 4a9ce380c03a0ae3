"""What the reports of Figures 3 to 6 say in numbers: which code has which factor, in which run."""

import dataclasses
import itertools
import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from infogan_tf.data.factors import ANGLE_NAME
from infogan_tf.evaluation.schema import Association, Classification
from infogan_tf.reproduction.plan import Figure, Panel
from infogan_tf.reproduction.runs import ReportedRun

# Of a measure that is adjusted for chance; both are this project's choice, since the paper has no numbers.
FOUND_FROM, PARTLY_FOUND_FROM = 0.8, 0.5


class MeasuredCode(NamedTuple):
    """A code of a run, and its association with a factor."""

    run: ReportedRun
    code: str
    factor: str
    association: Association

    @property
    def unit(self) -> str:
        """The unit of the factor; empty where it is unknown."""
        return "degrees" if ANGLE_NAME.search(self.factor) else ""

    @property
    def numbers(self) -> str:
        """The measure, its value and the errors, such as `|Spearman| 0.95 with azimuth_deg, error 6 degrees (...)`."""
        text = f"{self.association.measure} {self.association.value:.2f} with {self.factor}"
        fit = self.association.monotone_fit
        if fit:
            unit = self.unit and f" {self.unit}"
            text += f", error {fit.error:.3g}{unit} ({fit.error_of_constant:.3g} without the code)"
        if fit and fit.error_in_half_turn is not None:
            text += f", {fit.error_in_half_turn:.3g} ({fit.error_of_constant_in_half_turn:.3g}) in the half turn from "
            text += f"{fit.half_turn_start:.0f} degrees"
        return text


ADJUSTED = attrgetter("association.adjusted")
FACTOR_AND_MEASURE = attrgetter("factor", "association.measure")


class ShownPanel(NamedTuple):
    """What stands for a panel of the paper.

    Attributes:
        letter: which panel it is; for images without labels, of which there is no panel in the paper, the code's name.
        reason: the number that the run and its code were chosen by.
        best_codes: of each run that has a code for this factor and measure, the best; empty if no factor is known.
    """

    letter: str
    file: str
    panel: Panel | None
    run: ReportedRun
    code: str
    reason: str
    best_codes: Sequence[MeasuredCode] = ()

    @property
    def topic(self) -> str:
        """What the panel is called: by the paper's word alone where a label says so."""
        if self.panel is None:
            return ""
        return self.panel.shows if self.best_codes else f"{self.panel.shows} in the paper"

    @property
    def best(self) -> MeasuredCode:
        """The best of all runs, as in the paper."""
        return max(self.best_codes, key=ADJUSTED)

    @property
    def verdict(self) -> str:
        """Whether the best code has the factor."""
        if ADJUSTED(self.best) >= FOUND_FROM:
            return "found"
        return "partly found" if ADJUSTED(self.best) >= PARTLY_FOUND_FROM else "not found"


@dataclasses.dataclass(frozen=True)
class FactorResults:
    """Everything that the report is made from: the paper's figure, and a run for each preset and seed."""

    figure: Figure
    runs: Sequence[ReportedRun]

    thresholds = (FOUND_FROM, PARTLY_FOUND_FROM)

    @property
    def has_factors(self) -> bool:
        """Whether anything is known of the images."""
        return bool(self.runs[0].evaluation.associations)

    @cached_property
    def shown(self) -> ReportedRun:
        """The run whose codes are the most associated with the factors; without those, of the best Frechet distance."""
        if not self.has_factors:
            return min(self.runs, key=lambda run: run.evaluation.images.frechet_distance)
        best_codes = [best_of_each(_measured_codes([run]), attrgetter("factor")) for run in self.runs]
        return max(best_codes, key=lambda codes: sum(map(ADJUSTED, codes)))[0].run

    @cached_property
    def panels(self) -> list[ShownPanel]:
        """The paper's panels; of images without labels every code of the shown run."""
        panels: list[ShownPanel] = []
        if not self.has_factors:
            for code in self.shown.evaluation.codes:
                reason = f"diversity {_diversity(self.shown, code):.2f}"
                panels.append(ShownPanel(code, self._file(f"_{code}"), None, self.shown, code, reason))
            return panels
        for letter, panel in zip("abcd", self.figure.panels, strict=False):
            panels.append(self._choose(letter, panel, {(shown.run.name, shown.code) for shown in panels}))
        return panels

    def rows(self, runs: Sequence[ReportedRun]) -> list[list[MeasuredCode]]:
        """For each factor and measure, the best code of each of some runs."""
        codes = _measured_codes(runs)
        factors = [code.factor for code in codes]
        best_codes = best_of_each(codes, lambda code: (FACTOR_AND_MEASURE(code), code.run.name))
        best_codes.sort(key=lambda code: (factors.index(code.factor), code.association.measure))
        return [list(row) for _, row in itertools.groupby(best_codes, FACTOR_AND_MEASURE)]

    def classifiers(self) -> dict[str, list[tuple[ReportedRun, str, Classification]]]:
        """By class factor, the code of each run that classifies its training images best, and what was measured."""
        factors = next(iter(self.runs[0].evaluation.classification.values()), {})
        return {factor: [_best_classifier(run, factor) for run in self.runs] for factor in factors}

    def _choose(self, letter: str, panel: Panel, taken: set[tuple[str, str]]) -> ShownPanel:
        """The code of the highest association; where its factor is unknown, the one that determines images the most."""
        runs = [run for run in self.runs if run.preset == panel.preset] or self.runs
        candidates = [code for code in _measured_codes(runs) if _is_for(panel, code)]
        if not candidates:
            run, code = _least_diverse(runs, panel.kind, taken)
            reason = f"{panel.shows} has no label here; this {panel.kind} code was chosen for its low diversity, "
            return ShownPanel(letter, self._file(letter), panel, run, code, f"{reason}{_diversity(run, code):.2f}")
        best = max(candidates, key=ADJUSTED)
        alike = [code for code in candidates if FACTOR_AND_MEASURE(code) == FACTOR_AND_MEASURE(best)]
        best_codes = best_of_each(alike, lambda code: code.run.name)
        reason = best.numbers + (f", the best of {len(best_codes)} runs" if len(best_codes) > 1 else "")
        return ShownPanel(letter, self._file(letter), panel, best.run, best.code, reason, best_codes)

    def _file(self, panel: str) -> str:
        return f"figure{self.figure.number}{panel}.png"


def best_of_each(codes: Iterable[MeasuredCode], key: Callable[[MeasuredCode], object]) -> list[MeasuredCode]:
    """Of all codes with the same key, the one with the strongest association."""
    best: dict[object, MeasuredCode] = {}
    for code in codes:
        if ADJUSTED(code) > ADJUSTED(best.setdefault(key(code), code)):
            best[key(code)] = code
    return list(best.values())


def _measured_codes(runs: Sequence[ReportedRun]) -> list[MeasuredCode]:
    """Each code of some runs with each factor."""
    return [
        MeasuredCode(run, code, factor, association)
        for run in runs
        for code, by_factor in run.evaluation.associations.items()
        for factor, association in by_factor.items()
    ]


def _is_for(panel: Panel, measured: MeasuredCode) -> bool:
    """Whether a code of the panel's kind is associated with one of its factors.

    A circular code has no ends, so it can't run through a number as a continuous one does: it stands for angles only.
    """
    is_circular = panel.kind == "continuous" and measured.association.measure == "eta"
    if is_circular or not panel.factors or not _is_of_kind(measured.run, measured.code, panel.kind):
        return False
    return re.search(panel.factors, measured.factor, re.IGNORECASE) is not None


def _is_of_kind(run: ReportedRun, code: str, kind: str) -> bool:
    return run.evaluation.codes[code].is_discrete == (kind == "categorical")


def _least_diverse(runs: Sequence[ReportedRun], kind: str, taken: set[tuple[str, str]]) -> tuple[ReportedRun, str]:
    """The code that determines images the most, one that is not shown yet if there is one."""
    codes = [(run, code) for run in runs for code in run.evaluation.codes if _is_of_kind(run, code, kind)]
    new = [(run, code) for run, code in codes if (run.name, code) not in taken]
    return min(new or codes, key=lambda candidate: _diversity(*candidate))


def _diversity(run: ReportedRun, code: str) -> float:
    return statistics.mean(run.evaluation.codes[code].diversity)


def _best_classifier(run: ReportedRun, factor: str) -> tuple[ReportedRun, str, Classification]:
    by_code = {code: by_factor[factor] for code, by_factor in run.evaluation.classification.items()}
    code = min(by_code, key=lambda code: by_code[code].matched_error)
    return run, code, by_code[code]
