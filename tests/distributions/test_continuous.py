import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Gaussian, GaussianPosterior, Uniform


def test_learned_std_is_the_exponential_above_the_floor():
    posterior = Uniform(min_std=0.05).posterior(tf.constant([[0.3, 0.0], [0.3, -100.0], [0.3, 2.0]]))
    np.testing.assert_allclose(posterior.mean[:, 0], [0.3, 0.3, 0.3])
    np.testing.assert_allclose(posterior.std[:, 0], [1.05, 0.05, 0.05 + math.exp(2)], rtol=1e-6)


def test_floor_bounds_the_log_density():
    distribution = Uniform(min_std=0.05)
    posterior = distribution.posterior(tf.constant([[0.0, -1000.0]]))
    largest = scipy.stats.norm(0, 0.05).logpdf(0)
    assert float(posterior.log_prob(tf.zeros([1, 1]))[0]) == pytest.approx(largest, abs=1e-5)


def test_fixed_std_takes_the_mean_alone():
    distribution = Uniform(size=2, posterior_std=1)
    assert distribution.param_size == 2
    posterior = distribution.posterior(tf.constant([[0.3, -0.4]]))
    np.testing.assert_allclose(posterior.mean, [[0.3, -0.4]])
    np.testing.assert_allclose(posterior.std, [[1, 1]])


def test_best_bound_with_fixed_std_is_negative():
    # Why a fixed std can't show a positive bound: log 2 - log sqrt(2 pi).
    distribution = Uniform(posterior_std=1.0)
    codes = tf.constant([[0.7]])
    best = distribution.entropy() + float(distribution.posterior(codes).log_prob(codes)[0])
    assert best == pytest.approx(-0.2258, abs=1e-4)


def test_density_agrees_with_scipy_and_integrates_to_one():
    posterior = GaussianPosterior(tf.constant([[0.4]]), tf.constant([[0.3]]))
    grid = np.linspace(-3, 4, 2001, dtype=np.float32)[:, None]
    log_density = posterior.log_prob(tf.constant(grid))
    np.testing.assert_allclose(log_density, scipy.stats.norm(0.4, 0.3).logpdf(grid[:, 0]), rtol=1e-3, atol=1e-4)
    assert scipy.integrate.trapezoid(np.exp(log_density), grid[:, 0]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    "arguments",
    [
        {"posterior_std": 0.0},
        {"posterior_std": "a"},
        {"min_std": -1.0},
        {"min_std": float("nan")},
        {"min_std": None},
    ],
)
def test_refuses_a_bad_std(arguments):
    with pytest.raises(ValueError, match=f"Uniform: {next(iter(arguments))} must be a number > 0"):
        Uniform(**arguments)


def test_encodes_numbers_also_beyond_the_prior():
    np.testing.assert_array_equal(Uniform().encode(1.5), [[1.5]])
    np.testing.assert_array_equal(Uniform().encode([-2, 0, 2]), [[-2], [0], [2]])
    np.testing.assert_array_equal(Uniform(size=2).encode([[1, 2]]), [[1, 2]])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("wide", "must be made of numbers"),
        (float("nan"), "must be finite"),
        ([[1, 2]], r"must be one number, or of shape \[batch, 1\] or \[batch\], got shape \[1, 2\]"),
        ([], "must be one number"),
    ],
)
def test_refuses_what_is_no_number(value, text):
    with pytest.raises(ValueError, match=text):
        Uniform().encode(value)


def test_traversal_is_even():
    np.testing.assert_allclose(Uniform().traversal(5, 2)[:, 0], [-2, -1, 0, 1, 2])
    assert Uniform().describe_traversal(5, 2) == "from -2 to 2"
    np.testing.assert_allclose(Uniform(0, 4, size=2).traversal(3), [[0, 0], [2, 2], [4, 4]])
    np.testing.assert_allclose(Gaussian(1, 2).traversal(3, 0.5)[:, 0], [-1, 1, 3])
