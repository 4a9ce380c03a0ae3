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


def test_encodes_only_zero_and_one():
    np.testing.assert_array_equal(Bernoulli(size=2).encode(1), [[1, 1]])
    with pytest.raises(ValueError, match=r"values of Bernoulli\(0.5\) must be 0 or 1, got 0.5"):
        Bernoulli().encode(0.5)


def test_reads_as_written():
    assert repr(Bernoulli()) == "Bernoulli(0.5)"
    assert repr(Bernoulli(1 / 3, size=2)) == "Bernoulli(0.3333333333333333, size=2)"


def test_posterior_probabilities():
    posterior = Bernoulli().posterior(tf.constant([[0.0], [np.log(3)]], tf.float32))
    np.testing.assert_allclose(posterior.probs, [[0.5], [0.75]], rtol=1e-6)


@pytest.mark.parametrize("prob", [0, 1, -0.1, float("nan"), None, "0.5", True])
def test_refuses_a_bad_probability(prob):
    with pytest.raises(ValueError, match="prob must be a number strictly between 0 and 1"):
        Bernoulli(prob)


def test_refuses_a_bad_size():
    with pytest.raises(ValueError, match="Bernoulli: size must be an integer >= 1, got 0"):
        Bernoulli(size=0)


def test_traversal_goes_from_zero_to_one():
    np.testing.assert_array_equal(Bernoulli().traversal(4, 2)[:, 0], [0, 0, 1, 1])
    assert Bernoulli().describe_traversal(4, 2) == "values 0, 0, 1, 1"
