"""Priors and posteriors against scipy, where their numbers become extreme, and how codes vary in traversals."""

import math

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import (
    Bernoulli,
    BernoulliPosterior,
    Categorical,
    CategoricalPosterior,
    Circular,
    Gaussian,
    Uniform,
)
from infogan_tf.randomness import Stream, stream_seed

SEED = stream_seed(1, Stream.GENERATE, 2)


@pytest.mark.parametrize(
    ("prior", "reference"),
    [
        (Gaussian(1.5, 0.7, size=2), scipy.stats.norm(1.5, 0.7)),
        (Uniform(-3, 5, size=2), scipy.stats.uniform(-3, 8)),
        (Bernoulli(0.3, size=2), scipy.stats.bernoulli(0.3)),
    ],
    ids=["gaussian", "uniform", "bernoulli"],
)
def test_entropy_and_log_prob_are_those_of_scipy(prior, reference):
    assert prior.entropy() == pytest.approx(2 * reference.entropy(), abs=1e-12)
    codes = np.array([[0, 1], [1, 1], *([] if prior.is_discrete else [[2.5, -2], [-4, 0]])], np.float32)
    expected = reference.logpmf(codes) if prior.is_discrete else reference.logpdf(codes)
    np.testing.assert_allclose(prior.log_prob(codes), expected.sum(axis=1), rtol=1e-5)
    if not prior.is_discrete:
        assert scipy.stats.kstest(prior.sample(20_000, SEED)[:, 0], reference.cdf).pvalue > 1e-3


def test_categories_have_their_probabilities():
    probs = [0.6, 0.3, 0, 0.1]
    prior = Categorical(4, probs)
    assert prior.entropy() == pytest.approx(scipy.stats.entropy(probs), abs=1e-12)
    np.testing.assert_allclose(np.exp(prior.log_prob(tf.eye(4))), probs, rtol=1e-6)
    shares = prior.sample(20_000, SEED).numpy().mean(axis=0)
    np.testing.assert_allclose(shares, probs, atol=0.015)
    assert shares[2] == 0
    posterior = CategoricalPosterior(tf.math.log([[0.7, 0.2, 0.1], [2.0, 1.0, 1.0]]))
    np.testing.assert_allclose(posterior.probs, [[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]], rtol=1e-6)
    extreme = CategoricalPosterior(tf.constant([[3.0, -1.0, 0.5, 100.0]]))
    assert np.exp(extreme.log_prob(tf.eye(4))).sum() == pytest.approx(1, abs=1e-6)


def test_a_binary_posterior_stays_finite_for_large_logits():
    posterior = BernoulliPosterior(tf.constant([[1000.0], [-1000.0]]))
    np.testing.assert_allclose(posterior.log_prob(tf.constant([[1.0], [1.0]])), [0, -1000])
    np.testing.assert_allclose(posterior.entropy(), [0, 0])


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


@pytest.mark.parametrize(
    ("prior", "n", "scale", "codes", "text"),
    [
        (Uniform(), 5, 2, [[-2], [-1], [0], [1], [2]], "from -2 to 2"),
        (Uniform(0, 4, size=2), 3, 1, [[0, 0], [2, 2], [4, 4]], "from 0 to 4"),
        (Gaussian(1, 2), 3, 0.5, [[-1], [1], [3]], "from -1 to 3"),
        (Bernoulli(), 4, 2, [[0], [0], [1], [1]], "values 0, 0, 1, 1"),
        (Categorical(3), 3, 2, np.eye(3), "categories 0, 1, 2"),
        (Categorical(20), 10, 2, np.eye(20)[::2], "categories 0, 2, 4, 6, 8, 10, 12, 14, 16, 18"),
        (Circular(), 4, 2, [[-1, 0], [0, -1], [1, 0], [0, 1]], "once around, from -180 degrees"),
    ],
    ids=str,
)
def test_traversals_are_even(prior, n, scale, codes, text):
    np.testing.assert_allclose(prior.traversal(n, scale), codes, atol=1e-6)
    assert prior.describe_traversal(n, scale) == text
