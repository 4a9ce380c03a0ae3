"""The FactorVAE score (Kim and Mnih 2018, arXiv 1802.05983, section 4)."""

from collections.abc import Sequence

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
    variances = variances_of(fitted.columns)
    if not variances.any():
        return 0.0
    return accuracy_of_votes(
        *(_votes(codes, number, variances) for codes, number in ((fitted, NUM_FITTED), (tested, NUM_TESTED)))
    )


def _votes(codes: LabeledCodes, number: int, variances: np.ndarray) -> np.ndarray:
    """How often each dimension votes for each factor, int `[factors, dimensions]`."""
    votes = np.zeros([codes.num_factors, len(variances)], int)
    for factor, _, images in images_with_one_factor_fixed(codes.factors, number, True, np.random.default_rng(0)):
        least = least_varying([columns[images] for columns in codes.columns], variances)
        votes[factor] = np.bincount(least, minlength=len(variances))
    return votes


def variances_of(columns: Sequence[np.ndarray]) -> np.ndarray:
    """By dimension the variance of all its columns `[images, columns]` together; 0 where it is less than 0.05^2."""
    variances = np.array([of_dimension.var(axis=0, ddof=1).sum() for of_dimension in columns])
    return np.where(variances < LEAST_STD**2, 0, variances)


def least_varying(groups: Sequence[np.ndarray], variances: np.ndarray) -> np.ndarray:
    """The dimension that varies the least in each group, relative to its variance over all images: int `[groups]`.

    Of each dimension it takes the columns `[groups, images, columns]`. One with a variance of 0 has no vote.
    """
    relative = [
        columns.var(axis=1, ddof=1).sum(axis=1) / variance if variance else np.full(len(columns), np.inf)
        for columns, variance in zip(groups, variances, strict=True)
    ]
    return np.argmin(relative, axis=0)


def accuracy_of_votes(fitted: np.ndarray, tested: np.ndarray) -> float:
    """How often dimensions tell factors, by how often each dimension voted for each, `[factors, dimensions]`."""
    return float(tested[fitted.argmax(axis=0), np.arange(fitted.shape[1])].sum() / tested.sum())
