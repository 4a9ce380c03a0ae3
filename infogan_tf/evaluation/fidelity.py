"""Images in their features: generated against real ones, and how much differs where one code is held fixed.

Frechet distance; precision, recall, density and coverage; diversity.
"""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.randomness import Stream, split_seed, stream_seed

# Kynkaanniemi et al. recommend 3 for precision and recall, Naeem et al. 5 for density and coverage.
NEIGHBORS = 3
NEIGHBORS_OF_DENSITY = 5
TINY = np.finfo(np.float64).tiny


def frechet_distance(features_a: np.ndarray, features_b: np.ndarray) -> float | None:
    """Distance of the Gaussians fitted to two sets of features `[number, size]`; 0 for equal sets, unbounded.

    None if a set has a single image.

    Heusel et al. 2017, equation 6: |m_a - m_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)). Its size depends on the features
    and on how many images there are: only distances in the same features over the same numbers compare. The features
    must not be fitted to either set.
    """
    if min(len(features_a), len(features_b)) < 2:
        return None
    mean_a, covariance_a = _moments(features_a)
    mean_b, covariance_b = _moments(features_b)
    # The trace of (C_a C_b)^(1/2) from the eigenvalues of a symmetric product, which has the same ones.
    values, vectors = np.linalg.eigh(covariance_a)
    root_a = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    eigenvalues = np.linalg.eigvalsh(root_a @ covariance_b @ root_a)
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    distance = np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root
    return max(float(distance), 0.0)


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return features.mean(axis=0, dtype=np.float64), np.cov(features, rowvar=False, dtype=np.float64)


def compare_neighborhoods(real_features: np.ndarray, generated_features: np.ndarray) -> dict[str, float | None]:
    """Improved precision and recall (k = 3), density and coverage (k = 5).

    Kynkaanniemi et al. 2019, equations 1 to 3; Naeem et al. 2020 (arXiv 2002.09797). Features are `[number, size]`, of
    as many images of each kind, since the numbers decide how large the balls are: that of an image reaches to its k-th
    nearest neighbor in its own set.

    Returns, each None if there are fewer than 6 images of each kind:
        `precision` and `recall`: the shares of generated images within the ball of some real image, and of real images
        within the ball of some generated one. One outlying real image has a ball so large that it can hold anything,
        gray noise too: read precision beside density and coverage.
        `density`: real balls that a generated image is in, divided by k, on average; about 1 for real images, 0 for
        images far from all real ones, above 1 for images where real ones are densest.
        `coverage`: the share of real images whose ball holds a generated image; for as many other real images about
        1 - 2^-k, which is 0.97.
    """
    if len(real_features) <= NEIGHBORS_OF_DENSITY:
        return dict.fromkeys(("precision", "recall", "density", "coverage"))
    distances = pairwise_distances(generated_features, real_features)
    in_real_ball = distances <= _radii(real_features, NEIGHBORS)
    in_generated_ball = distances <= _radii(generated_features, NEIGHBORS)[:, None]
    in_dense_ball = distances <= _radii(real_features, NEIGHBORS_OF_DENSITY)
    return {
        "precision": float(in_real_ball.any(axis=1).mean()),
        "recall": float(in_generated_ball.any(axis=0).mean()),
        "density": float(in_dense_ball.sum(axis=1).mean() / NEIGHBORS_OF_DENSITY),
        "coverage": float(in_dense_ball.any(axis=0).mean()),
    }


def _radii(members: np.ndarray, k: int) -> np.ndarray:
    """Distance of each member to its k-th nearest other member, `[number]`."""
    distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(members).kneighbors()
    # Room for rounding, so that equal distances count as inside.
    return distances[:, -1] * (1 + 1e-6)


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
    members = [features[labels == label] for label in np.unique(labels)]
    distances = [mean_squared_distance(of_class) for of_class in members if len(of_class) > 1]
    everything = max(mean_squared_distance(features), TINY) if distances else TINY
    return [distance / everything for distance in distances]


def mean_squared_distance(features: np.ndarray) -> float:
    """That of two different members of a set `[number, size]`, on average over all pairs."""
    return float(2 * features.astype(np.float64).var(axis=0, ddof=1).sum())
