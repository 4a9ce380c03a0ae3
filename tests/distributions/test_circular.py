import math

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Circular, VonMisesPosterior
from infogan_tf.randomness import Stream, stream_seed

ANGLES = np.array([-170.0, -30.0, 0.0, 90.0])


def posterior(angle, concentration):
    return Circular().posterior(concentration * Circular().encode(angle))


def test_samples_are_uniform_over_the_circle():
    codes = Circular().sample(20_000, stream_seed(1, Stream.GENERATE))
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, rtol=1e-5)
    angles = Circular().decode(codes)[:, 0]
    assert scipy.stats.kstest(angles, scipy.stats.uniform(-180, 360).cdf).pvalue > 0.01
    assert Circular().entropy() == pytest.approx(math.log(2 * math.pi))


@pytest.mark.parametrize("concentration", [1e-3, 0.7, 5.0, 300.0])
def test_q_is_a_von_mises_distribution(concentration):
    expected = scipy.stats.vonmises(concentration, np.deg2rad(40))
    q = posterior(40, concentration)
    codes = Circular().encode(ANGLES)
    q_of_each = VonMisesPosterior(tf.repeat(q.natural, len(ANGLES), axis=0))
    np.testing.assert_allclose(q_of_each.log_prob(codes), expected.logpdf(np.deg2rad(ANGLES)), rtol=1e-4, atol=1e-4)
    assert float(q.entropy()[0]) == pytest.approx(expected.entropy(), abs=1e-3)
    assert float(q.angle[0, 0]) == pytest.approx(40, abs=1e-3)
    assert float(q.concentration[0, 0]) == pytest.approx(concentration, rel=1e-3)
    radians = expected.rvs(50_000, random_state=0)
    assert float(q.angle_std[0, 0]) == pytest.approx(np.rad2deg(scipy.stats.circstd(radians)), rel=0.02) or (
        concentration < 0.01 and float(q.angle_std[0, 0]) > 200
    )


@pytest.mark.parametrize("flat", [[0.0, 0.0], [1e-20, 0.0], [1e4, -1e4]])
def test_numbers_and_gradients_are_finite_for_any_output_of_q(flat):
    flat = tf.Variable([flat])
    with tf.GradientTape() as tape:
        q = Circular().posterior(flat)
        score = q.log_prob(Circular().encode(90))
    for values in (tape.gradient(score, flat), score, q.entropy(), q.mean, q.mode, q.std, q.angle, q.angle_std):
        assert np.isfinite(values).all()


def test_values_are_degrees_and_a_full_turn_is_none():
    np.testing.assert_allclose(Circular().encode(90), [[0, 1]], atol=1e-6)
    np.testing.assert_allclose(Circular().encode([0, 360, -720]), [[1, 0]] * 3, atol=1e-6)
    np.testing.assert_allclose(Circular().decode(Circular().encode(ANGLES))[:, 0], ANGLES, atol=1e-4)


def test_it_turns_the_shorter_way():
    first, last = Circular().encode([170, 10]), Circular().encode([-170, -10])
    np.testing.assert_allclose(Circular().mix(first, last, 0.25), Circular().encode([175, 5]), atol=1e-5)
    np.testing.assert_allclose(Circular().mix(first, last, 0.75), Circular().encode([-175, -5]), atol=1e-5)
