"""How sure Q is of the categories of real images: what can be seen of a classification without a label."""

from typing import NamedTuple

import numpy as np


class Certainty(NamedTuple):
    """Q's answers for one categorical code on real images.

    Attributes:
        confidence: mean probability of the most probable category, from 1/K to 1.
        balance: entropy of the mean answer, nats; log K where every category is given equally often.
        stability: share of images that keep their category when they are deformed a little.
    """

    confidence: float
    balance: float
    stability: float


def measure_certainty(probabilities: np.ndarray, deformed_probabilities: np.ndarray) -> Certainty:
    """A good classification is confident, balanced and stable.

    By these, and by the mutual information, a setting can be chosen without a label. Stability favors a model that was
    itself trained with `random_deformation`.

    Args:
        probabilities: of images as they are, `[number, K]`.
        deformed_probabilities: of the same images deformed (`BatchedModel.infer_codes_of_deformed`), `[number, K]`.
    """
    mean = probabilities.mean(axis=0, dtype=np.float64)
    return Certainty(
        confidence=float(probabilities.max(axis=1).mean()),
        balance=float(-np.sum(mean * np.log(np.maximum(mean, np.finfo(float).tiny)))),
        stability=float(np.mean(deformed_probabilities.argmax(axis=1) == probabilities.argmax(axis=1))),
    )
