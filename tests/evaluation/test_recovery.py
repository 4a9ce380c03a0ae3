import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Circular, Gaussian, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.recovery import estimate_information, measure_extrapolation, measure_recovery, recovery_of
from tests.evaluation.perfect_model import PerfectModel

SPEC = LatentSpec((LatentCode("c1", Categorical(3)), LatentCode("c2", Uniform(0, 4)), LatentCode("c3", Gaussian(1, 2))))


def generate(model, number=2000):
    return BatchedModel(model).generate_and_infer(number, 0, lambda images: images)


def test_information_of_a_perfect_and_a_useless_q(small_model):
    spec = small_model.spec
    perfect = estimate_information(spec, generate(PerfectModel(spec)))
    assert perfect["c1"]["mutual_information"] == pytest.approx(np.log(10), abs=1e-5)
    # Nothing but the floor of 0.05 under the std keeps the density of a continuous code from more.
    expected = np.log(2) - np.log(0.05) - 0.5 * np.log(2 * np.pi)
    assert perfect["c2"]["mutual_information"] == pytest.approx(expected, abs=1e-3)
    assert perfect["c1"]["standard_error"] == pytest.approx(0, abs=1e-6)
    useless = estimate_information(spec, generate(PerfectModel(spec, predicts=False)))
    assert useless["c1"]["mutual_information"] == pytest.approx(0, abs=1e-5)
    assert useless["c1"]["entropy"] == pytest.approx(np.log(10))


def test_the_standard_error_is_that_of_the_mean(small_model):
    generated = generate(small_model)
    groups = [tf.nest.map_structure(lambda values, g=g: values[g::40], generated) for g in range(40)]
    estimates = [estimate_information(small_model.spec, group)["c2"] for group in groups]
    scatter = np.std([estimate["mutual_information"] for estimate in estimates], ddof=1)
    # The scatter of 40 groups is itself uncertain by a ninth.
    assert scatter == pytest.approx(np.mean([estimate["standard_error"] for estimate in estimates]), rel=0.4)


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


def test_a_perfect_q_recovers_every_code(small_model):
    perfect = measure_recovery(small_model.spec, generate(PerfectModel(small_model.spec)))
    assert {name: recovery.value for name, recovery in perfect.items()} == {"c1": 1, "c2": 1, "c3": 1}


def test_r_squared_of_a_continuous_code():
    codes = np.random.default_rng(0).uniform(-1, 1, (2000, 1))
    assert recovery_of(codes, codes, is_discrete=False) == ("R^2", 1, 1)
    assert recovery_of(codes, np.zeros_like(codes), is_discrete=False).value == pytest.approx(0, abs=0.01)
    worse = recovery_of(codes, -codes, is_discrete=False)
    assert (worse.value, worse.score) == (pytest.approx(-3, abs=0.1), 0)


def test_accuracy_of_a_discrete_code():
    one_hot = np.eye(10)[np.random.default_rng(0).integers(0, 10, 2000)]
    assert recovery_of(one_hot, one_hot, is_discrete=True) == ("accuracy", 1, 1)
    constant = recovery_of(one_hot, np.eye(10)[np.zeros(2000, int)], is_discrete=True)
    assert (constant.value, constant.score) == (pytest.approx(0.1, abs=0.03), pytest.approx(0, abs=0.02))


def extrapolate(spec, generator=lambda joined: joined, predicts=True):
    model = PerfectModel(spec, predicts)
    model.generator = generator
    return measure_extrapolation(BatchedModel(model), number=10)


def test_extrapolation_of_a_perfect_a_useless_and_a_backward_q(small_model):
    spec = small_model.spec
    still = pytest.approx({"c2": 0, "c3": 0}, abs=1e-6)
    assert extrapolate(spec) == pytest.approx({"c2": 1, "c3": 1})
    assert extrapolate(spec, predicts=False) == still
    assert extrapolate(spec, lambda joined: tf.clip_by_value(joined, -1, 1)) == still
    folded = extrapolate(spec, lambda joined: tf.where(tf.abs(joined) > 1, 2 * tf.sign(joined) - joined, joined))
    assert folded == pytest.approx({"c2": -1, "c3": -1})


def test_extrapolation_is_beyond_the_priors_own_range():
    inside = extrapolate(SPEC, lambda joined: tf.clip_by_value(joined, [0, 0, 0, 0, -3], [1, 1, 1, 4, 5]))
    assert inside == pytest.approx({"c2": 0, "c3": 0}, abs=1e-6)
    beyond = extrapolate(SPEC, lambda joined: tf.clip_by_value(joined, [0, 0, 0, -2, -7], [1, 1, 1, 6, 9]))
    assert beyond == pytest.approx({"c2": 1, "c3": 1})
