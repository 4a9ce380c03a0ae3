"""What Q knows of the codes of generated images: information, recovery, and extrapolation beyond the prior's range."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import scipy.stats
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions.continuous import ContinuousDistribution
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.randomness import Stream, split_seed, stream_seed

VALUES = 5


class Recovery(NamedTuple):
    """How much of one code is recovered; `score` is the value on a scale from 0 for chance to 1 for perfect.

    Of a discrete code the value is the accuracy, the share of codes predicted without an error; of a continuous one
    R^2: 1 - squared error / variance, 0 for a predictor that always gives the mean, negative for a worse one.
    """

    measure: str
    value: float
    score: float


def estimate_information(spec: LatentSpec, generated: GeneratedImages) -> dict[str, dict[str, float]]:
    """By code the bound on its mutual information (paper, equation 5), on at least 2 images that no update saw.

    It is H(c) + the mean of log Q(c|x), nats; the keys are fields of `CodeMeasures`.
    """
    estimates = {}
    for code in spec.codes:
        log_prob = generated.posteriors[code.name].log_prob(generated.latents[code.name]).numpy().astype(np.float64)
        entropy = code.distribution.entropy()
        estimates[code.name] = {
            "mutual_information": entropy + float(log_prob.mean()),
            "standard_error": float(scipy.stats.sem(log_prob)),
            "entropy": entropy,
        }
    return estimates


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
    seeds = split_seed(stream_seed(5, Stream.EVALUATION), len(codes))
    return {
        code.name: _slope(model, code, model.spec.sample(number, code_seed))
        for code, code_seed in zip(codes, seeds, strict=True)
    }


def _slope(model: BatchedModel, code: LatentCode, samples: Mapping[str, tf.Tensor]) -> float:
    low, high = code.distribution.range
    reach = (high - low) / 2
    below, above = np.linspace(low - reach, low, VALUES), np.linspace(high, high + reach, VALUES)
    values = np.repeat(np.concatenate([below, above])[:, None], code.distribution.event_size, axis=1)
    varied = model.spec.vary(code.name, samples, code.distribution.encode(values))
    posterior = model.measure_generated(varied, model.infer_codes)[code.name]
    predictions = tf.reduce_mean(posterior.mode, axis=1).numpy().reshape(-1, 2, VALUES).mean(axis=0)
    # Both sides are as wide, so one fit serves both.
    return float(np.polyfit(below, predictions.T, deg=1)[0].mean())
