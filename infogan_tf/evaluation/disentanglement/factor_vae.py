"""The FactorVAE score (Kim and Mnih 2018, arXiv 1802.05983, section 4)."""

import numpy as np

from infogan_tf.evaluation.disentanglement.fixed_factor import images_with_one_factor_fixed
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes

NUM_FITTED, NUM_TESTED = 10_000, 5_000  # Votes.
LEAST_STD = 0.05  # Dimensions of less don't vote.


def factor_vae(fitted: LabeledCodes, tested: LabeledCodes) -> float:
    """How often the dimension that varies least tells which factor 64 images share.

    It varies least relative to its variance over all images: such a vote is a pair of dimension and factor. Each
    dimension stands for the factor that it voted for most often in 10,000 votes; the score is the share of 5,000 votes
    on other images for which this is right. The variance of a one-hot vector or of (cos, sin) is that of its columns
    together. 0 if no dimension varies. It is meant for two or more discrete factors, with many images of each value.
    """
    variances = _variances(fitted.columns)
    variances[np.sqrt(variances) < LEAST_STD] = 0
    if not variances.any():
        return 0.0
    of_fitted, of_tested = (
        _votes(codes, number, variances) for codes, number in ((fitted, NUM_FITTED), (tested, NUM_TESTED))
    )
    return float(of_tested[of_fitted.argmax(axis=0), np.arange(len(variances))].sum() / NUM_TESTED)


def _votes(codes: LabeledCodes, number: int, variances: np.ndarray) -> np.ndarray:
    """How often each dimension votes for each factor, int `[factors, dimensions]`."""
    active, votes = np.flatnonzero(variances), np.zeros([codes.num_factors, len(variances)], int)
    draws = images_with_one_factor_fixed(codes.factors, number, True, np.random.default_rng(0))
    for factor, _, images in draws:
        relative = [_variances([codes.columns[index][images]])[0] / variances[index] for index in active]
        votes[factor] = np.bincount(active[np.argmin(relative, axis=0)], minlength=len(variances))
    return votes


def _variances(columns: list[np.ndarray] | tuple[np.ndarray, ...]) -> np.ndarray:
    """By dimension the variance of all its columns together, over images `[..., images, columns]`."""
    return np.array([of_dimension.var(axis=-2, ddof=1).sum(axis=-1) for of_dimension in columns])
