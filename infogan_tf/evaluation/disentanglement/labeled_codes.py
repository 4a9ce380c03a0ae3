"""The representation of images by their codes, as measures of disentanglement read it, beside the images' factors."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import mutual_info_score

from infogan_tf.data.factors import Factor
from infogan_tf.evaluation.factor_associations import CodePredictions, cut_at_widest_gap, quantile_bins

NUM_BINS = 20  # Of a dimension, of equal width.
MOST_VALUES = 40  # A number or an angle with more is binned; the orientation of dSprites has 40.
IMAGES_OF_A_VALUE = 10  # The same if its values have fewer images each, on average.


@dataclasses.dataclass(frozen=True, eq=False)
class LabeledCodes:
    """Codes and factors of the same images.

    A code is a dimension, or several if it is continuous or binary of several. An angle is no line, and categories have
    no order: where something linear reads them, or a variance is taken, they are (cos, sin) and one-hot vectors.

    Attributes:
        names: of the dimensions, such as `c1` or `c2[0]`.
        values: float64 `[number, dimensions]`: the mean of a continuous code, the number of a category, 0 or 1, or an
            angle in degrees, which begins in the widest gap of all angles.
        bins: int `[number, dimensions]`: categories and bits as they are, all others in 20 bins of equal width.
        is_discrete: by dimension.
        columns: by dimension `[number, columns]`: the value itself, a one-hot vector or (cos, sin).
        factors: int64 `[number, factors]`: a class, an attribute, one of few numbers, or one of ten bins.
    """

    names: tuple[str, ...]
    values: np.ndarray
    bins: np.ndarray
    is_discrete: np.ndarray
    columns: tuple[np.ndarray, ...]
    factors: np.ndarray

    @classmethod
    def of(cls, codes: Mapping[str, CodePredictions], factors: np.ndarray) -> "LabeledCodes":
        """From Q's predictions by code, which are finite, and factors `[number, factors]` as above."""
        parts = [part for name, code in codes.items() for part in _dimensions(name, code)]
        names, values, bins, is_discrete, columns = zip(*parts, strict=True)
        return cls(names, np.stack(values, 1), np.stack(bins, 1), np.array(is_discrete), columns, factors)

    def __getitem__(self, images: np.ndarray) -> "LabeledCodes":
        return dataclasses.replace(
            self,
            values=self.values[images],
            bins=self.bins[images],
            columns=tuple(columns[images] for columns in self.columns),
            factors=self.factors[images],
        )

    def shuffled(self) -> "LabeledCodes":
        """The same codes beside factors of other images, which are kept together: unrelated ones."""
        return dataclasses.replace(self, factors=np.random.default_rng(0).permutation(self.factors))

    @property
    def num_factors(self) -> int:
        """How many factors there are."""
        return self.factors.shape[1]

    def mutual_information(self) -> np.ndarray:
        """Of each binned dimension and each factor, in nats `[dimensions, factors]`."""
        return np.array([[mutual_info_score(factor, code) for factor in self.factors.T] for code in self.bins.T])

    def factor_entropies(self) -> np.ndarray:
        """In nats `[factors]`."""
        return np.array([mutual_info_score(factor, factor) for factor in self.factors.T])


def _dimensions(name: str, code: CodePredictions) -> list[tuple]:
    """Of each dimension of a code what `LabeledCodes` has of it."""
    if code.kind == "categorical":
        category = code.values.argmax(axis=1)
        return [(name, category.astype(float), category, True, np.eye(code.values.shape[1])[category])]
    if code.kind == "circular":
        degrees, radians = cut_at_widest_gap(code.values)[:, 0], np.deg2rad(code.values)
        around = np.concatenate([np.cos(radians), np.sin(radians)], axis=1)
        return [(name, degrees, (degrees * NUM_BINS // 360).astype(int), False, around)]
    dimensions = []
    for index, values in enumerate(code.values.T.astype(np.float64)):
        is_bit = code.kind == "binary"
        values = np.round(values) if is_bit else values
        bins = values.astype(int) if is_bit else np.digitize(values, np.histogram(values, NUM_BINS)[1][1:-1])
        of_several = f"{name}[{index}]" if code.values.shape[1] > 1 else name
        dimensions.append((of_several, values, bins, is_bit, values[:, None]))
    return dimensions


def discrete_factors(factors: Sequence[Factor]) -> tuple[np.ndarray, list[str]]:
    """The held-out values of factors as int64 `[number, factors]`, and the names of those that were binned.

    A number or an angle with many values, or few images of each, is cut into ten bins with as many images each.
    """
    columns, binned = [], []
    for factor in factors:
        values = factor.held_out % 360 if factor.kind == "angle" else factor.held_out
        distinct, places = np.unique(values, return_inverse=True)
        has_many = len(distinct) > min(MOST_VALUES, len(values) / IMAGES_OF_A_VALUE)
        if factor.kind in ("ordered", "angle") and has_many:
            binned.append(factor.name)
            places = quantile_bins(values)
        columns.append(places)
    return np.stack(columns, axis=1), binned
