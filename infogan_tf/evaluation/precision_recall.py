"""How many generated images are like real ones, and how many real ones G covers."""

from typing import NamedTuple

import numpy as np
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

NEIGHBOURS = 3


class PrecisionRecall(NamedTuple):
    """Both in [0, 1].

    Attributes:
        precision: share of generated images that lie among the real ones: low for bad images.
        recall: share of real images that lie among the generated ones: low where variety is missing.
    """

    precision: float
    recall: float


def precision_recall(real_features: np.ndarray, generated_features: np.ndarray) -> PrecisionRecall:
    """Improved precision and recall (Kynkaanniemi et al. 2019, equations 1 to 3; k = 3).

    A set's region is the union of balls around its members, each reaching to the member's third nearest neighbour.

    Args:
        real_features: `[number, size]`.
        generated_features: `[number, size]`, as many, since the numbers decide how large the regions are.
    """
    return PrecisionRecall(
        precision=_share_inside(generated_features, real_features),
        recall=_share_inside(real_features, generated_features),
    )


def _share_inside(points: np.ndarray, members: np.ndarray, chunk: int = 1000) -> float:
    index = NearestNeighbors().fit(members)
    # The nearest neighbour of a member is the member itself.
    radii = index.kneighbors(members, NEIGHBOURS + 1)[0][:, -1]
    inside = []
    for start in range(0, len(points), chunk):
        distances = pairwise_distances(points[start : start + chunk], members)
        inside.append((distances <= radii * (1 + 1e-6)).any(axis=1))
    return float(np.concatenate(inside).mean())
