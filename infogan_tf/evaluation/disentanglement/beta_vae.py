"""The BetaVAE score (Higgins et al. 2017, openreview Sy2fzU9gl, section 3)."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from infogan_tf.evaluation.disentanglement.fixed_factor import images_with_one_factor_fixed
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes

NUM_FITTED, NUM_TESTED = 10_000, 5_000  # Points.


def beta_vae(fitted: LabeledCodes, tested: LabeledCodes) -> float:
    """How often a logistic regression tells which factor the images of 64 pairs share.

    A point is by dimension the mean absolute difference of the pairs, that of one-hot vectors and of (cos, sin) summed
    over their columns; 10,000 are fitted, and 5,000 of other images scored. It is meant for two or more discrete
    factors, with many images of each value.
    """
    model = LogisticRegression().fit(*_points(fitted, NUM_FITTED))
    return float(model.score(*_points(tested, NUM_TESTED)))


def _points(codes: LabeledCodes, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean differences `[number, dimensions]`, and the factors that are shared, int `[number]`."""
    points, shared = [], []
    draws = images_with_one_factor_fixed(codes.factors, number, False, np.random.default_rng(0))
    for factor, images, partners in draws:
        differences = (np.abs(columns[images] - columns[partners]).sum(axis=2) for columns in codes.columns)
        points.append(np.stack([each.mean(axis=1) for each in differences], axis=1))
        shared.append(np.full(len(images), factor))
    return np.concatenate(points), np.concatenate(shared)
