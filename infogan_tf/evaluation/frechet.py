"""The Frechet distance between two sets of features."""

from typing import NamedTuple

import numpy as np


class FrechetDistances(NamedTuple):
    """How far generated images are from held-out ones, and how far held-out ones are from each other.

    A distance grows as there are fewer images, so only the last two can be compared with each other.

    Attributes:
        frechet_distance: all generated images against all held-out ones.
        frechet_distance_halves: half of the generated images against half of the held-out ones.
        frechet_floor_halves: the other half of the held-out images against the same half: what a perfect generator
            would get.
    """

    frechet_distance: float
    frechet_distance_halves: float
    frechet_floor_halves: float


def compare_by_frechet(held_out: np.ndarray, generated: np.ndarray) -> FrechetDistances:
    """Frechet distances of features `[number, size]`, as many of each kind, and the floor under them.

    The floor needs images that the features were not fitted to, as held-out images are.
    """
    # Every second image, so that a set sorted by class has the same classes in both halves.
    half, other_half = held_out[::2], held_out[1::2]
    return FrechetDistances(
        frechet_distance=frechet_distance(held_out, generated),
        frechet_distance_halves=frechet_distance(half, generated[::2]),
        frechet_floor_halves=frechet_distance(half, other_half),
    )


def frechet_distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
    """Distance of the Gaussians fitted to two sets of features `[number, size]`; 0 for equal sets, unbounded.

    Heusel et al. 2017, equation 6: |m_a - m_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)). Its size depends on the features
    and on how many images there are: only distances in the same features over the same numbers compare.
    """
    mean_a, covariance_a = _moments(features_a)
    mean_b, covariance_b = _moments(features_b)
    # The trace of (C_a C_b)^(1/2) from the eigenvalues of a symmetric product, which has the same ones.
    root_a = _symmetric_root(covariance_a)
    eigenvalues = np.linalg.eigvalsh(root_a @ covariance_b @ root_a)
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    distance = np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root
    return max(float(distance), 0.0)


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    features = np.asarray(features, np.float64)
    return features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False))


def _symmetric_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
