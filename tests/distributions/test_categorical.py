import math

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Categorical, CategoricalPosterior


def test_entropy_is_exact():
    assert Categorical(10).entropy() == pytest.approx(math.log(10), abs=1e-12)
    assert Categorical(3, [0.5, 0.5, 0]).entropy() == pytest.approx(math.log(2), abs=1e-12)
    probs = [0.6, 0.3, 0.1]
    assert Categorical(3, probs).entropy() == pytest.approx(scipy.stats.entropy(probs), abs=1e-12)


def test_probabilities_of_all_codes_sum_to_one():
    distribution = Categorical(4, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(np.exp(distribution.log_prob(tf.eye(4))), [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    posterior = CategoricalPosterior(tf.constant([[3.0, -1.0, 0.5, 100.0]]))
    scores = posterior.log_prob(tf.eye(4))
    assert np.exp(scores).sum() == pytest.approx(1, abs=1e-6)


def test_impossible_category_is_never_sampled_and_has_probability_zero():
    distribution = Categorical(3, [0.5, 0, 0.5])
    codes = distribution.sample(1000, tf.constant([1, 2]))
    assert codes.numpy().sum(axis=0)[1] == 0
    np.testing.assert_allclose(distribution.log_prob(tf.eye(3)), [math.log(0.5), -math.inf, math.log(0.5)])


def test_given_probabilities_are_sampled():
    codes = Categorical(3, [0.7, 0.2, 0.1]).sample(20_000, tf.constant([1, 2]))
    np.testing.assert_allclose(codes.numpy().mean(axis=0), [0.7, 0.2, 0.1], atol=0.015)


def test_traversal_runs_through_all_categories():
    np.testing.assert_array_equal(Categorical(10).traversal(10, 2), np.eye(10))
    np.testing.assert_array_equal(Categorical(20).traversal(10, 2), np.eye(20)[::2])
    assert Categorical(4).describe_traversal(4, 2) == "categories 0, 1, 2, 3"
