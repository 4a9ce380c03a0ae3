"""Codes that go around: angles."""

import math
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution
from infogan_tf.randomness import Seed, uniform

HALF_TURN = 180.0
LOG_2PI = math.log(2 * math.pi)
TINY = 1e-12  # Keeps the gradient of a length finite at zero.


class VonMisesPosterior(NamedTuple):
    """Q(c|x) of a circular code, see `Distribution.posterior`: the von Mises distribution, the circle's normal one.

    Its natural parameters `[batch, 2]` point to the most probable angle, and the longer they are, the surer is Q. The
    mean lies inside of the circle, the mode on it; `log_prob` takes unit vectors and is per radian.

    >>> posterior = VonMisesPosterior(tf.constant([[0.0, 4.0]]))
    >>> posterior.angle.numpy().tolist(), posterior.concentration.numpy().tolist()
    ([[90.0]], [[4.0]])
    """

    natural: tf.Tensor

    parameters = ("angle", "concentration")

    @property
    def concentration(self) -> tf.Tensor:
        """Concentration kappa `[batch, 1]`, positive: 0 is uniform, and a large one has a variance of 1 / kappa."""
        return tf.sqrt(tf.reduce_sum(tf.square(self.natural), axis=-1, keepdims=True) + TINY)

    @property
    def angle(self) -> tf.Tensor:
        """Most probable angle `[batch, 1]`, degrees from -180 to 180."""
        return _angles_of(self.natural)

    @property
    def angle_std(self) -> tf.Tensor:
        """Circular standard deviation `[batch, 1]`, degrees (Mardia and Jupp 2000, equation 2.3.11)."""
        return tf.sqrt(-2 * tf.math.log(self._resultant_length)) * (HALF_TURN / math.pi)

    @property
    def mode(self) -> tf.Tensor:
        return self.natural / self.concentration

    @property
    def mean(self) -> tf.Tensor:
        return self._resultant_length * self.mode

    @property
    def std(self) -> tf.Tensor:
        second_moment = 1 - 2 * self._resultant_length / self.concentration
        variance = 0.5 * (1 + second_moment * (2 * tf.square(self.mode) - 1)) - tf.square(self.mean)
        return tf.sqrt(tf.maximum(variance, 0))

    @property
    def _resultant_length(self) -> tf.Tensor:
        """Length of the expected code, I_1(kappa) / I_0(kappa), `[batch, 1]`."""
        return tf.math.bessel_i1e(self.concentration) / tf.math.bessel_i0e(self.concentration)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(self.natural * codes, axis=-1) - self._log_normalizer

    def entropy(self) -> tf.Tensor:
        return self._log_normalizer - tf.reduce_sum(self.natural * self.mean, axis=-1)

    @property
    def _log_normalizer(self) -> tf.Tensor:
        """log of 2 pi I_0(kappa), `[batch]`."""
        concentration = self.concentration[:, 0]
        return concentration + tf.math.log(tf.math.bessel_i0e(concentration)) + LOG_2PI


@keras.saving.register_keras_serializable("infogan_tf")
class Circular(Distribution):
    """An angle, uniform over the full turn a priori; a code is its (cos, sin). Q gives a von Mises distribution.

    For what goes around, such as the side that an object is seen from: a code on an interval can follow it over a part
    of the turn only, since both of its ends would have to look the same. Values are degrees; 360 is 0.

    >>> Circular().decode(Circular().encode([90, 270])).round(3).tolist()
    [[90.0], [-90.0]]
    """

    event_size = param_size = 2
    value_size = 1
    encoding = "(cos, sin)"
    is_circular = True
    prior_name = "Circular"
    posterior_name = "von Mises"
    expected_value = "an angle in degrees, or its (cos, sin)"
    range = (-HALF_TURN, HALF_TURN)

    def sample(self, batch_size: int, seed: Seed) -> tf.Tensor:
        return _codes_of(uniform([batch_size, 1], seed, *self.range))

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return tf.fill(tf.shape(codes)[:1], -self.entropy())

    def entropy(self) -> float:
        return LOG_2PI

    def _encode(self, values: np.ndarray) -> np.ndarray:
        return _codes_of(tf.constant(values)).numpy()

    def _are_codes(self, codes: np.ndarray) -> bool:
        return np.allclose(np.linalg.norm(codes, axis=1), 1, atol=1e-3)

    def decode(self, codes: tf.Tensor) -> np.ndarray:
        return _angles_of(codes).numpy()

    def mix(self, first: tf.Tensor, last: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        """Turns from the one angle to the other, the shorter way."""
        start, turn = _angles_of(first), _angles_of(last) - _angles_of(first)
        return _codes_of(start + shares * (tf.math.floormod(turn + HALF_TURN, 2 * HALF_TURN) - HALF_TURN))

    def posterior(self, flat: tf.Tensor) -> VonMisesPosterior:
        return VonMisesPosterior(natural=flat)

    def scaled_range(self, scale: float) -> tuple[float, float]:
        """The full turn for every scale: there is nothing beyond it."""
        return self.range

    def traversal(self, n: int, scale: float = 1.0) -> tf.Tensor:
        return _codes_of(tf.constant(np.linspace(*self.range, n, endpoint=False)[:, None], tf.float32))

    def describe_traversal(self, n: int, scale: float = 1.0) -> str:
        return "once around, from -180 degrees"


def _codes_of(degrees: tf.Tensor) -> tf.Tensor:
    """(cos, sin) of angles `[..., 1]` in degrees: `[..., 2]`."""
    radians = degrees * (math.pi / HALF_TURN)
    return tf.concat([tf.cos(radians), tf.sin(radians)], axis=-1)


def _angles_of(codes: tf.Tensor) -> tf.Tensor:
    """The angles `[..., 1]` of vectors `[..., 2]`, degrees from -180 to 180."""
    return tf.atan2(codes[..., 1:], codes[..., :1]) * (HALF_TURN / math.pi)
