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


def test_reads_as_written():
    assert repr(Uniform(-1, 1)) == "Uniform(-1, 1)"
    assert repr(Uniform(np.float64(-0.5), 2.0, size=62, min_std=0.1)) == "Uniform(-0.5, 2, size=62, min_std=0.1)"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        *((1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)),
        *((None, 1), ("0", 1), (0, 1e39), (-3e38, 3e38), (False, True)),
    ],
)
def test_refuses_an_empty_range(low, high):
    with pytest.raises(ValueError, match="low must lie below high, both finite"):
        Uniform(low, high)
