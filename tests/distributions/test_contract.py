"""What every distribution has to keep, checked on all of them."""

import math

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.distributions import Bernoulli, Categorical, Gaussian, Product, Uniform

DISTRIBUTIONS = {
    "categorical": Categorical(10),
    "weighted categorical": Categorical(3, probs=[0.7, 0.2, 0.1]),
    "bernoulli": Bernoulli(0.3, size=2),
    "gaussian": Gaussian(1.0, 2.0, size=2),
    "fixed gaussian": Gaussian(posterior_std=0.5),
    "uniform": Uniform(-1, 1),
    "wide uniform": Uniform(-3, 5, size=3, posterior_std=1.0),
    "odd uniform": Uniform(-1 / 3, 1e-9, min_std=0.1),
    "product": Product([Categorical(4), Uniform(), Bernoulli(0.8)]),
}
SEED = tf.constant([3, 4], tf.int64)


@pytest.fixture(params=DISTRIBUTIONS.values(), ids=DISTRIBUTIONS.keys())
def distribution(request):
    return request.param


def params_of(distribution, batch_size, seed=0):
    flat = np.random.default_rng(seed).normal(size=[batch_size, distribution.param_size])
    return distribution.posterior(tf.constant(flat, tf.float32))


def posterior_samples(distribution, params, number):
    """Independent samples of Q for a batch of one, by numpy."""
    rng = np.random.default_rng(5)
    if isinstance(distribution, Product):
        pairs = zip(distribution.components, params, strict=True)
        return np.concatenate([posterior_samples(c, p, number) for c, p in pairs], axis=1)
    mean = distribution.posterior_mean(params).numpy()[0]
    if isinstance(distribution, Categorical):
        return np.eye(len(mean), dtype=np.float32)[rng.choice(len(mean), number, p=mean / mean.sum())]
    if isinstance(distribution, Bernoulli):
        return (rng.random([number, len(mean)]) < mean).astype(np.float32)
    return rng.normal(mean, params.std.numpy()[0], [number, len(mean)]).astype(np.float32)


def test_samples_have_the_event_size_and_follow_from_the_seed(distribution):
    codes = distribution.sample(7, SEED)
    assert codes.shape == (7, distribution.event_size)
    assert codes.dtype == tf.float32
    np.testing.assert_array_equal(codes, distribution.sample(7, SEED))
    assert np.any(codes.numpy() != distribution.sample(7, SEED + 1).numpy())


def test_eager_and_graph_sample_the_same(distribution):
    in_graph = tf.function(lambda: distribution.sample(5, SEED))
    np.testing.assert_array_equal(in_graph(), distribution.sample(5, SEED))


def test_entropy_is_minus_the_mean_log_probability_of_samples(distribution):
    log_probs = distribution.log_prob(distribution.sample(40_000, SEED)).numpy()
    assert log_probs.shape == (40_000,)
    error = float(5 * log_probs.std() / math.sqrt(len(log_probs)) + 1e-4)
    assert distribution.entropy() == pytest.approx(-log_probs.mean(), abs=error)


def test_posterior_statistics_match_samples_of_the_posterior(distribution):
    params = params_of(distribution, 1)
    samples = posterior_samples(distribution, params, 40_000)
    std = distribution.posterior_std(params).numpy()[0]
    np.testing.assert_allclose(distribution.posterior_mean(params)[0], samples.mean(axis=0), atol=0.03 * std.max())
    np.testing.assert_allclose(std, samples.std(axis=0), rtol=0.03, atol=1e-3)


def test_posterior_entropy_matches_samples_of_the_posterior(distribution):
    params = params_of(distribution, 1)
    log_probs = distribution.posterior_log_prob(tf.constant(posterior_samples(distribution, params, 40_000)), params)
    assert float(distribution.posterior_entropy(params)[0]) == pytest.approx(-np.mean(log_probs), abs=0.03)


def test_posterior_kl_matches_samples_of_the_posterior(distribution):
    params, other = params_of(distribution, 1, seed=0), params_of(distribution, 1, seed=1)
    codes = tf.constant(posterior_samples(distribution, params, 200_000))
    log_ratio = distribution.posterior_log_prob(codes, params) - distribution.posterior_log_prob(codes, other)
    error = float(5 * np.std(log_ratio) / math.sqrt(len(codes)) + 1e-3)
    assert float(distribution.posterior_kl(params, other)[0]) == pytest.approx(np.mean(log_ratio), abs=error)
    np.testing.assert_allclose(distribution.posterior_kl(params, params), [0], atol=1e-6)


def test_posterior_kl_to_prior_matches_samples_of_the_posterior(distribution):
    params = params_of(distribution, 1)
    kl = float(distribution.posterior_kl_to_prior(params)[0])
    codes = tf.constant(posterior_samples(distribution, params, 200_000))
    log_ratio = (distribution.posterior_log_prob(codes, params) - distribution.log_prob(codes)).numpy()
    if math.isinf(kl):
        assert np.isinf(log_ratio).any()
    else:
        assert kl == pytest.approx(log_ratio.mean(), abs=float(5 * log_ratio.std() / len(log_ratio) ** 0.5 + 1e-3))


def test_mode_is_the_most_probable_code(distribution):
    params = params_of(distribution, 1)
    at_mode = distribution.posterior_log_prob(distribution.posterior_mode(params), params)
    others = distribution.posterior_log_prob(tf.constant(posterior_samples(distribution, params, 1000)), params)
    assert float(at_mode[0]) >= np.max(others) - 1e-5


def test_batches_are_scored_one_by_one(distribution):
    params, codes = params_of(distribution, 4), distribution.sample(4, SEED)
    for scores in (
        distribution.posterior_log_prob(codes, params),
        distribution.posterior_entropy(params),
        distribution.posterior_kl(params, params),
        distribution.posterior_kl_to_prior(params),
        distribution.log_prob(codes),
    ):
        assert scores.shape == (4,)


def test_own_samples_are_codes(distribution):
    codes = distribution.sample(3, SEED)
    np.testing.assert_array_equal(distribution.encode(codes), codes)


def test_repr_makes_the_same_distribution_again(distribution):
    names = {cls.__name__: cls for cls in (Bernoulli, Categorical, Gaussian, Product, Uniform)}
    again = eval(repr(distribution), names)
    assert repr(again) == repr(distribution)
    assert (again.prior_name, again.posterior_name) == (distribution.prior_name, distribution.posterior_name)
    assert again.entropy() == distribution.entropy()
    np.testing.assert_array_equal(again.sample(5, SEED), distribution.sample(5, SEED))
    params, again_params = params_of(distribution, 3), params_of(again, 3)
    np.testing.assert_array_equal(again.posterior_std(again_params), distribution.posterior_std(params))


@pytest.mark.parametrize("value", [None, "a", float("nan"), 1e39, 1j, [[1], [1, 2]], np.zeros([2, 2, 99])], ids=repr)
def test_a_value_that_is_no_code_is_refused_in_words(distribution, value):
    with pytest.raises(ValueError, match=r"(must|agree) .*got "):
        distribution.encode(value)


def test_traversal_gives_codes_from_low_to_high(distribution):
    codes = distribution.traversal(10, -2, 2)
    assert codes.shape == (10, distribution.event_size)
    assert len(np.unique(codes, axis=0)) > 1
    assert distribution.describe_traversal(10, -2, 2)
