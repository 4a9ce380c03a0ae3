"""Posteriors against scipy, and where their numbers become extreme."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import BernoulliPosterior, CategoricalPosterior, Gaussian, GaussianPosterior, Uniform


def test_gaussian_density_agrees_with_scipy_and_integrates_to_one():
    posterior = GaussianPosterior(tf.constant([[0.4]]), tf.constant([[0.3]]))
    grid = np.linspace(-3, 4, 2001, dtype=np.float32)[:, None]
    log_density = posterior.log_prob(tf.constant(grid))
    np.testing.assert_allclose(log_density, scipy.stats.norm(0.4, 0.3).logpdf(grid[:, 0]), rtol=1e-3, atol=1e-4)
    assert scipy.integrate.trapezoid(np.exp(log_density), grid[:, 0]) == pytest.approx(1, abs=1e-4)


def test_a_learned_std_is_the_exponential_above_the_floor_and_a_fixed_one_is_not_predicted():
    learned = Uniform(min_std=0.05).posterior(tf.constant([[0.3, 0.0], [0.3, -1000.0], [0.3, 2.0]]))
    np.testing.assert_allclose(learned.mean[:, 0], [0.3, 0.3, 0.3])
    np.testing.assert_allclose(learned.std[:, 0], [1.05, 0.05, 0.05 + math.exp(2)], rtol=1e-6)
    fixed = Gaussian(size=2, posterior_std=0.5).posterior(tf.constant([[0.3, -0.4]]))
    np.testing.assert_allclose(fixed.mean, [[0.3, -0.4]])
    np.testing.assert_allclose(fixed.std, [[0.5, 0.5]])


def test_best_bound_with_fixed_std_is_negative():
    # Why a fixed std can't show a positive bound: log 2 - log sqrt(2 pi).
    prior, codes = Uniform(posterior_std=1.0), tf.constant([[0.7]])
    best = prior.entropy() + float(prior.posterior(codes).log_prob(codes)[0])
    assert best == pytest.approx(-0.2258, abs=1e-4)


def test_categories_have_probabilities_that_sum_to_one():
    posterior = CategoricalPosterior(tf.math.log([[0.7, 0.2, 0.1], [2.0, 1.0, 1.0]]))
    np.testing.assert_allclose(posterior.probs, [[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]], rtol=1e-6)
    extreme = CategoricalPosterior(tf.constant([[3.0, -1.0, 0.5, 100.0]]))
    assert np.exp(extreme.log_prob(tf.eye(4))).sum() == pytest.approx(1, abs=1e-6)


def test_a_binary_posterior_stays_finite_for_large_logits():
    posterior = BernoulliPosterior(tf.constant([[1000.0], [-1000.0]]))
    np.testing.assert_allclose(posterior.log_prob(tf.constant([[1.0], [1.0]])), [0, -1000])
    np.testing.assert_allclose(posterior.entropy(), [0, 0])
