"""Independent binary codes."""

import math
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.checks import check_integer, is_number
from infogan_tf.distributions.base import Distribution, spread


class BernoulliPosterior(NamedTuple):
    """Q(c|x) of a binary code, see `Distribution.posterior`; `logits` are log-odds of a 1, `[batch, size]`."""

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

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        uniform = tf.random.stateless_uniform([batch_size, self.size], seed)
        return tf.cast(uniform < self.prob, tf.float32)

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
