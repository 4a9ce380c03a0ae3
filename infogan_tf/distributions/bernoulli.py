"""Independent binary codes."""

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution, as_codes, checked_size, spread
from infogan_tf.settings import plain, short_number


class BernoulliPosterior(NamedTuple):
    """Q(c|x) of a binary code.

    Attributes:
        logits: log-odds of a 1, `[batch, size]`.
    """

    logits: tf.Tensor

    parameters = ("probs",)

    @property
    def probs(self) -> tf.Tensor:
        """Probabilities of a 1, `[batch, size]`."""
        return tf.sigmoid(self.logits)

    @property
    def mean(self) -> tf.Tensor:
        """Expected code, `[batch, size]`."""
        return self.probs

    @property
    def mode(self) -> tf.Tensor:
        """Most probable code, `[batch, size]`."""
        return tf.cast(self.logits > 0, tf.float32)

    @property
    def std(self) -> tf.Tensor:
        """Standard deviation, `[batch, size]`."""
        return tf.sqrt(tf.sigmoid(self.logits) * tf.sigmoid(-self.logits))

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        """log Q(c|x) of codes `[batch, size]`: nats `[batch]`."""
        logits = tf.broadcast_to(self.logits, tf.shape(codes))
        return -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=codes, logits=logits), axis=-1)

    def entropy(self) -> tf.Tensor:
        """Entropy, nats `[batch]`."""
        return -self.log_prob(self.probs)


@keras.saving.register_keras_serializable("infogan_tf")
class Bernoulli(Distribution):
    """`size` independent codes, each 1 with probability `prob` and 0 otherwise. Q gives log-odds.

    Args:
        prob: the prior's probability of a 1, strictly between 0 and 1.
        size: how many codes.

    Raises:
        ValueError: `prob` is not a number between 0 and 1, or `size` not an integer >= 1.

    >>> Bernoulli(0.5, size=3)
    Bernoulli(0.5, size=3)
    >>> round(Bernoulli(0.5).entropy(), 4)
    0.6931
    """

    posterior_name = "Bernoulli"
    is_discrete = True

    def __init__(self, prob: float = 0.5, size: int = 1):
        prob = plain(prob)
        if not (isinstance(prob, float) and 0 < prob < 1):
            raise ValueError(f"Bernoulli: prob must be a number strictly between 0 and 1, got {prob!r}")
        self.prob = prob
        self.event_size = self.value_size = self.param_size = checked_size(size, "Bernoulli")
        self.prior_name = f"Bernoulli({self.prob:g})"

    def get_config(self) -> dict[str, Any]:
        return {"prob": self.prob, "size": self.event_size}

    def __repr__(self) -> str:
        size = "" if self.event_size == 1 else f", size={self.event_size}"
        return f"Bernoulli({short_number(self.prob)}{size})"

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        uniform = tf.random.stateless_uniform([batch_size, self.event_size], seed)
        return tf.cast(uniform < self.prob, tf.float32)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        logits = tf.fill([1, self.event_size], math.log(self.prob) - math.log1p(-self.prob))
        return BernoulliPosterior(logits).log_prob(codes)

    def entropy(self) -> float:
        return -self.event_size * (self.prob * math.log(self.prob) + (1 - self.prob) * math.log1p(-self.prob))

    def encode(self, values: Any) -> tf.Tensor:
        codes = as_codes(values, self.event_size, self.prior_name)
        if not np.isin(codes, [0, 1]).all():
            raise ValueError(f"values of {self.prior_name} must be 0 or 1, got {values!r}")
        return codes

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.asarray(codes).astype(int)

    def posterior(self, flat: tf.Tensor) -> BernoulliPosterior:
        return BernoulliPosterior(logits=flat)

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        return tf.constant(np.repeat(spread(n, 2)[:, None], self.event_size, axis=1), tf.float32)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        return f"values {', '.join(map(str, spread(n, 2)))}"
