"""Base class of the priors of latent codes."""

import abc
import inspect
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Seed


class Distribution(abc.ABC):
    """Base class of priors P(c), which also make the posterior Q(c|x) from Q's output.

    Codes are float32 tensors `[batch, event_size]`, as the generator takes them. Log-probabilities and entropies are in
    nats, summed over the event. `repr` is the call that makes a distribution. The arguments of a constructor are
    attributes too, as Keras saves them.

    >>> from infogan_tf.distributions import Categorical
    >>> isinstance(Categorical(10), Distribution)
    True
    """

    event_size: int  # Width of one code in the generator's input.
    value_size: int  # How many numbers a plain value has, such as 1 for a category.
    encoding: str | None = None  # How a code represents its value, if not as it is: `one-hot` or `(cos, sin)`.
    param_size: int  # Width of Q's output for this code.
    prior_name: str  # The prior in words, such as `Categorical(10)`.
    posterior_name: str  # The posterior's family in words.
    expected_value: str = "a number"  # What a value must be, in words.
    is_discrete: bool = False  # Whether codes come from a finite set.
    is_circular: bool = False  # Whether values go around, as angles do.
    num_categories: int | None = None  # Of a categorical code.

    @abc.abstractmethod
    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        """Draws codes `[batch_size, event_size]` from the prior; the same seed gives the same codes."""

    @abc.abstractmethod
    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        """log P(c) of codes `[batch, event_size]`: nats `[batch]`."""

    @abc.abstractmethod
    def entropy(self) -> float:
        """The prior's exact entropy H(c) in nats."""

    def encode(self, values: Any) -> tf.Tensor:
        """Encodes plain values (`3`, `1.5`, a list) as codes `[batch, event_size]`.

        Args:
            values: one value (a batch of 1), one per image, `[batch]` or `[batch, value_size]`, or ready codes.

        Raises:
            ValueError: the values are invalid for this distribution.
        """
        codes = float_array(f"values of {self.prior_name}", values)
        if codes.ndim == 0 and not self.encoding:
            codes = np.full([1, self.event_size], codes)
        elif codes.shape[1:] in ((), (1,)) and self.value_size == 1:
            codes = self._encode(codes.reshape([-1, 1]))
        if codes.ndim != 2 or codes.shape[1] != self.event_size or not len(codes):
            expected, got = f"be one value or have shape [batch, {self.value_size}]", list(np.shape(values))
            raise ValueError(f"values of {self.prior_name} must {expected}, got shape {got}")
        if not self._are_codes(codes):
            got = np.asarray(values).tolist()
            raise ValueError(f"a value of {self.prior_name} must be {self.expected_value}, got {got!r}")
        return tf.constant(codes)

    def _encode(self, values: np.ndarray) -> np.ndarray:
        """Codes of plain values `[batch, 1]`; of values that are none `_are_codes` is False."""
        return values

    def _are_codes(self, codes: np.ndarray) -> bool:
        return True

    @abc.abstractmethod
    def decode(self, codes: tf.Tensor) -> np.ndarray:
        """The plain values `[batch, value_size]` of codes `[batch, event_size]`; the inverse of `encode`."""

    def mix(self, first: tf.Tensor, last: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        """Codes on the way from one to another, a straight line; all arguments broadcast to `[..., event_size]`."""
        return (1 - shares) * first + shares * last

    @abc.abstractmethod
    def posterior(self, flat: tf.Tensor) -> Any:
        """Makes the posterior Q(c|x) of each image from Q's raw output `[batch, param_size]`; logits stay logits.

        Returns:
            A named tuple of the posterior's parameters, which is a distribution too: `log_prob(codes)` and `entropy()`,
            nats `[batch]`, and `mean`, `mode` and `std`, `[batch, event_size]`. Its `parameters` name the properties
            that tables and exported models list.
        """

    @abc.abstractmethod
    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        """Codes `[n, event_size]` that vary from one end to the other.

        Continuous codes run evenly over `scale` times their `range`, about its middle, all coordinates together;
        circular ones once around; discrete ones run through their values.
        """

    @abc.abstractmethod
    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        """Describes `traversal`, for a caption."""

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments by name, for Keras."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Distribution":
        return cls(**config)

    def __repr__(self) -> str:
        parameters = inspect.signature(type(self)).parameters
        arguments = [f"{k}={v!r}" for k, v in self.get_config().items() if v != parameters[k].default]
        return f"{type(self).__name__}({', '.join(arguments)})"


def float_array(name: str, values: Any) -> np.ndarray:
    """Finite real numbers as a float32 array; ValueError, naming them, for all else."""
    try:
        with np.errstate(over="ignore"):
            array = np.asarray(values).astype(np.float32, casting="same_kind")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be made of numbers, got {values!r}") from error
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {values!r}")
    return array


def spread(n: int, count: int) -> np.ndarray:
    """`n` indices that run evenly through `range(count)`: 0, 1, 2, ... where n equals count."""
    return np.arange(n) * count // n
