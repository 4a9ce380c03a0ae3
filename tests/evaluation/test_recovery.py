from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Circular, Gaussian, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.recovery import (
    Recovery,
    code_verdicts,
    estimate_information,
    measure_extrapolation,
    measure_recovery,
    recovery_of,
    redundancy,
)
from tests.evaluation.perfect_model import SPEC, PerfectModel


def information(code, number=2000, **options):
    """What is estimated of one code of a perfect Q, or of one that predicts nothing."""
    model = PerfectModel(SPEC, **options)
    codes = SPEC.sample(number, tf.constant([1, 2], tf.int64))
    posterior = model.infer_codes(SPEC.join(codes))[code]
    return estimate_information(SPEC.code(code).distribution, codes[code], posterior)


def test_information_of_a_perfect_and_a_useless_q():
    perfect = information("c1")
    assert perfect["mutual_information"] == perfect["entropy"] == pytest.approx(np.log(3))
    assert perfect["standard_error"] == pytest.approx(0, abs=1e-6)
    useless = information("c1", predicts=False)
    assert (useless["mutual_information"], useless["entropy"]) == (pytest.approx(0, abs=1e-5), pytest.approx(np.log(3)))
    # Nothing but the floor of 0.05 under the std keeps the density of a continuous code from more.
    expected = np.log(4) - np.log(0.05) - 0.5 * np.log(2 * np.pi)
    assert information("c2")["mutual_information"] == pytest.approx(expected, abs=1e-3)
    # Of log Q = -x^2 / 2 + constant, x from N(0, 1) in units of Q's own std, half of a chi square of variance 2.
    log_q = Gaussian().posterior(tf.zeros([4000, 2]))
    error = estimate_information(Gaussian(), tf.random.stateless_normal([4000, 1], [1, 2], stddev=1.05), log_q)
    assert error["standard_error"] == pytest.approx(np.sqrt(1 / 2 / 4000), rel=0.1)


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


@pytest.mark.parametrize(
    ("generator", "predicts", "expected"),
    [
        (lambda joined: joined, True, 1),
        (lambda joined: joined, False, 0),
        (lambda joined: tf.clip_by_value(joined, [0, 0, 0, 0, -3], [1, 1, 1, 4, 5]), True, 0),
        (lambda joined: tf.clip_by_value(joined, [0, 0, 0, -2, -7], [1, 1, 1, 6, 9]), True, 1),
        # Reflected at the ends of the priors' ranges.
        (lambda joined: 2 * tf.clip_by_value(joined, [0, 0, 0, 0, -3], [1, 1, 1, 4, 5]) - joined, True, -1),
    ],
)
def test_extrapolation_is_how_q_goes_on_beyond_each_priors_own_range(generator, predicts, expected):
    model = PerfectModel(SPEC, predicts)
    model.generator = generator
    measured = measure_extrapolation(BatchedModel(model), number=10)
    assert measured == pytest.approx({"c2": expected, "c3": expected}, abs=1e-6)


@pytest.fixture
def predictions():
    """Of a categorical code and two continuous ones, all unrelated."""
    rng = np.random.default_rng(0)
    return [np.eye(3)[rng.integers(0, 3, 1000)], rng.normal(size=(1000, 1)), rng.normal(size=(1000, 1))]


def test_a_code_is_used_if_it_is_recovered_and_means_something_else_than_other_used_ones(predictions):
    def verdicts(score_of_c2, c3):
        recovery = {
            name: Recovery("R^2", score, score) for name, score in (("c1", 0.9), ("c2", score_of_c2), ("c3", 1))
        }
        modes = dict(zip(("c1", "c2", "c3"), (*predictions[:2], c3), strict=True))
        posteriors = {name: SimpleNamespace(mode=tf.constant(mode)) for name, mode in modes.items()}
        return list(code_verdicts(SPEC, recovery, posteriors).values())

    same = -(predictions[1] ** 3)
    assert verdicts(0.9, predictions[2]) == ["used", "used", "used"]
    assert verdicts(0.9, same) == ["used", "used", "redundant with c2"]
    assert verdicts(0.05, same) == ["used", "ignored", "used"]


def test_redundancy_of_unlike_codes(predictions):
    category, unrelated, _ = predictions
    angles = np.random.default_rng(1).uniform(-180, 180, [1000, 1])
    circular = Circular().encode(angles).numpy()
    for a, a_prior, b, b_prior, low, high in (
        (category, Categorical(3), category.argmax(axis=1)[:, None] + 0.01 * unrelated, Uniform(), 0.5, 0.7),
        (category, Categorical(3), unrelated, Uniform(), 0, 0.1),
        (category, Categorical(3), category[:, ::-1], Categorical(3), 0.999, 1),
        (np.ones([1000, 1]), Uniform(), unrelated, Uniform(), 0, 0),
        (circular, Circular(), angles, Uniform(), 0.9, 1),
        (circular, Circular(), np.cos(np.deg2rad(angles)), Uniform(), 0.5, 0.8),
        (circular, Circular(), category, Categorical(3), 0, 0.1),
    ):
        assert low <= redundancy(a, a_prior, b, b_prior) <= high


@pytest.mark.parametrize("offset", [0, 45, 100])
def test_circular_codes_are_redundant_up_to_a_rotation_and_a_reflection(offset):
    rng = np.random.default_rng(0)
    angles, others = rng.uniform(-180, 180, 1000), rng.uniform(-180, 180, 1000)
    codes = Circular().encode(angles).numpy()
    for sign in (1, -1):
        turned = Circular().encode(sign * angles + offset).numpy()
        assert redundancy(codes, Circular(), turned, Circular()) == pytest.approx(1, abs=1e-4)
    assert redundancy(codes, Circular(), Circular().encode(others).numpy(), Circular()) < 0.1
