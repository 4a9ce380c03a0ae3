"""DCI: disentanglement, completeness and informativeness (Eastwood and Williams 2018, openreview By-7dz-AZ)."""

from typing import NamedTuple

import numpy as np
import scipy.stats
from sklearn.ensemble import GradientBoostingClassifier

from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes

IMAGES_OF_A_STAGE = 100
TINY = 1e-11


class DCI(NamedTuple):
    """The three scores; None if there is one factor, or one dimension, alone."""

    disentanglement: float | None
    completeness: float | None
    informativeness: float


def dci(fitted: LabeledCodes, tested: LabeledCodes) -> DCI:
    """Predicts each factor from all dimensions by boosted trees, whose importances R_ij are those of dimension i for j.

    Disentanglement: the mean over dimensions, weighted by their share of R, of 1 - the entropy of R_ij over the factors
    j, to the base of their number. Completeness: the same over factors of 1 - the entropy over dimensions.
    Informativeness: the mean accuracy on other images.

    There is a stage of boosting for every 100 images, as the 100 stages of disentanglement_lib for its 10,000: with
    more, trees fit chance, and dimensions that know of nothing become important.
    """
    stages = max(len(fitted.factors) // IMAGES_OF_A_STAGE, 1)
    importances, accuracies = [], []
    for factor, truth in zip(fitted.factors.T, tested.factors.T, strict=True):
        trees = GradientBoostingClassifier(n_estimators=stages, random_state=0).fit(fitted.values, factor)
        with np.errstate(invalid="ignore"):  # Of trees that explain nothing they are 0 / 0.
            importances.append(np.nan_to_num(trees.feature_importances_))
        accuracies.append(trees.score(tested.values, truth))
    importances = np.stack(importances, axis=1)
    return DCI(_concentration(importances), _concentration(importances.T), float(np.mean(accuracies)))


def _concentration(importances: np.ndarray) -> float | None:
    """By how little the rows are spread over their columns, a mean weighted by the rows' sums."""
    number = importances.shape[1]
    if number == 1:
        return None
    if not importances.any():
        return 0.0
    of_rows = 1 - scipy.stats.entropy(importances + TINY, base=number, axis=1)
    return float(np.average(of_rows, weights=importances.sum(axis=1)))
