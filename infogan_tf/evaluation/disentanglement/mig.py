"""MIG, the mutual information gap (Chen et al. 2018, arXiv 1802.04942, section 4)."""

import numpy as np

from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes


def mig(codes: LabeledCodes) -> float | None:
    """The mean over factors v of (I(z_1; v) - I(z_2; v)) / H(v).

    z_1 and z_2 are the dimensions with the largest and the second largest mutual information with v. 1 if each factor
    is determined by one dimension and no other one knows of it; 0 also where two dimensions know as much. None of a
    single dimension.
    """
    return mean_gap(codes.mutual_information() / codes.factor_entropies())


def mean_gap(scores: np.ndarray) -> float | None:
    """The mean over factors of how far the best dimension is above the next one; scores are `[dimensions, factors]`."""
    ordered = np.sort(scores, axis=0)
    return float(np.mean(ordered[-1] - ordered[-2])) if len(scores) > 1 else None
