"""The values that a continuous code has in training."""

from infogan_tf.distributions import Distribution, Gaussian, Uniform

STDS = 2.0  # Of a Gaussian: 95 % of its values.


def prior_range(distribution: Distribution) -> tuple[float, float]:
    """The range of a continuous prior: all of a uniform one, mean +- 2 std of a Gaussian.

    >>> prior_range(Uniform(-1, 1)), prior_range(Gaussian(1, 2))
    ((-1.0, 1.0), (-3.0, 5.0))
    """
    if isinstance(distribution, Uniform):
        return distribution.low, distribution.high
    if isinstance(distribution, Gaussian):
        return distribution.mean - STDS * distribution.std, distribution.mean + STDS * distribution.std
    raise ValueError(f"distribution must be Uniform or Gaussian, got {distribution!r}")
