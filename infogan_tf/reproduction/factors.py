"""The reports of Figures 3 to 6: their panels as data, which code of which run has which factor, and their pictures."""

import dataclasses
import itertools
import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from infogan_tf.data.factors import ANGLE_NAME
from infogan_tf.evaluation.schema import Association, Classification
from infogan_tf.experiments import find_experiment
from infogan_tf.figures.pictures import save_picture, tile, with_caption
from infogan_tf.figures.traversals import describe_traversal, traverse
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.reproduction.choice import Choice
from infogan_tf.reproduction.runs import ReportedRun

# Of a measure that is adjusted for chance; both are this project's choice, since the paper has no numbers.
FOUND_FROM, PARTLY_FOUND_FROM = 0.8, 0.5


class Panel(NamedTuple):
    """A panel of the paper's figure: what varies in it, in the paper's words, and the kind of its code.

    `factors` is a regular expression for the names of factors that mean the same in the data sets that are known, None
    where no data set has one; `preset` that of the paper's model for it, None where one model has all.
    """

    shows: str
    kind: str
    factors: str | None = None
    preset: str | None = None


class Figure(NamedTuple):
    """A figure of the paper: its number and its panels."""

    number: int
    panels: Sequence[Panel]


FACES = (
    Panel("azimuth", "continuous", "^(?!.*light).*azimuth", "paper_azimuth"),
    Panel("elevation", "continuous", "^(?!.*light).*elevation", "paper_elevation"),
    Panel("lighting", "continuous", "light", "paper_lighting_and_width"),
    Panel("width", "continuous", "width", "paper_lighting_and_width"),
)
CHAIRS = (
    Panel("rotation", "continuous", "azimuth|rotation", "paper_rotation"),
    Panel("width", "continuous", "width", "paper_width"),
)
SVHN = (Panel("lighting", "continuous"), Panel("plate context", "categorical"))
CELEBA = (
    # CelebA has no angles; its faces are aligned by the eyes, so the place of the nose follows the azimuth.
    Panel("azimuth", "categorical", "azimuth|nose_x"),
    Panel("presence or absence of glasses", "categorical", "glasses"),
    Panel("hair style", "categorical", "bald|bangs|hairline|straight_hair|wavy_hair"),
    Panel("emotion", "categorical", "smiling|emotion"),
)
FIGURES = {"faces": Figure(3, FACES), "chairs": Figure(4, CHAIRS), "svhn": Figure(5, SVHN), "celeba": Figure(6, CELEBA)}


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
FACTOR_AND_MEASURE = attrgetter("factor", "association.measure")  # Only numbers of the same two can be compared.


class ShownPanel(NamedTuple):
    """What stands for a panel of the paper.

    Attributes:
        letter: which panel it is; for images without labels, of which there is no panel in the paper, the code's name.
        topic: what it is called: by the paper's word alone where a label says so.
        reason: the number that the run and its code were chosen by.
        best_codes: of each run that has a code for this factor and measure, the best; the best of all is the first.
            Empty if no factor is known.
    """

    letter: str
    topic: str
    file: str
    run: ReportedRun
    code: str
    reason: str
    panel: Panel | None = None
    best_codes: Sequence[MeasuredCode] = ()

    @property
    def verdict(self) -> str:
        """Whether the best code has the factor."""
        adjusted = ADJUSTED(self.best_codes[0])
        if adjusted >= FOUND_FROM:
            return "found"
        return "partly found" if adjusted >= PARTLY_FOUND_FROM else "not found"


@dataclasses.dataclass(frozen=True)
class FactorResults:
    """Everything that the report is made from: the figure, a run for each preset and seed, and which one is chosen."""

    figure: Figure
    runs: Sequence[ReportedRun]
    choice: Choice | None = None

    thresholds = (FOUND_FROM, PARTLY_FOUND_FROM)

    @property
    def has_factors(self) -> bool:
        """Whether anything is known of the images."""
        return bool(self.runs[0].evaluation.associations)

    @cached_property
    def shown(self) -> ReportedRun:
        """The run whose codes are the most associated with the factors; without those, the one that is chosen.

        Of fewer runs than a choice needs it is the one of the best Frechet distance.
        """
        if not self.has_factors:
            if self.choice:
                return self.choice.run
            # Of a single held-out image no run has a distance.
            return min(self.runs, key=lambda run: run.evaluation.images.frechet_distance or 0.0)
        best_codes = [_best_of_each(_measured_codes([run]), attrgetter("factor")) for run in self.runs]
        return max(best_codes, key=lambda codes: sum(map(ADJUSTED, codes)))[0].run

    @cached_property
    def panels(self) -> list[ShownPanel]:
        """The paper's panels; of images without labels every code of the shown run."""
        prefix, run = f"figure{self.figure.number}", self.shown
        if not self.has_factors:
            diversities = {code: f"diversity {_diversity(run, code):.2f}" for code in run.evaluation.codes}
            return [ShownPanel(code, "", f"{prefix}_{code}.png", run, code, of) for code, of in diversities.items()]
        shown = []
        for letter, panel in zip("abcd", self.figure.panels, strict=False):
            runs = [run for run in self.runs if run.preset == panel.preset] or self.runs
            best_codes = _best_codes(panel, runs)
            if best_codes:
                topic, (run, code, *_) = panel.shows, best_codes[0]
                reason = best_codes[0].numbers
                reason += f", the best of {len(best_codes)} runs" if len(best_codes) > 1 else ""
            else:
                topic = f"{panel.shows} in the paper"
                run, code = _least_diverse(runs, panel.kind, [(other.run, other.code) for other in shown])
                reason = f"{panel.shows} has no label here; this {panel.kind} code was chosen for its low diversity, "
                reason += f"{_diversity(run, code):.2f}"
            shown.append(ShownPanel(letter, topic, f"{prefix}{letter}.png", run, code, reason, panel, best_codes))
        return shown

    def rows(self, runs: Sequence[ReportedRun]) -> list[list[MeasuredCode]]:
        """For each factor and measure, the best code of each of some runs."""
        codes = _measured_codes(runs)
        factors = [code.factor for code in codes]
        best_codes = _best_of_each(codes, attrgetter("factor", "association.measure", "run.name"))
        best_codes.sort(key=lambda code: (factors.index(code.factor), code.association.measure))
        return [list(row) for _, row in itertools.groupby(best_codes, FACTOR_AND_MEASURE)]

    def classifiers(self) -> dict[str, list[tuple[ReportedRun, str, Classification]]]:
        """By class factor, the code of each run that classifies its training images best, and what was measured."""
        factors = next(iter(self.runs[0].evaluation.classification.values()), {})
        return {factor: [_best_classifier(run, factor) for run in self.runs] for factor in factors}


def draw_panels(folder: Path, results: FactorResults):
    """Draws each panel of one of the paper's Figures 3 to 6."""
    scale = find_experiment(results.shown.config.experiment).traversal_scale
    for panel in results.panels:
        model = panel.run.trained.model
        images = traverse(model, panel.code, stream_seed(panel.run.config.seed, Stream.FIGURES), scale=scale).numpy()
        topic = f"{panel.topic}: " if panel.topic else ""
        caption = f"{topic}{describe_traversal(model, panel.code, scale)} ({panel.reason}); {panel.run.where}"
        save_picture(folder / panel.file, with_caption(tile(images), caption))


def _measured_codes(runs: Sequence[ReportedRun]) -> list[MeasuredCode]:
    return [
        MeasuredCode(run, code, factor, association)
        for run in runs
        for code, by_factor in run.evaluation.associations.items()
        for factor, association in by_factor.items()
    ]


def _best_of_each(codes: Iterable[MeasuredCode], key: Callable[[MeasuredCode], object]) -> list[MeasuredCode]:
    """Of all codes with the same key, the one with the strongest association."""
    best: dict[object, MeasuredCode] = {}
    for code in codes:
        if ADJUSTED(code) > ADJUSTED(best.setdefault(key(code), code)):
            best[key(code)] = code
    return list(best.values())


def _best_codes(panel: Panel, runs: Sequence[ReportedRun]) -> list[MeasuredCode]:
    """The best code of each run for the factor and measure of the best of all, which is the first; none without it."""
    # A circular code has no ends, so it can't run through a number as a continuous one does: it stands for angles only.
    candidates = [
        found
        for found in _measured_codes(runs)
        if panel.factors
        and re.search(panel.factors, found.factor, re.IGNORECASE)
        and _is_of_kind(found.run, found.code, panel.kind)
        and not (panel.kind == "continuous" and found.association.measure == "eta")
    ]
    candidates.sort(key=ADJUSTED, reverse=True)
    alike = [found for found in candidates if FACTOR_AND_MEASURE(found) == FACTOR_AND_MEASURE(candidates[0])]
    return _best_of_each(alike, attrgetter("run.name"))


def _is_of_kind(run: ReportedRun, code: str, kind: str) -> bool:
    return run.evaluation.codes[code].is_discrete == (kind == "categorical")


def _least_diverse(runs: Sequence[ReportedRun], kind: str, taken: Sequence[tuple]) -> tuple[ReportedRun, str]:
    """The code that determines images the most, one that is not shown yet if there is one."""
    codes = [(run, code) for run in runs for code in run.evaluation.codes if _is_of_kind(run, code, kind)]
    return min(codes, key=lambda shown: (shown in taken, _diversity(*shown)))


def _diversity(run: ReportedRun, code: str) -> float:
    return statistics.mean(run.evaluation.codes[code].diversity)


def _best_classifier(run: ReportedRun, factor: str) -> tuple[ReportedRun, str, Classification]:
    measured = [(run, code, by_factor[factor]) for code, by_factor in run.evaluation.classification.items()]
    return min(measured, key=lambda of_code: of_code[2].matched_error)
