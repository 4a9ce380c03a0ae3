"""Normally distributed codes."""

import math
from typing import Any

import keras
import tensorflow as tf

from infogan_tf.distributions.continuous import (
    DEFAULT_MIN_STD,
    LOG_SQRT_2PI,
    ContinuousDistribution,
    gaussian_log_prob,
    is_finite,
)
from infogan_tf.settings import Number, plain


@keras.saving.register_keras_serializable("infogan_tf")
class Gaussian(ContinuousDistribution):
    """`size` independent codes, each N(mean, std) a priori. Q gives a diagonal Gaussian.

    Args:
        mean: the prior's mean.
        std: the prior's standard deviation, positive.
        size: how many codes.
        posterior_std: Q's fixed standard deviation; learned if None.
        min_std: the floor under a learned standard deviation.

    Raises:
        ValueError: a number is not finite, a std is not positive, or `size` is not an integer >= 1.

    >>> Gaussian(0, 2, posterior_std=1)
    Gaussian(0, 2, posterior_std=1)
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
        mean, std = plain(mean), plain(std)
        if not (is_finite(mean) and Number(positive=True).accepts(std)):
            raise ValueError(f"Gaussian: mean must be finite and std positive, got mean {mean!r}, std {std!r}")
        super().__init__(size, posterior_std, min_std)
        self.mean, self.std = float(mean), float(std)
        self.prior_name = f"Gaussian({self.mean:g}, {self.std:g})"

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "std": self.std, **super().get_config()}

    def __repr__(self) -> str:
        return self._repr(self.mean, self.std)

    @property
    def range(self) -> tuple[float, float]:
        """Mean +- 2 std: 95 % of the values."""
        return self.mean - 2 * self.std, self.mean + 2 * self.std

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        return tf.random.stateless_normal([batch_size, self.event_size], seed, self.mean, self.std)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return gaussian_log_prob(codes, self.mean, self.std)

    def entropy(self) -> float:
        return self.event_size * (math.log(self.std) + LOG_SQRT_2PI + 0.5)
