"""How strongly each code is associated with each known factor of the images: a class, attribute, number or angle."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy.special import entr
from scipy.stats import rankdata

from infogan_tf.distributions import Distribution
from infogan_tf.evaluation.monotone_fit import fit_monotone
from infogan_tf.evaluation.schema import Association

PERMUTATIONS = 20
TINY = np.finfo(np.float64).tiny
# By the kinds of code and factor.
MEASURES = {
    "continuous": {"ordered": "|Spearman|", "angle": "monotone fit", "attribute": "AUC", "class": "NMI"},
    "circular": {"ordered": "eta", "angle": "monotone fit", "attribute": "eta", "class": "NMI"},
    "binary": {"ordered": "|Spearman|", "angle": "circular eta", "attribute": "AUC", "class": "NMI"},
    "categorical": {"ordered": "eta", "angle": "circular eta", "attribute": "AUC", "class": "NMI"},
}


@dataclass(frozen=True, eq=False)
class CodePredictions:
    """Q's predictions of one code on real images.

    The values `[number, size]` of a continuous code are its modes, of a circular one angles in degrees; otherwise
    probabilities: of each category, or of each dimension of a binary code being 1.
    """

    kind: str  # A key of `MEASURES`.
    values: np.ndarray

    @classmethod
    def of(cls, distribution: Distribution, posterior: Any) -> "CodePredictions":
        """What Q predicts of a code, from its posterior."""
        if distribution.is_discrete:
            return cls("categorical" if distribution.num_categories else "binary", posterior.probs.numpy())
        kind = "circular" if distribution.is_circular else "continuous"
        return cls(kind, distribution.decode(posterior.mode))

    @cached_property
    def ranks(self) -> np.ndarray:
        """The ranks of each dimension or category, centered: `[size, number, 1]`."""
        return _centered(rankdata(self.values, axis=0)).T[:, :, None]

    @cached_property
    def groups(self) -> np.ndarray:
        """The group of each image, int `[parts, number]`: its category, or for each dimension its bin or bit."""
        if self.kind == "categorical":
            return self.values.argmax(axis=1)[None]
        if self.kind == "binary":
            return (self.values.T >= 0.5).astype(int)
        values = cut_at_widest_gap(self.values) if self.kind == "circular" else self.values
        return np.stack([quantile_bins(dimension) for dimension in values.T])

    @cached_property
    def indicators(self) -> np.ndarray:
        """Which group an image is in, a unit vector for each group: `[parts, number, groups]`."""
        return _unit(np.eye(self.groups.max() + 1)[self.groups])


def association(code: CodePredictions, factor_kind: str, factor_values: np.ndarray) -> Association:
    """The association of one code with one factor of the same images.

    The factor's kind is one of `Factor`'s, its values are `[number]`, finite: classes from 0, attributes 0 or 1, angles
    in degrees.
    """
    measure = MEASURES[code.kind][factor_kind]
    values = factor_values % 360 if factor_kind == "angle" else factor_values
    note = _limitation(code.values, values)
    if note:
        unrelated = 0.5 if measure == "AUC" else 0.0
        return Association(measure, unrelated, unrelated, 0.0, note=note)
    if measure == "monotone fit":
        # Scored on images that were not fitted, so that it is about 0 at chance without permutations.
        fits = [fit_monotone(dimension, values, True, code.kind == "circular") for dimension in code.values.T]
        best = int(np.argmin([fit.error for fit in fits]))
        value = float(max(1 - fits[best].error / max(fits[best].error_of_constant, TINY), 0))
        return Association(measure, value, 0.0, value, best if len(fits) > 1 else None, monotone_fit=fits[best])
    measured = np.minimum(_measure(measure, code, values), 1)
    strongest = int(measured[:, 0].argmax())
    # Over random orders of the factor; few images, many groups and several parts, of which the best counts, raise it.
    value, chance = float(measured[strongest, 0]), float(measured[:, 1:].max(axis=0).mean())
    adjusted = max(value - chance, 0) / (1 - chance) if chance < 1 else 0.0
    part = strongest if len(measured) > 1 else None
    is_fitted = (code.kind, factor_kind) == ("continuous", "ordered")
    fit = fit_monotone(code.values[:, strongest], values, is_angle=False) if is_fitted else None
    return Association(measure, value, chance, adjusted, part, monotone_fit=fit)


def quantile_bins(values: np.ndarray) -> np.ndarray:
    """Which of ten bins with as many values each a value `[number]` is in, int `[number]`."""
    return np.digitize(values, np.quantile(values, np.linspace(0, 1, 11)[1:-1]))


def cut_at_widest_gap(degrees: np.ndarray) -> np.ndarray:
    """The same angles `[number, 1]` from 0 to 360, turned so that no group of them is torn apart by the cut."""
    ordered = np.sort(degrees, axis=0)
    gaps = np.diff(ordered, axis=0, append=ordered[:1] + 360)
    return (degrees - ordered[(gaps.argmax() + 1) % len(ordered)]) % 360


def _limitation(predictions: np.ndarray, values: np.ndarray) -> str:
    """Why nothing can be measured; empty if it can."""
    if not np.isfinite(predictions).all():
        return "Q's predictions are not finite"
    if np.ptp(values) == 0:
        return "the factor is constant"
    return "" if np.ptp(predictions, axis=0).any() else "Q's predictions are constant"


@lru_cache(maxsize=1)
def _orders(number: int) -> np.ndarray:
    """The images in their order, then in the random ones that chance is measured in: int `[orders, number]`."""
    rng = np.random.default_rng(0)
    return np.stack([np.arange(number), *(rng.permutation(number) for _ in range(PERMUTATIONS))])


def _measure(measure: str, code: CodePredictions, values: np.ndarray) -> np.ndarray:
    """The measure of each part of the code, in each order of the values: `[parts, orders]`."""
    orders = _orders(len(values))
    if measure == "NMI":
        return _nmi(code.groups, values[orders])
    if measure == "|Spearman|":
        return _projections(_unit(code.ranks), _unit(_centered(rankdata(values)[:, None])), orders)
    if measure == "AUC":
        # Mann-Whitney's U as a share of all pairs, folded, since a code may as well mean the opposite.
        positive = values[:, None] == 1
        return 0.5 + _projections(code.ranks, positive / (positive.sum() * (~positive).sum()), orders)
    # The correlation ratio (Fisher): root of the share of variance that groups explain, of an angle on the circle.
    radians = np.deg2rad(values)
    columns = [np.cos(radians), np.sin(radians)] if measure == "circular eta" else [values]
    centered = _centered(np.stack(columns, axis=1))
    return _projections(code.indicators, centered / np.linalg.norm(centered), orders)


def _nmi(groups: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Arithmetic mean of the entropies, as scikit-learn's, which would take ten times as long for so many orders."""
    values = []
    orders = np.arange(len(classes))[:, None]
    for of_part in groups:
        shape = (len(orders), of_part.max() + 1, classes.max() + 1)
        cells = np.ravel_multi_index((orders, of_part, classes), shape)
        joint = np.bincount(cells.ravel(), minlength=np.prod(shape)).reshape(shape) / classes.shape[1]
        entropies = entr(joint.sum(axis=2)).sum(axis=1) + entr(joint.sum(axis=1)).sum(axis=1)
        values.append(2 * np.maximum(entropies - entr(joint).sum(axis=(1, 2)), 0) / entropies)
    return np.stack(values)


def _projections(code: np.ndarray, factor: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Norms `[parts, orders]` of the products of a code `[parts, number, columns]` and a factor `[number, columns]`."""
    products = np.tensordot(code, factor[orders], axes=(1, 1))
    return np.sqrt(np.sum(products**2, axis=(1, 3)))


def _centered(columns: np.ndarray) -> np.ndarray:
    return columns - columns.mean(axis=0)


def _unit(columns: np.ndarray) -> np.ndarray:
    """Columns `[..., number, columns]` as unit vectors; zero where one is zero."""
    return columns / np.maximum(np.linalg.norm(columns, axis=-2, keepdims=True), TINY)
