import numpy as np
import pytest
from scipy.linalg import sqrtm

from infogan_tf.evaluation.frechet import frechet_distance


def test_the_same_features_have_no_distance():
    features = np.random.default_rng(0).normal(size=(500, 6))
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-9)


def test_a_shift_costs_its_square():
    features = np.random.default_rng(0).normal(size=(500, 3))
    assert frechet_distance(features, features + np.array([3, 0, 4])) == pytest.approx(25)


def test_covariances_count_as_in_the_formula():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)), rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5))
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    means = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    expected = means + np.trace(covariances[0] + covariances[1] - 2 * sqrtm(covariances[0] @ covariances[1]).real)
    assert frechet_distance(a, b) == pytest.approx(expected)


def test_collapsed_features_are_measured_too():
    constant, spread_out = np.ones([100, 4]), np.random.default_rng(0).normal(size=(100, 4))
    assert np.isfinite(frechet_distance(constant, spread_out))
    assert frechet_distance(constant, spread_out) > 4
