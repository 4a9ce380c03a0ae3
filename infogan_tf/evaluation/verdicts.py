"""What became of each code: used, ignored, or redundant with another."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import normalized_mutual_info_score

from infogan_tf.distributions import Distribution
from infogan_tf.evaluation.factor_associations import quantile_bins
from infogan_tf.evaluation.recovery import Recovery
from infogan_tf.training.health import USED_FROM

# The least association of Q's predictions of two codes that are redundant; this project's choice.
REDUNDANT_FROM = 0.9


def code_verdicts(
    distributions: Mapping[str, Distribution],
    recovery: Mapping[str, Recovery],
    predictions: Mapping[str, np.ndarray],
) -> dict[str, str]:
    """A verdict for each code: `used`, `ignored`, or `redundant with <code>`.

    A code is ignored if Q can't recover it from generated images, and redundant with an earlier one if Q's predictions
    of both on the same real images, `[number, event_size]`, determine each other, up to order and sign.
    """
    verdicts: dict[str, str] = {}
    for name, distribution in distributions.items():
        if recovery[name].score < USED_FROM:
            verdicts[name] = "ignored"
            continue
        used = [other for other, verdict in verdicts.items() if verdict == "used"]
        verdicts[name] = "used"
        for other in used:
            if redundancy(predictions[name], distribution, predictions[other], distributions[other]) >= REDUNDANT_FROM:
                verdicts[name] = f"redundant with {other}"
                break
    return verdicts


def redundancy(a: np.ndarray, a_prior: Distribution, b: np.ndarray, b_prior: Distribution) -> float:
    """How well the predictions of two codes `[number, event_size]` determine each other, from 0 to 1.

    Rank correlation (absolute) of continuous codes, circular correlation (absolute) of circular ones; otherwise the
    normalized mutual information, for which a continuous or circular code is cut into ten bins with as many images
    each. It finds redundant codes of similar entropy only: a 2-way and a 20-way categorical code can't reach 0.9.
    """
    if a_prior.is_circular and b_prior.is_circular:
        return _circular_correlation(a, b)
    if any(prior.is_discrete or prior.is_circular for prior in (a_prior, b_prior)):
        return float(normalized_mutual_info_score(_groups(a, a_prior), _groups(b, b_prior)))
    varying = [(x, y) for x in a.T for y in b.T if np.ptp(x) > 0 and np.ptp(y) > 0]
    return max((float(abs(spearmanr(x, y).statistic)) for x, y in varying), default=0.0)


def _circular_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """That of angles given as (cos, sin) `[number, 2]`, from 0 to 1 (Fisher and Lee 1983), whatever the orientation."""
    variances = np.linalg.det(a.T @ a) * np.linalg.det(b.T @ b)
    return float(abs(np.linalg.det(a.T @ b)) / np.sqrt(variances)) if variances > 0 else 0.0


def _groups(values: np.ndarray, prior: Distribution) -> np.ndarray:
    if prior.is_discrete:
        return np.unique(values, axis=0, return_inverse=True)[1].ravel()
    return quantile_bins(prior.decode(values)[:, 0])
