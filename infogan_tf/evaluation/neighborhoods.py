"""How many generated images are like real ones, and how many real ones G covers, by nearest neighbors."""

from typing import NamedTuple

import numpy as np
from sklearn.metrics import pairwise_distances

# Kynkaanniemi et al. recommend 3 for precision and recall, Naeem et al. 5 for density and coverage.
NEIGHBORS = 3
NEIGHBORS_OF_DENSITY = 5
CHUNK = 1000


class Neighborhoods(NamedTuple):
    """Two sets of images compared. The ball of an image reaches to its k-th nearest neighbor in its own set.

    Attributes:
        precision: share of generated images within the ball of some real image, in [0, 1]. One outlying real image has
            a ball so large that it can hold anything, gray noise too: read it beside density and coverage.
        recall: share of real images within the ball of some generated image, in [0, 1].
        density: real balls that a generated image is in, divided by k, on average; about 1 for real images, 0 for
            images far from all real ones, above 1 for images where real ones are densest.
        coverage: share of real images whose ball holds a generated image, in [0, 1]; for as many other real images
            about 1 - 2^-k, which is 0.97.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def compare_neighborhoods(real_features: np.ndarray, generated_features: np.ndarray) -> Neighborhoods:
    """Improved precision and recall (k = 3), density and coverage (k = 5).

    Kynkaanniemi et al. 2019, equations 1 to 3; Naeem et al. 2020 (arXiv 2002.09797).

    Args:
        real_features: `[number, size]`, more than 5.
        generated_features: `[number, size]`, as many, since the numbers decide how large the balls are.
    """
    real_radii, density_radii = _radii(real_features, (NEIGHBORS, NEIGHBORS_OF_DENSITY))
    (generated_radii,) = _radii(generated_features, (NEIGHBORS,))
    precise, recalled, balls, covered = [], [], [], np.zeros(len(real_features), bool)
    for start in range(0, len(generated_features), CHUNK):
        distances = pairwise_distances(generated_features[start : start + CHUNK], real_features)
        precise.append((distances <= real_radii).any(axis=1))
        recalled.append((distances <= generated_radii[start : start + CHUNK, None]).any(axis=0))
        inside = distances <= density_radii
        balls.append(inside.sum(axis=1))
        covered |= inside.any(axis=0)
    return Neighborhoods(
        precision=float(np.concatenate(precise).mean()),
        recall=float(np.any(recalled, axis=0).mean()),
        density=float(np.concatenate(balls).mean() / NEIGHBORS_OF_DENSITY),
        coverage=float(covered.mean()),
    )


def _radii(members: np.ndarray, neighbors: tuple[int, ...]) -> np.ndarray:
    """Distance of each member to its k-th nearest other member, for each k: `[len(neighbors), number]`."""
    radii = []
    for start in range(0, len(members), CHUNK):
        distances = pairwise_distances(members[start : start + CHUNK], members)
        # The nearest is the member itself.
        radii.append(np.partition(distances, neighbors, axis=1)[:, neighbors].T)
    # Room for rounding, so that equal distances count as inside.
    return np.concatenate(radii, axis=1) * (1 + 1e-6)
