import math

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import mutual_info_score

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, CategoricalPosterior, GaussianPosterior, Uniform
from infogan_tf.losses import (
    discriminator_loss,
    generator_loss,
    information_loss,
    mutual_information,
    predicted_information,
)

SPEC = LatentSpec.parse("categorical(10), uniform@0.1", noise_size=3)


def test_adversarial_losses_by_hand():
    real, fake = tf.constant([[0.0], [math.log(3)]]), tf.constant([[0.0], [-math.log(3)]])
    # D(x) = 1/2 and 3/4; D(G) = 1/2 and 1/4.
    expected = -(math.log(0.5) + math.log(0.75)) / 2 - (math.log(0.5) + math.log(0.75)) / 2
    assert float(discriminator_loss(real, fake)) == pytest.approx(expected, abs=1e-6)
    assert float(generator_loss(fake)) == pytest.approx(-(math.log(0.5) + math.log(0.25)) / 2, abs=1e-6)


def test_adversarial_losses_stay_finite():
    far = tf.constant([[1e4]])
    assert float(discriminator_loss(-far, far)) == pytest.approx(2e4)
    assert float(generator_loss(-far)) == pytest.approx(1e4)


def test_bound_reaches_the_entropy_for_a_perfect_posterior():
    codes = {"c1": tf.one_hot(tf.range(10), 10), "c2": tf.linspace([-1.0], [1.0], 10)}
    posteriors = {
        "c1": CategoricalPosterior(1000 * codes["c1"]),
        "c2": GaussianPosterior(codes["c2"], tf.fill([10, 1], 0.05)),
    }
    estimates = mutual_information(SPEC, codes, posteriors)
    assert float(estimates["c1"].bound) == pytest.approx(math.log(10), abs=1e-6)
    assert float(estimates["c1"].cross_entropy) == pytest.approx(0, abs=1e-6)
    log_density = -math.log(0.05) - 0.5 * math.log(2 * math.pi)
    assert float(estimates["c2"].bound) == pytest.approx(math.log(2) + log_density, abs=1e-5)


def test_bound_uses_the_true_prior():
    # A prior that is not uniform: H(c) = 0.8018 nats, and Q that answers the prior knows nothing.
    probs = [0.7, 0.2, 0.1]
    spec = LatentSpec((LatentCode("c", Categorical(3, probs)), LatentCode("z", Uniform(), regularized=False)))
    codes = {"c": tf.repeat(tf.eye(3), [7, 2, 1], axis=0)}
    posteriors = {"c": CategoricalPosterior(tf.tile(tf.math.log([probs]), [10, 1]))}
    estimate = mutual_information(spec, codes, posteriors)["c"]
    assert float(estimate.cross_entropy) == pytest.approx(0.8018, abs=1e-4)
    assert float(estimate.bound) == pytest.approx(0, abs=1e-6)


def test_information_loss_weighs_each_code():
    posteriors = SPEC.split_posterior(tf.ones([8, SPEC.posterior_size]))
    estimates = mutual_information(SPEC, SPEC.sample(8, tf.constant([1, 2])), posteriors)
    expected = -0.5 * (float(estimates["c1"].bound) + 0.1 * float(estimates["c2"].bound))
    assert float(information_loss(SPEC, estimates, 0.5)) == pytest.approx(expected, abs=1e-6)


def test_predicted_information_against_scikit_learn_and_at_its_ends():
    one, other = np.random.default_rng(0).integers(0, 4, (2, 200))
    # It makes the joint distribution symmetric.
    expected = mutual_info_score(np.concatenate([one, other]), np.concatenate([other, one]))
    assert float(predicted_information(tf.one_hot(one, 4), tf.one_hot(other, 4))) == pytest.approx(expected, abs=1e-5)
    certain, same, collapsed = tf.one_hot(tf.range(20) % 4, 4), tf.fill([20, 4], 0.25), tf.one_hot([0] * 20, 4)
    for probs, value in ((certain, math.log(4)), (same, 0), (collapsed, 0)):
        assert float(predicted_information(probs, probs)) == pytest.approx(value, abs=1e-5)
