"""What Q knows of the codes: information, recovery, extrapolation beyond the prior's range, and a verdict on each."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import scipy.stats
import tensorflow as tf
from sklearn.metrics import normalized_mutual_info_score

from infogan_tf.codes import LatentSpec
from infogan_tf.data.image_data import FEW_HELD_OUT
from infogan_tf.distributions import Distribution
from infogan_tf.distributions.continuous import ContinuousDistribution
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.factor_associations import quantile_bins
from infogan_tf.randomness import Stream, split_seed, stream_seed
from infogan_tf.training.health import USED_FROM

VALUES = 5
# The least association of Q's predictions of two codes that are redundant; this project's choice.
REDUNDANT_FROM = 0.9


class Recovery(NamedTuple):
    """How much of one code is recovered.

    Of a discrete code the value is the accuracy, the share of codes predicted without an error; of a continuous one
    R^2: 1 - squared error / variance, 0 for a predictor that always gives the mean, negative for a worse one.
    """

    measure: str
    value: float
    score: float  # From 0 for chance to 1 for perfect.


def estimate_information(prior: Distribution, codes: tf.Tensor, posterior: Any) -> dict[str, float]:
    """The bound on a code's mutual information (paper, equation 5), on at least 2 images that no update saw.

    It is H(c) + the mean of log Q(c|x), nats; the keys are fields of `CodeMeasures`.
    """
    log_prob = posterior.log_prob(codes).numpy().astype(np.float64)
    return {
        "mutual_information": prior.entropy() + float(log_prob.mean()),
        "standard_error": float(scipy.stats.sem(log_prob)),
        "entropy": prior.entropy(),
    }


def measure_recovery(spec: LatentSpec, generated: GeneratedImages) -> dict[str, Recovery]:
    """Compares the codes that went into G with the most probable or, of continuous ones, the expected code, by code."""
    recoveries = {}
    for code in spec.codes:
        posterior, is_discrete = generated.posteriors[code.name], code.distribution.is_discrete
        predicted = posterior.mode if is_discrete else posterior.mean
        recoveries[code.name] = recovery_of(generated.latents[code.name].numpy(), predicted.numpy(), is_discrete)
    return recoveries


def recovery_of(given: np.ndarray, predicted: np.ndarray, is_discrete: bool) -> Recovery:
    """Compares codes `[number, event_size]` with those predicted."""
    if not is_discrete:
        variance = np.mean((given - given.mean(axis=0)) ** 2)
        value = float(1 - np.mean((given - predicted) ** 2) / variance)
        return Recovery("R^2", value, max(value, 0.0))
    value = float(np.mean(np.all(given == predicted, axis=1)))
    # The best prediction without the image is the most frequent code.
    chance = np.unique(given, axis=0, return_counts=True)[1].max() / len(given)
    return Recovery("accuracy", value, max((value - chance) / (1 - chance), 0.0) if chance < 1 else value)


def measure_extrapolation(model: BatchedModel, number: int) -> dict[str, float]:
    """By uniform or Gaussian code, whether Q's prediction goes on changing outside of the prior's range.

    As in the paper's Figure 2 (c) and (d): for Uniform(-1, 1) from -2 to -1 and from 1 to 2. A circular code has no
    values there. It is the least-squares slope of what Q predicts from the images of five values of the code, with
    everything else held fixed; the mean over `number` random samples and both sides. 1 where the prediction changes as
    much as the code, 0 where the images no longer change or change at random, negative where it changes the other way.
    """
    codes = [code for code in model.spec.codes if isinstance(code.distribution, ContinuousDistribution)]
    slopes = {}
    for code, seed in zip(codes, split_seed(stream_seed(5, Stream.EVALUATION), len(codes)), strict=True):
        low, high = code.distribution.range
        reach = (high - low) / 2
        below, above = np.linspace(low - reach, low, VALUES), np.linspace(high, high + reach, VALUES)
        values = np.repeat(np.concatenate([below, above])[:, None], code.distribution.event_size, axis=1)
        varied = model.spec.vary(code.name, model.spec.sample(number, seed), code.distribution.encode(values))
        predicted = model.measure_generated(varied, model.infer_codes)[code.name].mode
        mean = tf.reduce_mean(predicted, axis=1).numpy().reshape(-1, 2, VALUES).mean(axis=0)
        # Both sides are as wide, so one fit serves both.
        slopes[code.name] = float(np.polyfit(below, mean.T, deg=1)[0].mean())
    return slopes


def code_verdicts(spec: LatentSpec, recovery: Mapping[str, Recovery], held_out: Mapping[str, Any]) -> dict[str, str]:
    """By code `used`, `ignored`, or `redundant with <code>`.

    A code is ignored if Q can't recover it from generated images, and redundant with an earlier one if Q's predictions
    of both on the same real images determine each other, up to order and sign. `held_out` has the posteriors by code.
    """
    verdicts: dict[str, str] = {}
    used: dict[str, tuple[np.ndarray, Distribution]] = {}
    for code in spec.codes:
        if recovery[code.name].score < USED_FROM:
            verdicts[code.name] = "ignored"
            continue
        predictions = held_out[code.name].mode.numpy(), code.distribution
        same = [other for other, of_other in used.items() if redundancy(*predictions, *of_other) >= REDUNDANT_FROM]
        verdicts[code.name] = f"redundant with {same[0]}" if same else "used"
        if not same:
            used[code.name] = predictions
    return verdicts


def redundancy(a: np.ndarray, a_prior: Distribution, b: np.ndarray, b_prior: Distribution) -> float:
    """How well the predictions of two codes `[number, event_size]` determine each other, from 0 to 1.

    Rank correlation (absolute) of continuous codes, circular correlation (absolute) of circular ones; otherwise the
    normalized mutual information, for which a continuous or circular code is cut into ten bins with as many images
    each. It finds redundant codes of similar entropy only: a 2-way and a 20-way categorical code can't reach 0.9.
    Of fewer than 30 images it is 0, since predictions of so few determine each other by chance.
    """
    if len(a) < FEW_HELD_OUT:
        return 0.0
    if a_prior.is_circular and b_prior.is_circular:
        return _circular_correlation(a, b)
    if any(prior.is_discrete or prior.is_circular for prior in (a_prior, b_prior)):
        return float(normalized_mutual_info_score(_groups(a, a_prior), _groups(b, b_prior)))
    varying = [(x, y) for x in a.T for y in b.T if np.ptp(x) > 0 and np.ptp(y) > 0]
    return max((float(abs(scipy.stats.spearmanr(x, y).statistic)) for x, y in varying), default=0.0)


def _circular_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """That of angles given as (cos, sin) `[number, 2]`, from 0 to 1 (Fisher and Lee 1983), whatever the orientation."""
    variances = np.linalg.det(a.T @ a) * np.linalg.det(b.T @ b)
    return float(abs(np.linalg.det(a.T @ b)) / np.sqrt(variances)) if variances > 0 else 0.0


def _groups(values: np.ndarray, prior: Distribution) -> np.ndarray:
    if prior.is_discrete:
        return np.unique(values, axis=0, return_inverse=True)[1].ravel()
    return quantile_bins(prior.decode(values)[:, 0])
