"""How strongly each code is associated with each known factor of the images: a class, attribute, number or angle."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

BINS = 10


class CodePredictions(NamedTuple):
    """Q's predictions of one code on real images.

    Attributes:
        kind: `continuous`, `categorical` or `binary`.
        values: `[number, size]`: modes of a continuous code; otherwise probabilities, of each category or of each
            binary dimension being 1.
    """

    kind: str
    values: np.ndarray


class Association(NamedTuple):
    """How strongly one code and one factor are associated.

    Attributes:
        measure: name of the measure; `MEASURES` has it for each kind of code and factor.
        value: what it gives; 0.5 at chance for the AUC, 0 for the others, and 1 at best. The NMI of few images in many
            groups is above 0 at chance.
        strength: the same on a scale from 0 at chance to 1; for the NMI the adjusted mutual information (Vinh et al.
            2010), which is the NMI on such a scale.
        part: the dimension of the code, or the category, that was measured, being the strongest; None where the code
            was measured as a whole.
        note: what limits the number, such as a constant code; empty if nothing does.
    """

    measure: str
    value: float
    strength: float
    part: int | None = None
    note: str = ""


def association(code: CodePredictions, factor_kind: str, factor_values: np.ndarray) -> Association:
    """The association of one code with one factor of the same images.

    Images where the factor is unknown (NaN, or a negative class or attribute) are left out.

    Args:
        code: Q's predictions, `[number, size]`.
        factor_kind: `class`, `attribute`, `ordered` or `angle`.
        factor_values: `[number]`; classes from 0, attributes 0 or 1, angles in degrees.

    Raises:
        ValueError: they are not of as many images.
    """
    if len(code.values) != len(factor_values):
        raise ValueError(f"factor_values must be of {len(code.values)} images, got {len(factor_values)}")
    name = MEASURES[code.kind, factor_kind]
    measure = _MEASURE_FUNCTIONS[name]
    known = is_known(factor_values)
    columns, values = _columns(code, name, known), factor_values[known]
    if factor_kind == "angle":
        values = values % 360
    note = _limitation(code.values[known], values)
    if note:
        return Association(name, measure.chance, 0.0, note=note)
    measured = [measure.function(column, values) if _varies(column) else measure.chance for column in columns]
    part = int(np.argmax(measured))
    value = float(np.clip(measured[part], measure.chance, 1))
    strength = (value - measure.chance) / (1 - measure.chance)
    if measure.adjusted is not None:
        strength = float(np.clip(measure.adjusted(columns[part], values), 0, 1))
    note = "" if known.all() else f"unknown for {np.sum(~known):,} of {len(known):,} images, which are left out"
    return Association(name, value, strength, part if len(columns) > 1 else None, note)


def is_known(factor_values: np.ndarray) -> np.ndarray:
    """Where a factor has a value: bool `[number]`. Classes and attributes of -1 are unknown, as in TFDS."""
    return np.isfinite(factor_values) if factor_values.dtype.kind == "f" else factor_values >= 0


def quantile_bins(values: np.ndarray) -> np.ndarray:
    """Which of ten bins with as many values each a value `[number]` is in, int `[number]`."""
    return np.digitize(values, np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))


def _limitation(predictions: np.ndarray, values: np.ndarray) -> str:
    """Why nothing can be measured; empty if it can."""
    if not len(values):
        return "the factor is unknown for all images"
    if not np.isfinite(predictions).all():
        return "Q's predictions are not finite"
    if not _varies(values):
        return "the factor is constant"
    return "" if any(map(_varies, predictions.T)) else "Q's predictions are constant"


def _varies(values: np.ndarray) -> bool:
    return bool(values.min() < values.max())


def _columns(code: CodePredictions, measure: str, known: np.ndarray) -> list[np.ndarray]:
    """What is measured, each `[number]`: the code's dimensions, cut into groups for a measure that compares groups."""
    values = code.values[known]
    if not len(values) or measure not in MEASURES_OF_GROUPS:
        return list(values.T)
    if code.kind == "categorical":
        return [values.argmax(axis=1)]
    return [quantile_bins(column) if code.kind == "continuous" else column >= 0.5 for column in values.T]


def _spearman(column: np.ndarray, values: np.ndarray) -> float:
    return abs(spearmanr(column, values).statistic)


def _auc(column: np.ndarray, values: np.ndarray) -> float:
    """Mann-Whitney's U as a share of all pairs, folded, since a code may as well mean the opposite."""
    ranks, positive = rankdata(column), values == 1
    num_positive = positive.sum()
    num_pairs = num_positive * (len(values) - num_positive)
    area = (ranks[positive].sum() - num_positive * (num_positive + 1) / 2) / num_pairs
    return max(area, 1 - area)


def _correlation_ratio(groups: np.ndarray, values: np.ndarray) -> float:
    """Root of the share of variance of values `[number, dimensions]` explained by groups (Kelley 1935).

    Kelley's correction of Fisher's eta for the number of groups: without it ten groups that mean nothing explain 9 of
    100 images.
    """
    _, groups, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    free = len(values) - len(sizes)
    centered = values - values.mean(axis=0)
    total = np.sum(centered**2)
    if not free or not total:
        return 0.0
    means = np.stack([np.bincount(groups, column) for column in centered.T], axis=1) / sizes[:, None]
    within = np.sum((centered - means[groups]) ** 2)
    return float(np.sqrt(max(1 - (within / free) / (total / (len(values) - 1)), 0)))


def _circular_linear(column: np.ndarray, degrees: np.ndarray) -> float:
    """Mardia 1976: the multiple correlation of a number with the cosine and sine of an angle.

    By least squares, which also holds where the angles lie on a line, such as 0 and 180 degrees alone.
    """
    circle = _on_circle(degrees)
    centered = column.astype(np.float64) - column.mean()
    regressors = circle - circle.mean(axis=0)
    fit = regressors @ np.linalg.lstsq(regressors, centered, rcond=1e-10)[0]
    return float(np.sqrt(np.sum(fit**2) / np.sum(centered**2)))


def _on_circle(degrees: np.ndarray) -> np.ndarray:
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


class _Measure(NamedTuple):
    function: Callable[[np.ndarray, np.ndarray], float]
    chance: float = 0.0
    adjusted: Callable[[np.ndarray, np.ndarray], float] | None = None  # Where chance depends on the images.


_MEASURE_FUNCTIONS = {
    "|Spearman|": _Measure(_spearman),
    "AUC": _Measure(_auc, chance=0.5),
    "NMI": _Measure(normalized_mutual_info_score, adjusted=adjusted_mutual_info_score),
    "eta": _Measure(lambda groups, values: _correlation_ratio(groups, values[:, None])),
    "circular eta": _Measure(lambda groups, degrees: _correlation_ratio(groups, _on_circle(degrees))),
    "circular R": _Measure(_circular_linear),
}
# By the kinds of code and factor.
MEASURES = {
    ("continuous", "ordered"): "|Spearman|",
    ("continuous", "angle"): "circular R",
    ("continuous", "attribute"): "AUC",
    ("continuous", "class"): "NMI",
    ("binary", "ordered"): "|Spearman|",
    ("binary", "angle"): "circular R",
    ("binary", "attribute"): "AUC",
    ("binary", "class"): "NMI",
    ("categorical", "ordered"): "eta",
    ("categorical", "angle"): "circular eta",
    ("categorical", "attribute"): "AUC",
    ("categorical", "class"): "NMI",
}
# Those that compare groups of images instead of numbers.
MEASURES_OF_GROUPS = ("NMI", "eta", "circular eta")
