import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Gaussian


def test_entropy_and_log_prob_agree_with_scipy():
    reference = scipy.stats.norm(1.5, 0.7)
    assert Gaussian(1.5, 0.7, size=3).entropy() == pytest.approx(3 * reference.entropy(), abs=1e-12)
    codes = np.array([[0.0, 1.0], [2.5, -3.0]], np.float32)
    np.testing.assert_allclose(Gaussian(1.5, 0.7, 2).log_prob(codes), reference.logpdf(codes).sum(axis=1), rtol=1e-5)


def test_samples_have_mean_and_std():
    codes = Gaussian(1.5, 0.7).sample(40_000, tf.constant([1, 2])).numpy()
    assert codes.mean() == pytest.approx(1.5, abs=0.02)
    assert codes.std() == pytest.approx(0.7, abs=0.02)
