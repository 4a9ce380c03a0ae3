"""How confidently Q predicts the categories of real images: what can be said of a classification without labels."""

from typing import NamedTuple

import numpy as np


class Confidence(NamedTuple):
    """Q's predictions of one categorical code on real images.

    Attributes:
        confidence: mean probability of the most probable category, from 1/K to 1.
        balance: entropy of the mean prediction, nats; log K where all categories are equally frequent.
        stability: share of images that keep their category when they are augmented.
    """

    confidence: float
    balance: float
    stability: float


def measure_confidence(probabilities: np.ndarray, augmented_probabilities: np.ndarray) -> Confidence:
    """A good classification is confident, balanced and stable.

    By these, and by the mutual information, settings can be chosen without labels. Stability favors a model that was
    itself trained with these augmentations.

    Args:
        probabilities: of images as they are, `[number, K]`.
        augmented_probabilities: of the same images augmented (`BatchedModel.infer_codes_of_augmented`), `[number, K]`.
    """
    mean = probabilities.mean(axis=0, dtype=np.float64)
    return Confidence(
        confidence=float(probabilities.max(axis=1).mean()),
        balance=float(-np.sum(mean * np.log(np.maximum(mean, np.finfo(float).tiny)))),
        stability=float(np.mean(augmented_probabilities.argmax(axis=1) == probabilities.argmax(axis=1))),
    )
