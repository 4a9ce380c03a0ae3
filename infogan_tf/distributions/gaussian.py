"""Normally distributed codes."""

import math

import keras
import tensorflow as tf

from infogan_tf.checks import check_number, is_number
from infogan_tf.distributions.continuous import DEFAULT_MIN_STD, LOG_SQRT_2PI, ContinuousDistribution, GaussianPosterior


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

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        return tf.random.stateless_normal([batch_size, self.size], seed, self.mean, self.std)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return GaussianPosterior(self.mean, self.std).log_prob(codes)

    def entropy(self) -> float:
        return self.size * (math.log(self.std) + LOG_SQRT_2PI + 0.5)
