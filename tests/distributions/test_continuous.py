import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Gaussian, GaussianPosterior, Uniform


def test_learned_std_is_the_exponential_above_the_floor_and_a_fixed_one_is_not_predicted():
    posterior = Uniform(min_std=0.05).posterior(tf.constant([[0.3, 0.0], [0.3, -100.0], [0.3, 2.0]]))
    np.testing.assert_allclose(posterior.mean[:, 0], [0.3, 0.3, 0.3])
    np.testing.assert_allclose(posterior.std[:, 0], [1.05, 0.05, 0.05 + np.exp(2)], rtol=1e-6)
    fixed = Gaussian(size=2, posterior_std=0.5).posterior(tf.constant([[0.3, -0.4]]))
    np.testing.assert_allclose(fixed.mean, [[0.3, -0.4]])
    np.testing.assert_allclose(fixed.std, [[0.5, 0.5]])


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


def test_traversal_is_even():
    np.testing.assert_allclose(Uniform().traversal(5, 2)[:, 0], [-2, -1, 0, 1, 2])
    assert Uniform().describe_traversal(5, 2) == "from -2 to 2"
    np.testing.assert_allclose(Uniform(0, 4, size=2).traversal(3), [[0, 0], [2, 2], [4, 4]])
    np.testing.assert_allclose(Gaussian(1, 2).traversal(3, 0.5)[:, 0], [-1, 1, 3])
