import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Gaussian, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.extrapolation import measure_extrapolation
from tests.evaluation.perfect_model import PerfectModel


def measure(model):
    return measure_extrapolation(BatchedModel(model), number=10)


def test_extrapolation_of_a_perfect_a_useless_and_a_backward_q(small_model):
    model = PerfectModel(small_model.spec)
    assert measure(model) == pytest.approx({"c2": 1, "c3": 1})
    still = pytest.approx({"c2": 0, "c3": 0}, abs=1e-6)
    assert measure(PerfectModel(small_model.spec, predicts=False)) == still
    clipped = PerfectModel(small_model.spec)
    clipped.generator = lambda joined: tf.clip_by_value(joined, -1, 1)
    assert measure(clipped) == still
    folded = PerfectModel(small_model.spec)
    folded.generator = lambda joined: tf.where(tf.abs(joined) > 1, 2 * tf.sign(joined) - joined, joined)
    assert measure(folded) == pytest.approx({"c2": -1, "c3": -1})


def test_the_range_is_the_priors_own():
    spec = LatentSpec(
        (LatentCode("c1", Categorical(3)), LatentCode("c2", Uniform(0, 4)), LatentCode("c3", Gaussian(1, 2)))
    )
    model = PerfectModel(spec)
    model.generator = lambda joined: tf.clip_by_value(joined, [0, 0, 0, 0, -3], [1, 1, 1, 4, 5])
    assert measure(model) == pytest.approx({"c2": 0, "c3": 0}, abs=1e-6)
    model.generator = lambda joined: tf.clip_by_value(joined, [0, 0, 0, -2, -7], [1, 1, 1, 6, 9])
    assert measure(model) == pytest.approx({"c2": 1, "c3": 1})
