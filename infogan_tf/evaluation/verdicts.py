"""One word for what became of each code: used, ignored, or the twin of another."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import normalized_mutual_info_score

from infogan_tf.distributions import Distribution
from infogan_tf.evaluation.recovery import Recovery

# Both thresholds are this project's choice. Below this score (0 for chance, 1 for perfect) a code leaves no more than a
# trace in the image.
USED_FROM = 0.2
# Readings of two codes that tell each other this well say the same thing twice.
TWINS_FROM = 0.9
BINS = 10


def judge_codes(
    distributions: Mapping[str, Distribution],
    recovery: Mapping[str, Recovery],
    readings: Mapping[str, np.ndarray],
) -> dict[str, str]:
    """A verdict a code: `used`, `ignored`, or `twin of <code>`.

    A code is ignored if it can't be read back from generated images; two codes are twins if what Q reads of them on
    real images goes together, up to order and sign.

    Args:
        distributions: by code.
        recovery: by code, how well it is read back.
        readings: by code, what Q reads off the same real images, `[number, event_size]`.
    """
    verdicts = {}
    for name, distribution in distributions.items():
        verdicts[name] = "used" if recovery[name].score >= USED_FROM else "ignored"
        for other in [earlier for earlier in verdicts if verdicts[earlier] == "used" and earlier != name]:
            pair = (readings[name], distribution.is_discrete, readings[other], distributions[other].is_discrete)
            if verdicts[name] == "used" and association(*pair) >= TWINS_FROM:
                verdicts[name] = f"twin of {other}"
    return verdicts


def association(a: np.ndarray, a_is_discrete: bool, b: np.ndarray, b_is_discrete: bool) -> float:
    """How well two codes' readings `[number, event_size]` tell each other, from 0 to 1.

    Rank correlation (absolute) of continuous codes; otherwise the normalised mutual information, for which a continuous
    code is cut into ten bins with as many images each. That tells twins among codes of like entropy alone: a choice of
    one in two and a choice of one in twenty can't reach 0.9.
    """
    if a_is_discrete or b_is_discrete:
        return float(normalized_mutual_info_score(_groups(a, a_is_discrete), _groups(b, b_is_discrete)))
    varying = [(x, y) for x in a.T for y in b.T if np.ptp(x) > 0 and np.ptp(y) > 0]
    return max((float(abs(spearmanr(x, y).statistic)) for x, y in varying), default=0.0)


def _groups(values: np.ndarray, is_discrete: bool) -> np.ndarray:
    if is_discrete:
        return np.unique(values, axis=0, return_inverse=True)[1].ravel()
    edges = np.quantile(values[:, 0], np.linspace(0, 1, BINS + 1)[1:-1])
    return np.digitize(values[:, 0], edges)
