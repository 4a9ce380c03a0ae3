"""Discrete codes: one of K categories, and independent binary ones."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution, spread
from infogan_tf.options import check_integer, is_number
from infogan_tf.randomness import Seed, uniform


class CategoricalPosterior(NamedTuple):
    """Q(c|x) of a categorical code, see `Distribution.posterior`; `logits` are unnormalized, `[batch, K]`.

    >>> posterior = CategoricalPosterior(tf.math.log([[0.7, 0.2, 0.1]]))
    >>> round(float(posterior.log_prob([[1.0, 0.0, 0.0]])[0]), 3)  # log 0.7.
    -0.357
    """

    logits: tf.Tensor

    parameters = ("probs",)

    @property
    def probs(self) -> tf.Tensor:
        return tf.nn.softmax(self.logits)

    mean = probs

    @property
    def mode(self) -> tf.Tensor:
        return tf.one_hot(tf.argmax(self.logits, axis=-1), self.logits.shape[-1])

    @property
    def std(self) -> tf.Tensor:
        return tf.sqrt(self.probs * (1 - self.probs))

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(codes * tf.nn.log_softmax(self.logits), axis=-1)

    def entropy(self) -> tf.Tensor:
        return -self.log_prob(self.probs)


@keras.saving.register_keras_serializable("infogan_tf")
class Categorical(Distribution):
    """One of K categories; a code is a one-hot vector `[K]`. Q gives K logits.

    Args:
        num_categories: K, an integer >= 2.
        probs: the prior's K probabilities, which sum to 1; uniform by default. The attribute is always an array.

    >>> Categorical(3, probs=[0.5, 0.25, 0.25])
    Categorical(num_categories=3, probs=[0.5, 0.25, 0.25])
    >>> round(Categorical(10).entropy(), 4)
    2.3026
    """

    value_size = 1
    encoding = "one-hot"
    posterior_name = "Categorical"
    is_discrete = True

    def __init__(self, num_categories: int, probs: Sequence[float] | None = None):
        self.num_categories = check_integer("num_categories", num_categories, 2)
        self.event_size = self.param_size = self.num_categories
        self.expected_value = f"a category from 0 to {num_categories - 1}"
        self.prior_name = f"Categorical({num_categories}{'' if probs is None else ', given probabilities'})"
        self._given_probs = None if probs is None else _checked_probs(probs, self.num_categories)
        weights = self._given_probs or np.ones([self.num_categories])
        self.probs = weights / np.sum(weights)
        with np.errstate(divide="ignore"):
            self._log_probs = tf.constant(np.log(self.probs), tf.float32)
        self._cumulative = tf.constant(np.cumsum(self.probs)[:-1], tf.float32)

    def get_config(self) -> dict[str, Any]:
        # Not the scaled ones: scaling them again could change the last bit.
        return {"num_categories": self.num_categories, "probs": self._given_probs}

    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        # How many of the cumulative probabilities a uniform number exceeds: TensorFlow's own sampler has no XLA kernel.
        categories = tf.reduce_sum(tf.cast(uniform([batch_size, 1], seed) >= self._cumulative, tf.int32), axis=1)
        return tf.one_hot(categories, self.num_categories)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        # An impossible category has log-probability -inf, which must not turn the others' zeros into NaN.
        return tf.reduce_sum(tf.math.multiply_no_nan(self._log_probs, codes), axis=-1)

    def entropy(self) -> float:
        return -math.fsum(p * math.log(p) for p in self.probs if p > 0)

    def _encode(self, values: np.ndarray) -> np.ndarray:
        return (values == np.arange(self.num_categories)).astype(np.float32)

    def _are_codes(self, codes: np.ndarray) -> bool:
        return np.isin(codes, [0, 1]).all() and (codes.sum(axis=1) == 1).all()

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.argmax(codes, axis=1)[:, None]

    def posterior(self, flat: tf.Tensor) -> CategoricalPosterior:
        return CategoricalPosterior(logits=flat)

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        return tf.one_hot(spread(n, self.num_categories), self.num_categories)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        return f"categories {', '.join(map(str, spread(n, self.num_categories)))}"


class BernoulliPosterior(NamedTuple):
    """Q(c|x) of a binary code, see `Distribution.posterior`; `logits` are log-odds of a 1, `[batch, size]`.

    >>> BernoulliPosterior(tf.constant([[0.0, 5.0]])).mode.numpy().tolist()
    [[0.0, 1.0]]
    """

    logits: tf.Tensor

    parameters = ("probs",)

    @property
    def probs(self) -> tf.Tensor:
        return tf.sigmoid(self.logits)

    mean = probs

    @property
    def mode(self) -> tf.Tensor:
        return tf.cast(self.logits > 0, tf.float32)

    @property
    def std(self) -> tf.Tensor:
        return tf.sqrt(tf.sigmoid(self.logits) * tf.sigmoid(-self.logits))

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        logits = tf.broadcast_to(self.logits, tf.shape(codes))
        return -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=codes, logits=logits), axis=-1)

    def entropy(self) -> tf.Tensor:
        return -self.log_prob(self.probs)


@keras.saving.register_keras_serializable("infogan_tf")
class Bernoulli(Distribution):
    """`size` independent codes, each 1 with probability `prob` and 0 otherwise. Q gives log-odds.

    ValueError if `prob` is not strictly between 0 and 1, or `size` is not an integer >= 1.

    >>> Bernoulli(0.25, size=3)
    Bernoulli(prob=0.25, size=3)
    >>> round(Bernoulli(0.5).entropy(), 4)
    0.6931
    """

    posterior_name = "Bernoulli"
    expected_value = "0 or 1"
    is_discrete = True

    def __init__(self, prob: float = 0.5, size: int = 1):
        if not (is_number(prob) and 0 < prob < 1):
            raise ValueError(f"prob of Bernoulli must be a number strictly between 0 and 1, got {prob!r}")
        self.prob, self.size = float(prob), check_integer("size of Bernoulli", size, 1)
        self.event_size = self.value_size = self.param_size = self.size
        self.prior_name = f"Bernoulli({self.prob:g})"

    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        drawn = uniform([batch_size, self.size], seed)
        return tf.cast(drawn < self.prob, tf.float32)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        logits = tf.fill([1, self.size], math.log(self.prob) - math.log1p(-self.prob))
        return BernoulliPosterior(logits).log_prob(codes)

    def entropy(self) -> float:
        return -self.size * (self.prob * math.log(self.prob) + (1 - self.prob) * math.log1p(-self.prob))

    def _are_codes(self, codes: np.ndarray) -> bool:
        return np.isin(codes, [0, 1]).all()

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.asarray(codes).astype(int)

    def posterior(self, flat: tf.Tensor) -> BernoulliPosterior:
        return BernoulliPosterior(logits=flat)

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        return tf.constant(np.repeat(spread(n, 2)[:, None], self.size, axis=1), tf.float32)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        return f"values {', '.join(map(str, spread(n, 2)))}"


def _checked_probs(probs: Any, number: int) -> list[float]:
    try:
        array = np.asarray(probs, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.zeros([0])
    if array.shape != (number,) or not (array >= 0).all() or not math.isclose(array.sum(), 1, abs_tol=1e-6):
        raise ValueError(f"probs of Categorical must be {number} non-negative numbers that sum to 1, got {probs!r}")
    return array.tolist()
