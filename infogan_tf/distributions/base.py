"""Base class of the priors of latent codes."""

import abc
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.settings import Integer, checked


class Distribution(abc.ABC):
    """Base class of priors P(c), which also make the posterior Q(c|x) from Q's output.

    Codes are float32 tensors `[batch, event_size]`, as the generator takes them. Log-probabilities and entropies are in
    nats, summed over the event. `repr` is the call that makes a distribution.

    Attributes:
        event_size: width of one code in the generator's input.
        value_size: how many numbers a plain value has, such as 1 for a category.
        encoding: how a code represents its value, where it isn't the value itself: `one-hot` or `(cos, sin)`.
        param_size: width of Q's output for this code.
        prior_name: the prior in words, such as `Categorical(10)`.
        posterior_name: the posterior's family in words.
        is_discrete: whether codes come from a finite set.
        is_circular: whether values go around, as angles do.
        num_categories: number of categories of a categorical code; None for any other code.
    """

    event_size: int
    value_size: int
    encoding: str | None = None
    param_size: int
    prior_name: str
    posterior_name: str
    is_discrete: bool = False
    is_circular: bool = False
    num_categories: int | None = None

    @abc.abstractmethod
    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        """Draws codes from the prior.

        Args:
            batch_size: how many codes.
            seed: integers `[2]`; the same seed gives the same codes.

        Returns:
            Codes `[batch, event_size]`.
        """

    @abc.abstractmethod
    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        """log P(c) of codes `[batch, event_size]`: nats `[batch]`."""

    @abc.abstractmethod
    def entropy(self) -> float:
        """The prior's exact entropy H(c) in nats."""

    @abc.abstractmethod
    def encode(self, values: Any) -> tf.Tensor:
        """Encodes plain values (`3`, `1.5`, a list) as codes.

        Args:
            values: one value, one per image, `[batch]` or `[batch, value_size]`, or ready codes `[batch, event_size]`.

        Returns:
            Codes `[batch, event_size]`; a single value gives a batch of 1.

        Raises:
            ValueError: the values are invalid for this distribution.
        """

    @abc.abstractmethod
    def decode(self, codes: tf.Tensor) -> np.ndarray:
        """The plain values `[batch, value_size]` of codes `[batch, event_size]`; the inverse of `encode`."""

    def mix(self, first: tf.Tensor, last: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        """Codes on the way from one to another, a straight line; all arguments broadcast to `[..., event_size]`."""
        return (1 - shares) * first + shares * last

    @abc.abstractmethod
    def posterior(self, flat: tf.Tensor) -> Any:
        """Makes the posterior Q(c|x) of each image.

        Args:
            flat: Q's raw output `[batch, param_size]`; logits stay logits.

        Returns:
            A named tuple of the posterior's parameters, which is a distribution too: `log_prob(codes)` and `entropy()`,
            nats `[batch]`, and `mean`, `mode` and `std`, `[batch, event_size]`. Its `parameters` name the properties
            that tell it best, as tables and exported models have them.
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

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Distribution":
        """The distribution that Keras saved; a class that can be saved has a `get_config`, its arguments by name."""
        return cls(**config)


def float_array(values: Any) -> np.ndarray:
    """Real numbers as a float32 array, those beyond its range as infinity; TypeError or ValueError for all else."""
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(np.float32, casting="same_kind")


def as_codes(values: Any, event_size: int, prior_name: str) -> tf.Tensor:
    """Shapes numbers into float32 codes `[batch, event_size]`, checking that they are finite and fit."""
    try:
        array = float_array(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"a value of {prior_name} must be made of numbers, got {values!r}") from error
    if array.ndim == 0:
        array = np.full([1, event_size], array)
    elif array.ndim == 1 and event_size == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != event_size or not array.shape[0]:
        raise ValueError(
            f"values of {prior_name} must be one number, or of shape [batch, {event_size}]"
            f"{' or [batch]' if event_size == 1 else ''}, got shape {list(np.shape(values))}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"values of {prior_name} must be finite, got {values!r}")
    return tf.constant(array)


def spread(n: int, count: int) -> np.ndarray:
    """`n` indices that run evenly through `range(count)`: 0, 1, 2, ... where n equals count."""
    return np.arange(n) * count // n


def checked_size(size: int, owner: str) -> int:
    """Returns `size` as an int; ValueError unless it is an integer >= 1."""
    return checked(f"{owner}: size", size, Integer(1))
