"""Base class of continuous codes, whose posterior is a diagonal Gaussian."""

import abc
import math
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution, as_codes, checked_size
from infogan_tf.settings import FLOAT32_MAX, Number, checked, short_number

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
DEFAULT_MIN_STD = 0.05


class GaussianPosterior(NamedTuple):
    """Q(c|x) of a continuous code: a diagonal Gaussian.

    Attributes:
        mean: `[batch, size]`.
        std: standard deviation `[batch, size]`, positive.
    """

    mean: tf.Tensor
    std: tf.Tensor

    parameters = ("mean", "std")

    @property
    def mode(self) -> tf.Tensor:
        """Most probable code, `[batch, size]`."""
        return self.mean

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        """log Q(c|x) of codes `[batch, size]`: nats `[batch]`."""
        return gaussian_log_prob(codes, self.mean, self.std)

    def entropy(self) -> tf.Tensor:
        """Differential entropy, nats `[batch]`."""
        return tf.reduce_sum(tf.math.log(self.std) + LOG_SQRT_2PI + 0.5, axis=-1)


def gaussian_log_prob(values: tf.Tensor, mean: tf.Tensor, std: tf.Tensor) -> tf.Tensor:
    """log N(values; mean, std), summed over the last axis: nats `[batch]`."""
    standardized = (values - mean) / std
    return tf.reduce_sum(-0.5 * tf.square(standardized) - tf.math.log(std) - LOG_SQRT_2PI, axis=-1)


def is_finite(value: Any) -> bool:
    """Whether a value is a number that float32 can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FLOAT32_MAX


class ContinuousDistribution(Distribution):
    """A prior whose posterior Q(c|x) is a diagonal Gaussian.

    Paper, section 6: Q gives mean and std, std = exp(output). Here a floor is added to a learned std, because the
    density, and with it the bound on the mutual information, would otherwise be unbounded. With a fixed std Q
    gives only the mean; the original code, which fixes the std to 1 for MNIST, has outputs for it that go unused.

    Args:
        size: how many independent codes.
        posterior_std: a fixed positive std; learned when None.
        min_std: the floor under a learned std, positive.
    """

    def __init__(self, size: int, posterior_std: float | None, min_std: float):
        owner, positive = type(self).__name__, Number(positive=True)
        self.event_size = self.value_size = checked_size(size, owner)
        learned = posterior_std is None
        self.fixed_std = None if learned else float(checked(f"{owner}: posterior_std", posterior_std, positive))
        self.min_std = float(checked(f"{owner}: min_std", min_std, positive))
        self.param_size = self.event_size * (2 if learned else 1)
        spread_name = f"learned, at least {self.min_std:g}" if learned else f"{self.fixed_std:g}"
        self.posterior_name = f"Gaussian(std {spread_name})"

    def _repr(self, *prior: float) -> str:
        """The call that makes this distribution, from its prior's parameters."""
        arguments = list(map(short_number, prior))
        if self.event_size != 1:
            arguments.append(f"size={self.event_size}")
        if self.fixed_std is not None:
            arguments.append(f"posterior_std={short_number(self.fixed_std)}")
        if self.min_std != DEFAULT_MIN_STD:
            arguments.append(f"min_std={short_number(self.min_std)}")
        return f"{type(self).__name__}({', '.join(arguments)})"

    def get_config(self) -> dict[str, Any]:
        """The arguments other than the prior's."""
        return {"size": self.event_size, "posterior_std": self.fixed_std, "min_std": self.min_std}

    def encode(self, values: Any) -> tf.Tensor:
        return as_codes(values, self.event_size, self.prior_name)

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.asarray(codes)

    def posterior(self, flat: tf.Tensor) -> GaussianPosterior:
        mean = flat[:, : self.event_size]
        if self.fixed_std is not None:
            return GaussianPosterior(mean, tf.fill(tf.shape(mean), self.fixed_std))
        return GaussianPosterior(mean, self.min_std + tf.exp(flat[:, self.event_size :]))

    @property
    @abc.abstractmethod
    def range(self) -> tuple[float, float]:
        """The lowest and the highest value that a code has in training, or nearly always has."""

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        values = np.linspace(*self.scaled_range(scale), n)
        return tf.constant(np.repeat(values[:, None], self.event_size, axis=1), tf.float32)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        low, high = self.scaled_range(scale)
        return f"from {low:g} to {high:g}"

    def scaled_range(self, scale: float) -> tuple[float, float]:
        """`scale` times the range, about its middle."""
        low, high = self.range
        middle, half = (low + high) / 2, scale * (high - low) / 2
        return middle - half, middle + half
