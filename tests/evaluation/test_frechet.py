import numpy as np
import pytest
from scipy.linalg import sqrtm

from infogan_tf.evaluation.frechet import compare_by_frechet, frechet_distance


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


def test_halves_have_a_floor_that_a_perfect_generator_reaches():
    rng = np.random.default_rng(0)
    held_out, generated = rng.normal(size=(2000, 40)), rng.normal(size=(2000, 40))
    distances = compare_by_frechet(held_out, generated)
    assert distances.frechet_distance == pytest.approx(frechet_distance(held_out, generated))
    assert distances.frechet_distance_halves == pytest.approx(distances.frechet_floor_halves, rel=0.2)
    # Half of the images, twice the distance.
    assert distances.frechet_floor_halves == pytest.approx(2 * distances.frechet_distance, rel=0.2)
    worse = compare_by_frechet(held_out, generated + 1)
    assert worse.frechet_floor_halves == distances.frechet_floor_halves
    assert worse.frechet_distance_halves > 5


def test_halves_of_a_sorted_set_have_the_same_classes():
    held_out = np.repeat(np.eye(4) * 10, 100, axis=0)
    assert compare_by_frechet(held_out, held_out).frechet_floor_halves == pytest.approx(0, abs=1e-9)
