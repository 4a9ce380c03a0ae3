"""K-way categorical codes."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution, as_codes, spread
from infogan_tf.settings import Integer, checked, short_number


class CategoricalPosterior(NamedTuple):
    """Q(c|x) of a categorical code.

    Attributes:
        logits: unnormalized log-probabilities `[batch, K]`.
    """

    logits: tf.Tensor

    parameters = ("probs",)

    @property
    def probs(self) -> tf.Tensor:
        """Probabilities of the K categories, `[batch, K]`."""
        return tf.nn.softmax(self.logits)

    @property
    def mean(self) -> tf.Tensor:
        """Expected one-hot code, `[batch, K]`."""
        return self.probs

    @property
    def mode(self) -> tf.Tensor:
        """Most probable one-hot code, `[batch, K]`."""
        return tf.one_hot(tf.argmax(self.logits, axis=-1), self.logits.shape[-1])

    @property
    def std(self) -> tf.Tensor:
        """Standard deviation of each coordinate of the code, `[batch, K]`."""
        return tf.sqrt(self.probs * (1 - self.probs))

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        """log Q(c|x) of one-hot codes `[batch, K]`: nats `[batch]`."""
        return tf.reduce_sum(codes * tf.nn.log_softmax(self.logits), axis=-1)

    def entropy(self) -> tf.Tensor:
        """Entropy, nats `[batch]`."""
        return -self.log_prob(self.probs)


@keras.saving.register_keras_serializable("infogan_tf")
class Categorical(Distribution):
    """One of K categories; a code is a one-hot vector `[K]`. Q gives K logits.

    Args:
        num_categories: K, an integer >= 2.
        probs: the prior's K probabilities; uniform by default.

    Raises:
        ValueError: fewer than two categories, or `probs` are not K non-negative numbers that sum to 1.

    >>> Categorical(3, probs=[0.5, 0.25, 0.25])
    Categorical(3, probs=[0.5, 0.25, 0.25])
    >>> round(Categorical(10).entropy(), 4)
    2.3026
    """

    value_size = 1
    encoding = "one-hot"
    posterior_name = "Categorical"
    is_discrete = True

    def __init__(self, num_categories: int, probs: Sequence[float] | None = None):
        num_categories = checked("Categorical: num_categories", num_categories, Integer(2))
        self._given_probs = None if probs is None else _checked_probs(probs, num_categories)
        uniform = np.full([num_categories], 1 / num_categories)
        self.probs = uniform if probs is None else self._given_probs / self._given_probs.sum()
        self.event_size = self.param_size = self.num_categories = num_categories
        self.prior_name = f"Categorical({num_categories}{'' if probs is None else ', given probabilities'})"
        with np.errstate(divide="ignore"):
            self._log_probs = tf.constant(np.log(self.probs), tf.float32)

    def get_config(self) -> dict[str, Any]:
        probs = None if self._given_probs is None else self._given_probs.tolist()
        return {"num_categories": self.num_categories, "probs": probs}

    def __repr__(self) -> str:
        if self._given_probs is None:
            return f"Categorical({self.num_categories})"
        return f"Categorical({self.num_categories}, probs=[{', '.join(map(short_number, self._given_probs.tolist()))}])"

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        categories = tf.random.stateless_categorical(self._log_probs[None], batch_size, seed)[0]
        return tf.one_hot(categories, self.event_size)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        # An impossible category has log-probability -inf, which must not turn the others' zeros into NaN.
        return tf.reduce_sum(tf.math.multiply_no_nan(self._log_probs, codes), axis=-1)

    def entropy(self) -> float:
        return -math.fsum(p * math.log(p) for p in self.probs if p > 0)

    def encode(self, values: Any) -> tf.Tensor:
        try:
            array = np.asarray(values)
        except ValueError as error:
            raise ValueError(f"values of {self.prior_name} must agree in length, got {values!r}") from error
        if array.shape[1:] in ((), (1,)):
            return self._one_hot(array)
        codes = as_codes(values, self.event_size, self.prior_name)
        if not (np.isin(codes, [0, 1]).all() and (np.sum(codes, axis=1) == 1).all()):
            raise ValueError(f"codes of {self.prior_name} must be one-hot rows, got {values!r}")
        return codes

    def _one_hot(self, categories: np.ndarray) -> tf.Tensor:
        in_range = np.issubdtype(categories.dtype, np.integer) and np.all(
            (categories >= 0) & (categories < self.event_size)
        )
        if not in_range or not categories.size:
            raise ValueError(
                f"a value of {self.prior_name} must be a category from 0 to {self.event_size - 1}, "
                f"got {categories.tolist()!r}"
            )
        return tf.one_hot(categories.reshape(-1), self.event_size)

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.argmax(codes, axis=1)[:, None]

    def posterior(self, flat: tf.Tensor) -> CategoricalPosterior:
        return CategoricalPosterior(logits=flat)

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        return tf.one_hot(spread(n, self.event_size), self.event_size)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        return f"categories {', '.join(map(str, spread(n, self.event_size)))}"


def _checked_probs(probs: Sequence[float], num_categories: int) -> np.ndarray:
    refusal = f"Categorical: probs must be {num_categories} non-negative numbers that sum to 1, got {probs!r}"
    try:
        array = np.asarray(probs, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(refusal) from error
    if array.shape != (num_categories,) or not (array >= 0).all() or not math.isclose(array.sum(), 1, abs_tol=1e-6):
        raise ValueError(refusal)
    return array
