import math

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Uniform


def test_entropy_is_that_of_the_uniform_prior():
    assert Uniform(-1, 1).entropy() == pytest.approx(math.log(2), abs=1e-12)
    assert Uniform(-3, 5, size=2).entropy() == pytest.approx(2 * scipy.stats.uniform(-3, 8).entropy(), abs=1e-12)


def test_log_prob_is_minus_infinity_outside():
    log_probs = Uniform(0, 4).log_prob(tf.constant([[1.0], [4.5], [-0.1]]))
    np.testing.assert_allclose(log_probs, [-math.log(4), -math.inf, -math.inf])


def test_samples_fill_the_range():
    codes = Uniform(-3, 5).sample(40_000, tf.constant([1, 2])).numpy()
    assert codes.min() >= -3
    assert codes.max() <= 5
    assert scipy.stats.kstest(codes[:, 0], scipy.stats.uniform(-3, 8).cdf).pvalue > 1e-3
