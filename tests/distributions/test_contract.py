"""What every distribution has to keep, checked on all of them."""

import math
import re

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.distributions import Bernoulli, Categorical, Circular, Gaussian, Uniform
from infogan_tf.randomness import Stream, stream_seed

DISTRIBUTIONS = {
    "categorical": Categorical(10),
    "weighted categorical": Categorical(3, probs=[0.7, 0.2, 0.1]),
    "bernoulli": Bernoulli(0.3, size=2),
    "gaussian": Gaussian(1.0, 2.0, size=2),
    "fixed gaussian": Gaussian(posterior_std=0.5),
    "uniform": Uniform(-1, 1),
    "wide uniform": Uniform(-3, 5, size=3, posterior_std=1.0),
    "odd uniform": Uniform(-1 / 3, 1e-9, min_std=0.1),
    "circular": Circular(),
}
SEED, OTHER_SEED = stream_seed(3, Stream.GENERATE, 4), stream_seed(3, Stream.GENERATE, 5)
WRONG_PROBABILITIES = ([0.5, 0.5], "abc", 1, [[1], [1, 2]], [0.5, 0.6, -0.1], [math.nan, 0.5, 0.5], [0.5, None, 1])


@pytest.fixture(params=DISTRIBUTIONS.values(), ids=DISTRIBUTIONS.keys())
def distribution(request):
    return request.param


def posterior_of(distribution, batch_size, seed=0):
    flat = np.random.default_rng(seed).normal(size=[batch_size, distribution.param_size])
    return distribution.posterior(tf.constant(flat, tf.float32))


def posterior_samples(distribution, posterior, number):
    """Independent samples of Q for a batch of one, by numpy."""
    rng = np.random.default_rng(5)
    mean = posterior.mean.numpy()[0]
    if isinstance(distribution, Categorical):
        return np.eye(len(mean), dtype=np.float32)[rng.choice(len(mean), number, p=mean / mean.sum())]
    if isinstance(distribution, Bernoulli):
        return (rng.random([number, len(mean)]) < mean).astype(np.float32)
    if isinstance(distribution, Circular):
        (concentration,), (angle,) = posterior.concentration.numpy()[0], np.deg2rad(posterior.angle.numpy()[0])
        radians = scipy.stats.vonmises(concentration, angle).rvs(number, random_state=rng)
        return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)
    return rng.normal(mean, posterior.std.numpy()[0], [number, len(mean)]).astype(np.float32)


def test_samples_have_the_event_size_and_follow_from_the_seed(distribution):
    codes = distribution.sample(7, SEED)
    assert codes.shape == (7, distribution.event_size)
    assert codes.dtype == tf.float32
    np.testing.assert_array_equal(codes, tf.function(lambda: distribution.sample(7, SEED))())
    assert np.any(codes.numpy() != distribution.sample(7, OTHER_SEED).numpy())


def test_entropy_is_minus_the_mean_log_probability_of_samples(distribution):
    log_probs = distribution.log_prob(distribution.sample(40_000, SEED)).numpy()
    assert log_probs.shape == (40_000,)
    error = float(5 * log_probs.std() / math.sqrt(len(log_probs)) + 1e-4)
    assert distribution.entropy() == pytest.approx(-log_probs.mean(), abs=error)


def test_posterior_statistics_match_samples_of_the_posterior(distribution):
    posterior = posterior_of(distribution, 1)
    samples = posterior_samples(distribution, posterior, 40_000)
    std = posterior.std.numpy()[0]
    np.testing.assert_allclose(posterior.mean[0], samples.mean(axis=0), atol=0.03 * std.max())
    np.testing.assert_allclose(std, samples.std(axis=0), rtol=0.03, atol=1e-3)
    assert float(posterior.entropy()[0]) == pytest.approx(-np.mean(posterior.log_prob(samples)), abs=0.03)


def test_mode_is_the_most_probable_code(distribution):
    posterior = posterior_of(distribution, 1)
    at_mode = posterior.log_prob(posterior.mode)
    others = posterior.log_prob(tf.constant(posterior_samples(distribution, posterior, 1000)))
    assert float(at_mode[0]) >= np.max(others) - 1e-5


def test_values_are_the_inverse_of_codes(distribution):
    codes = distribution.sample(5, SEED)
    np.testing.assert_array_equal(distribution.encode(codes), codes)
    values = distribution.decode(codes)
    assert values.shape == (5, distribution.value_size)
    np.testing.assert_allclose(distribution.encode(values), codes, atol=1e-6)
    if distribution.value_size == 1:
        np.testing.assert_allclose(distribution.encode(values[:, 0]), codes, atol=1e-6)


def test_the_way_from_one_code_to_another_has_both_ends(distribution):
    first, last = distribution.sample(5, SEED), distribution.sample(5, OTHER_SEED)
    np.testing.assert_allclose(distribution.mix(first, last, tf.constant([[0.0]])), first, atol=1e-6)
    np.testing.assert_allclose(distribution.mix(first, last, tf.constant([[1.0]])), last, atol=1e-6)


def test_posteriors_score_each_code_and_name_what_tells_them(distribution):
    posterior, codes = posterior_of(distribution, 3), distribution.sample(3, SEED)
    for scores in (posterior.log_prob(codes), posterior.entropy(), distribution.log_prob(codes)):
        assert scores.shape == (3,)
    assert posterior.parameters
    assert all(np.shape(getattr(posterior, name))[0] == 3 for name in posterior.parameters)


def test_repr_makes_the_same_distribution_again(distribution):
    names = {cls.__name__: cls for cls in (Bernoulli, Categorical, Circular, Gaussian, Uniform)}
    again = eval(repr(distribution), names)
    assert (again.prior_name, again.posterior_name) == (distribution.prior_name, distribution.posterior_name)
    assert again.entropy() == distribution.entropy()
    np.testing.assert_array_equal(again.sample(5, SEED), distribution.sample(5, SEED))
    np.testing.assert_array_equal(posterior_of(again, 3).std, posterior_of(distribution, 3).std)


@pytest.mark.parametrize("value", [None, "a", math.nan, 1e39, 1j, [], [[1], [1, 2]], np.zeros([2, 2, 99])], ids=repr)
def test_a_value_that_is_no_code_is_refused_in_words(distribution, value):
    with pytest.raises(ValueError, match=r"values of .* must .*, got "):
        distribution.encode(value)


@pytest.mark.parametrize(
    ("distribution", "values", "codes"),
    [
        (Categorical(3), 2, [[0, 0, 1]]),
        (Categorical(3), [[0], [1]], [[1, 0, 0], [0, 1, 0]]),
        (Categorical(3), [[0, 1, 0]], [[0, 1, 0]]),
        (Bernoulli(size=2), 1, [[1, 1]]),
        (Uniform(), 1.5, [[1.5]]),
        (Uniform(), [-2, 0, 2], [[-2], [0], [2]]),
        (Gaussian(size=2), [[1, 2]], [[1, 2]]),
        (Circular(), [[0.6, 0.8]], [[0.6, 0.8]]),
    ],
    ids=str,
)
def test_plain_values_and_ready_codes_are_encoded(distribution, values, codes):
    np.testing.assert_array_equal(distribution.encode(values), np.array(codes, np.float32))


@pytest.mark.parametrize(
    ("distribution", "value", "text"),
    [
        *((Categorical(3), value, "a category from 0 to 2, got") for value in (3, -1, 1.5, [0, 7], [[0.5, 0.5, 0]])),
        (Bernoulli(), 0.5, "0 or 1, got 0.5"),
        (Circular(), [[1, 1]], r"an angle in degrees, or its \(cos, sin\), got \[\[1, 1\]\]"),
        (Uniform(), [[1, 2]], r"one value or have shape \[batch, 1\], got shape \[1, 2\]"),
    ],
    ids=str,
)
def test_numbers_that_are_no_codes_are_refused(distribution, value, text):
    with pytest.raises(ValueError, match=f"of {re.escape(distribution.prior_name)} must be {text}"):
        distribution.encode(value)


@pytest.mark.parametrize(
    ("make", "arguments", "text"),
    [
        *((Bernoulli, {"prob": prob}, "prob") for prob in (0, 1, -0.1, math.nan, None, "0.5", True)),
        *((Categorical, {"num_categories": number}, "num_categories") for number in (1, 2.5, True, "3", None)),
        *((Categorical, {"num_categories": 3, "probs": probs}, "probs") for probs in WRONG_PROBABILITIES),
        *((Uniform, {"low": low, "high": high}, "low") for low, high in ((1, 1), (2, 1), (0, math.inf), (None, 1))),
        *((Uniform, {"low": low, "high": high}, "low") for low, high in ((0, 1e39), (-3e38, 3e38), (False, True))),
        *((Gaussian, {"mean": mean}, "mean") for mean in (math.inf, "0", 1e39, True)),
        *((Gaussian, {"std": std}, "std") for std in (0, -1, math.nan, None, 1e-300)),
        *((Uniform, {"posterior_std": std}, "posterior_std") for std in (0, "a")),
        *((Uniform, {"min_std": std}, "min_std") for std in (-1, None)),
        *((make, {"size": 0}, "size") for make in (Bernoulli, Gaussian, Uniform)),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(make, arguments, text):
    with pytest.raises(ValueError, match=rf"^{text}( of {make.__name__})? must be .*, got "):
        make(**arguments)


def test_arguments_are_kept_exactly():
    assert repr(Uniform(np.float64(-0.5), 2, size=np.int64(62))) == "Uniform(low=-0.5, high=2.0, size=62)"
    # Probabilities that sum to 1 only within rounding are scaled, and scaling them again could change the last bit.
    given = Categorical(3, probs=(0.3333333, 0.3333333, 0.3333333))
    np.testing.assert_array_equal(eval(repr(given)).probs, given.probs)
