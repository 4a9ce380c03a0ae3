"""How much categories and classes agree as clusterings, without a matching."""

from typing import NamedTuple

import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score


class ClusterAgreement(NamedTuple):
    """Two clusterings of the same images.

    Attributes:
        nmi: normalized mutual information, arithmetic mean of the entropies; 1 same, 0 independent.
        ari: adjusted Rand index (Hubert and Arabie 1985); 1 same, about 0 at chance.
    """

    nmi: float
    ari: float


def cluster_agreement(categories: np.ndarray, labels: np.ndarray) -> ClusterAgreement:
    """Compares clusterings of the same images, int `[number]` each."""
    return ClusterAgreement(
        nmi=float(normalized_mutual_info_score(labels, categories)),
        ari=float(adjusted_rand_score(labels, categories)),
    )
