"""How much images still differ when one code is held fixed."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.randomness import Stream, split_seed, stream_seed

TINY = np.finfo(np.float64).tiny


def measure_diversity(
    model: BatchedModel, features: Callable[[tf.Tensor], np.ndarray], number: int
) -> dict[str, list[float]]:
    """Mean squared distance in features among `number` images of one code value, as a share of that among all images.

    About 1 for a code that determines nothing; lower the more it determines; above 1 for a value whose images differ
    more than others do; 0 where a value always gives the same image, or where all images are the same. For a code that
    is the class, `diversity_of_classes` says what real images have.

    Returns:
        By code, one number for each value held fixed: all categories, two of a binary code, five of a continuous one
        over the prior's range.
    """
    seeds = split_seed(stream_seed(2, Stream.EVALUATION), 1 + len(model.spec.codes))

    def distance(latents: Mapping[str, tf.Tensor]) -> float:
        return mean_squared_distance(model.measure_generated(latents, features).numpy())

    everything = max(distance(model.spec.sample(5 * number, seeds[0])), TINY)
    diversity = {}
    for code, code_seed in zip(model.spec.codes, seeds[1:], strict=True):
        latents, prior = model.spec.sample(number, code_seed), code.distribution
        values = prior.traversal((prior.num_categories or 2) if prior.is_discrete else 5)
        fixed = [latents | {code.name: tf.repeat(value[None], number, axis=0)} for value in values]
        diversity[code.name] = [distance(latents) / everything for latents in fixed]
    return diversity


def diversity_of_classes(features: np.ndarray, labels: np.ndarray) -> list[float]:
    """The same share among real images of each class, but those of a single image, from their features and classes."""
    everything = max(mean_squared_distance(features), TINY)
    members = [features[labels == label] for label in np.unique(labels)]
    return [mean_squared_distance(of_class) / everything for of_class in members if len(of_class) > 1]


def mean_squared_distance(features: np.ndarray) -> float:
    """That of two different members of a set `[number, size]`, on average over all pairs."""
    return float(2 * features.astype(np.float64).var(axis=0, ddof=1).sum())
