"""How well Q recovers a code from a generated image."""

from typing import NamedTuple

import numpy as np

from infogan_tf.codes import LatentSpec
from infogan_tf.evaluation.batched_model import GeneratedImages


class Recovery(NamedTuple):
    """How much of one code is recovered.

    Attributes:
        measure: `accuracy` for a discrete code, `R^2` for a continuous one.
        value: share of codes predicted without an error, or 1 - squared error / variance (0 for a predictor that always
            gives the mean; negative for a worse one).
        score: the value on a scale from 0 for chance to 1 for perfect.
    """

    measure: str
    value: float
    score: float


def measure_recovery(spec: LatentSpec, generated: GeneratedImages) -> dict[str, Recovery]:
    """Compares the codes that went into G with the most probable or, of continuous ones, the expected code, by code.

    Args:
        spec: the latents.
        generated: images with their codes and Q's predictions.
    """
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
