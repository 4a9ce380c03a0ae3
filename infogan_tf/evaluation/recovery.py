"""How well Q reads a code back from a generated image."""

from typing import NamedTuple

import numpy as np

from infogan_tf.evaluation.readings import read_generated
from infogan_tf.model import InfoGAN


class Recovery(NamedTuple):
    """How much of one code is read back.

    Attributes:
        measure: `accuracy` for a discrete code, `R^2` for a continuous one.
        value: share of codes read back without an error, or 1 - squared error / variance (0 for a reader that always
            says the mean; negative for a worse one).
        score: the value on a scale from 0 for chance to 1 for perfect.
    """

    measure: str
    value: float
    score: float


def measure_recovery(model: InfoGAN, number: int = 10_000, seed: int = 1) -> dict[str, Recovery]:
    """Compares the codes that went into G with the ones that Q finds most probable, by code.

    Args:
        model: a trained model.
        number: generated images.
        seed: decides them.
    """
    given = {code.name: [] for code in model.spec.codes}
    read = {code.name: [] for code in model.spec.codes}
    for latents, params in read_generated(model, number, seed):
        for code in model.spec.codes:
            given[code.name].append(latents[code.name].numpy())
            read[code.name].append(code.distribution.posterior_mode(params[code.name]).numpy())
    return {
        code.name: recovery_of(
            np.concatenate(given[code.name]), np.concatenate(read[code.name]), code.distribution.is_discrete
        )
        for code in model.spec.codes
    }


def recovery_of(given: np.ndarray, read: np.ndarray, is_discrete: bool) -> Recovery:
    """Compares codes `[number, event_size]` with those read."""
    if not is_discrete:
        variance = np.mean((given - given.mean(axis=0)) ** 2)
        value = float(1 - np.mean((given - read) ** 2) / variance)
        return Recovery("R^2", value, max(value, 0.0))
    value = float(np.mean(np.all(given == read, axis=1)))
    # The best that one can say without looking is always the most frequent code.
    chance = np.unique(given, axis=0, return_counts=True)[1].max() / len(given)
    return Recovery("accuracy", value, max((value - chance) / (1 - chance), 0.0) if chance < 1 else value)
