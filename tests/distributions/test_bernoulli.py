import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Bernoulli, BernoulliPosterior


def test_entropy_and_log_prob_are_exact():
    assert Bernoulli(0.3, size=2).entropy() == pytest.approx(2 * scipy.stats.bernoulli(0.3).entropy(), abs=1e-12)
    np.testing.assert_allclose(Bernoulli(0.3).log_prob(tf.constant([[0.0], [1.0]])), np.log([0.7, 0.3]), rtol=1e-6)


def test_posterior_stays_finite_for_large_logits():
    posterior = BernoulliPosterior(tf.constant([[1000.0], [-1000.0]]))
    np.testing.assert_allclose(posterior.log_prob(tf.constant([[1.0], [1.0]])), [0, -1000])
    np.testing.assert_allclose(posterior.entropy(), [0, 0])


def test_traversal_goes_from_zero_to_one():
    np.testing.assert_array_equal(Bernoulli().traversal(4, 2)[:, 0], [0, 0, 1, 1])
    assert Bernoulli().describe_traversal(4, 2) == "values 0, 0, 1, 1"
