"""How sure Q is of the categories of real images: what can be seen of a classification without a label."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from infogan_tf.augmentation import random_deformation
from infogan_tf.data import as_floats
from infogan_tf.evaluation.readings import BATCH_SIZE
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed

# Half of what the preset `best` trains with: about the variety that handwriting has by itself.
STRENGTH = 0.5


class Certainty(NamedTuple):
    """Q's answers for one categorical code on real images.

    Attributes:
        confidence: mean probability of the most probable category, from 1/K to 1.
        balance: entropy of the mean answer, nats; H(c) where every category is given equally often.
        stability: share of images that keep their category when they are deformed a little.
    """

    confidence: float
    balance: float
    stability: float


def measure_certainty(model: InfoGAN, name: str, images: np.ndarray, seed: int = 4) -> Certainty:
    """Reads one categorical code off real images, as they are and deformed by `random_deformation`.

    A good classification is confident, balanced and stable; by these, and by the mutual information, a setting can be
    chosen without a label.

    Args:
        model: a trained model.
        name: a categorical code.
        images: uint8 `[number, height, width, channels]`.
        seed: decides the deformations.
    """
    starts = range(0, len(images), BATCH_SIZE)
    plain, deformed = [], []
    for start, batch_seed in zip(starts, split_seed(stream_seed(seed, Stream.EVALUATION), len(starts)), strict=True):
        batch = as_floats(images[start : start + BATCH_SIZE])
        plain.append(tf.nn.softmax(model.infer_codes(batch)[name].logits))
        moved = tf.clip_by_value(random_deformation(batch, STRENGTH, batch_seed), 0, 1)
        deformed.append(tf.argmax(model.infer_codes(moved)[name].logits, axis=1))
    return certainty_of(np.concatenate(plain), np.concatenate(deformed))


def certainty_of(probabilities: np.ndarray, deformed_categories: np.ndarray) -> Certainty:
    """From probabilities `[number, K]` of images as they are and the categories `[number]` of the deformed ones."""
    mean = probabilities.mean(axis=0, dtype=np.float64)
    return Certainty(
        confidence=float(probabilities.max(axis=1).mean()),
        balance=float(-np.sum(mean * np.log(np.maximum(mean, np.finfo(float).tiny)))),
        stability=float(np.mean(probabilities.argmax(axis=1) == deformed_categories)),
    )
