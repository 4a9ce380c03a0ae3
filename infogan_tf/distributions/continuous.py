"""Continuous codes, whose posterior is a diagonal Gaussian: uniform and normally distributed ones."""

import math
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution
from infogan_tf.options import check_integer, check_number, is_number
from infogan_tf.randomness import Seed, normal, uniform

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
DEFAULT_MIN_STD = 0.05


class GaussianPosterior(NamedTuple):
    """Q(c|x) of a continuous code, see `Distribution.posterior`: a diagonal Gaussian, `[batch, size]`.

    >>> posterior = GaussianPosterior(mean=tf.constant([[0.5]]), std=tf.constant([[0.1]]))
    >>> round(float(posterior.log_prob([[0.5]])[0]), 3)
    1.384
    """

    mean: tf.Tensor
    std: tf.Tensor

    parameters = ("mean", "std")

    @property
    def mode(self) -> tf.Tensor:
        return self.mean

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        standardized = (codes - self.mean) / self.std
        return tf.reduce_sum(-0.5 * tf.square(standardized) - tf.math.log(self.std) - LOG_SQRT_2PI, axis=-1)

    def entropy(self) -> tf.Tensor:
        return tf.reduce_sum(tf.math.log(self.std) + LOG_SQRT_2PI + 0.5, axis=-1)


class ContinuousDistribution(Distribution):
    """A prior whose posterior Q(c|x) is a diagonal Gaussian.

    Paper, section 6: Q gives mean and std, std = exp(output). Here a floor is added to a learned std, because the
    density, and with it the bound on the mutual information, would otherwise be unbounded. With a fixed std Q
    gives only the mean; the original code, which fixes the std to 1 for MNIST, has outputs for it that go unused.

    Args:
        size: how many independent codes, >= 1.
        posterior_std: Q's fixed standard deviation, positive; learned if None.
        min_std: the floor under a learned standard deviation, positive.

    Attributes:
        range: the lowest and the highest value that a code has in training, or nearly always has.
    """

    range: tuple[float, float]

    def __init__(self, size: int, posterior_std: float | None, min_std: float):
        name, is_learned = type(self).__name__, posterior_std is None
        self.size = self.event_size = self.value_size = check_integer(f"size of {name}", size, 1)
        self.posterior_std = None if is_learned else check_number(f"posterior_std of {name}", posterior_std, True)
        self.min_std = check_number(f"min_std of {name}", min_std, positive=True)
        self.param_size = 2 * self.size if is_learned else self.size
        std = f"learned, at least {self.min_std:g}" if is_learned else f"{self.posterior_std:g}"
        self.posterior_name = f"Gaussian(std {std})"

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return np.asarray(codes)

    def posterior(self, flat: tf.Tensor) -> GaussianPosterior:
        mean = flat[:, : self.size]
        if self.posterior_std is not None:
            return GaussianPosterior(mean, tf.fill(tf.shape(mean), self.posterior_std))
        return GaussianPosterior(mean, self.min_std + tf.exp(flat[:, self.size :]))

    def scaled_range(self, scale: float) -> tuple[float, float]:
        """`scale` times the range, about its middle."""
        low, high = self.range
        middle, half = (low + high) / 2, scale * (high - low) / 2
        return middle - half, middle + half

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        values = np.linspace(*self.scaled_range(scale), n)
        return tf.constant(np.repeat(values[:, None], self.size, axis=1), tf.float32)

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        low, high = self.scaled_range(scale)
        return f"from {low:g} to {high:g}"


@keras.saving.register_keras_serializable("infogan_tf")
class Uniform(ContinuousDistribution):
    """`size` independent codes, each uniform on [low, high] a priori. Q gives a diagonal Gaussian.

    The entropy is the uniform prior's own, log(high - low) per code. The original code scores the code under N(0, 1)
    instead, so its continuous mutual information reads 0.3925 nat per U(-1, 1) code too high.

    `size`, `posterior_std` and `min_std` are those of `ContinuousDistribution`.

    >>> Uniform(-1, 1, size=62)
    Uniform(size=62)
    >>> round(Uniform(-1, 1).entropy(), 4)
    0.6931
    """

    def __init__(
        self,
        low: float = -1.0,
        high: float = 1.0,
        size: int = 1,
        posterior_std: float | None = None,
        min_std: float = DEFAULT_MIN_STD,
    ):
        if not (is_number(low) and is_number(high) and low < high and is_number(high - low)):
            raise ValueError(f"low of Uniform must be less than high, both finite, got low {low!r}, high {high!r}")
        super().__init__(size, posterior_std, min_std)
        self.low, self.high = self.range = (float(low), float(high))
        self.prior_name = f"Uniform({self.low:g}, {self.high:g})"

    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        return uniform([batch_size, self.size], seed, self.low, self.high)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        inside = tf.reduce_all((codes >= self.low) & (codes <= self.high), axis=-1)
        return tf.where(inside, -self.entropy(), -math.inf)

    def entropy(self) -> float:
        return self.size * math.log(self.high - self.low)


@keras.saving.register_keras_serializable("infogan_tf")
class Gaussian(ContinuousDistribution):
    """`size` independent codes, each N(mean, std) a priori. Q gives a diagonal Gaussian.

    `size`, `posterior_std` and `min_std` are those of `ContinuousDistribution`.

    >>> Gaussian(2, 0.5, posterior_std=1)
    Gaussian(mean=2.0, std=0.5, posterior_std=1.0)
    >>> round(Gaussian().entropy(), 4)
    1.4189
    """

    def __init__(
        self,
        mean: float = 0.0,
        std: float = 1.0,
        size: int = 1,
        posterior_std: float | None = None,
        min_std: float = DEFAULT_MIN_STD,
    ):
        if not is_number(mean):
            raise ValueError(f"mean of Gaussian must be a finite number, got {mean!r}")
        super().__init__(size, posterior_std, min_std)
        self.mean, self.std = float(mean), check_number("std of Gaussian", std, positive=True)
        self.range = (self.mean - 2 * self.std, self.mean + 2 * self.std)  # 95 % of the values.
        self.prior_name = f"Gaussian({self.mean:g}, {self.std:g})"

    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        return self.mean + self.std * normal([batch_size, self.size], seed)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return GaussianPosterior(self.mean, self.std).log_prob(codes)

    def entropy(self) -> float:
        return self.size * (math.log(self.std) + LOG_SQRT_2PI + 0.5)
