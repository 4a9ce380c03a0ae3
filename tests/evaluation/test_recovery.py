import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Circular
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.recovery import measure_recovery, recovery_of
from tests.evaluation.perfect_model import PerfectModel


def measure(model):
    return measure_recovery(model.spec, BatchedModel(model).generate_and_infer(2000, 1, lambda images: images))


def test_recovery_of_a_perfect_and_a_useless_q(small_model):
    perfect = measure(PerfectModel(small_model.spec))
    assert {name: recovery.value for name, recovery in perfect.items()} == {"c1": 1, "c2": 1, "c3": 1}
    useless = measure(PerfectModel(small_model.spec, predicts=False))
    assert useless["c1"].value == pytest.approx(0.1, abs=0.03)
    assert useless["c2"].value == pytest.approx(0, abs=0.01)


def test_a_circular_code_is_recovered_by_the_expected_point_on_the_circle():
    spec = LatentSpec((LatentCode("c1", Circular()),))
    codes = spec.sample(4000, tf.constant([1, 2], tf.int64))["c1"]
    for concentration in (0.01, 1.0, 100.0):
        angles = np.deg2rad(Circular().decode(codes))[:, 0]
        seen = scipy.stats.vonmises(concentration).rvs(4000, random_state=0) + angles
        natural = concentration * tf.constant(np.stack([np.cos(seen), np.sin(seen)], axis=1), tf.float32)
        posteriors = {"c1": Circular().posterior(natural)}
        (recovery,) = measure_recovery(spec, GeneratedImages({"c1": codes}, posteriors, None)).values()
        length = scipy.special.ive(1, concentration) / scipy.special.ive(0, concentration)
        assert recovery.value == pytest.approx(length**2, abs=0.02)


def test_recovery_of_perfect_and_useless_predictions():
    rng = np.random.default_rng(0)
    codes = rng.uniform(-1, 1, (2000, 1))
    assert recovery_of(codes, codes, is_discrete=False) == ("R^2", 1, 1)
    useless = recovery_of(codes, np.zeros_like(codes), is_discrete=False)
    assert useless.value == pytest.approx(0, abs=0.01)
    worse = recovery_of(codes, -codes, is_discrete=False)
    assert worse.value == pytest.approx(-3, abs=0.1)
    assert worse.score == 0
    one_hot = np.eye(10)[rng.integers(0, 10, 2000)]
    assert recovery_of(one_hot, one_hot, is_discrete=True) == ("accuracy", 1, 1)
    constant = recovery_of(one_hot, np.eye(10)[np.zeros(2000, int)], is_discrete=True)
    assert constant.value == pytest.approx(0.1, abs=0.03)
    assert constant.score == pytest.approx(0, abs=0.02)
