"""Generated images against real ones, in their features: Frechet distance; precision, recall, density and coverage."""

import numpy as np
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

# Kynkaanniemi et al. recommend 3 for precision and recall, Naeem et al. 5 for density and coverage.
NEIGHBORS = 3
NEIGHBORS_OF_DENSITY = 5


def compare_by_frechet(held_out: np.ndarray, generated: np.ndarray) -> dict[str, float]:
    """Frechet distances of features `[number, size]`, as many of each kind, and the floor under them.

    The keys are fields of `ImageMeasures`. The features must not be fitted to the held-out images.
    """
    # Every second image, so that a set sorted by class has the same classes in both halves.
    return {
        "frechet_distance": frechet_distance(held_out, generated),
        "frechet_distance_halves": frechet_distance(held_out[::2], generated[::2]),
        "frechet_floor_halves": frechet_distance(held_out[::2], held_out[1::2]),
    }


def frechet_distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
    """Distance of the Gaussians fitted to two sets of features `[number, size]`; 0 for equal sets, unbounded.

    Heusel et al. 2017, equation 6: |m_a - m_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)). Its size depends on the features
    and on how many images there are: only distances in the same features over the same numbers compare.
    """
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


def compare_neighborhoods(real_features: np.ndarray, generated_features: np.ndarray) -> dict[str, float]:
    """Improved precision and recall (k = 3), density and coverage (k = 5).

    Kynkaanniemi et al. 2019, equations 1 to 3; Naeem et al. 2020 (arXiv 2002.09797). Features are `[number, size]`, of
    more than 5 images, as many of each kind, since the numbers decide how large the balls are: that of an image reaches
    to its k-th nearest neighbor in its own set.

    Returns:
        `precision` and `recall`: the shares of generated images within the ball of some real image, and of real images
        within the ball of some generated one. One outlying real image has a ball so large that it can hold anything,
        gray noise too: read precision beside density and coverage.
        `density`: real balls that a generated image is in, divided by k, on average; about 1 for real images, 0 for
        images far from all real ones, above 1 for images where real ones are densest.
        `coverage`: the share of real images whose ball holds a generated image; for as many other real images about
        1 - 2^-k, which is 0.97.
    """
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
