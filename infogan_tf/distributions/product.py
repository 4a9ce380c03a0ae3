"""Several independent codes under one name."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.distributions.base import Distribution
from infogan_tf.randomness import split_seed


class Product(Distribution):
    """Independent distributions side by side; codes and Q's outputs are concatenated in order.

    The posterior's parameters are a tuple with one entry per component.

    Args:
        components: at least one distribution.

    Raises:
        ValueError: there is no component, or one is not a `Distribution`.

    >>> from infogan_tf.distributions import Categorical
    >>> Product([Categorical(10), Categorical(10)])
    Product([Categorical(10), Categorical(10)])
    >>> Product([Categorical(10), Categorical(10)]).event_size
    20
    """

    def __init__(self, components: Sequence[Distribution]):
        self.components = tuple(components) if isinstance(components, Iterable) else ()
        if not self.components or not all(isinstance(c, Distribution) for c in self.components):
            raise ValueError(f"Product: components must be one or more distributions, got {components!r}")
        self.event_size = sum(c.event_size for c in self.components)
        self.param_size = sum(c.param_size for c in self.components)
        self.is_discrete = all(c.is_discrete for c in self.components)
        self.prior_name = " x ".join(c.prior_name for c in self.components)
        self.posterior_name = " x ".join(c.posterior_name for c in self.components)

    def __repr__(self) -> str:
        return f"Product([{', '.join(map(repr, self.components))}])"

    def _split(self, codes: tf.Tensor) -> list[tf.Tensor]:
        return tf.split(codes, [c.event_size for c in self.components], axis=-1)

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        seeds = split_seed(seed, len(self.components))
        return tf.concat([c.sample(batch_size, s) for c, s in zip(self.components, seeds, strict=True)], axis=-1)

    def log_prob(self, codes: tf.Tensor) -> tf.Tensor:
        return tf.add_n([c.log_prob(part) for c, part in zip(self.components, self._split(codes), strict=True)])

    def entropy(self) -> float:
        return sum(c.entropy() for c in self.components)

    def encode(self, values: Any) -> tf.Tensor:
        """Takes one entry per component (`[3, 1.5]`), or ready codes `[batch, event_size]`."""
        if isinstance(values, np.ndarray | tf.Tensor) and np.ndim(values) == 2:
            parts = self._split(tf.cast(values, tf.float32)) if values.shape[1] == self.event_size else ()
        else:
            parts = values if isinstance(values, Sequence) else ()
        if len(parts) != len(self.components):
            raise ValueError(
                f"values of {self.prior_name} must be a list of {len(self.components)} entries or an array of shape "
                f"[batch, {self.event_size}], got {values!r}"
            )
        encoded = [c.encode(part) for c, part in zip(self.components, parts, strict=True)]
        lengths = {int(part.shape[0]) for part in encoded} - {1}
        if len(lengths) > 1:
            raise ValueError(f"entries of {self.prior_name} must agree in length, got lengths {sorted(lengths)}")
        batch_size = max(lengths, default=1)
        return tf.concat([tf.broadcast_to(part, [batch_size, part.shape[1]]) for part in encoded], axis=-1)

    def posterior(self, flat: tf.Tensor) -> tuple[Any, ...]:
        parts = tf.split(flat, [c.param_size for c in self.components], axis=-1)
        return tuple(c.posterior(part) for c, part in zip(self.components, parts, strict=True))

    def posterior_log_prob(self, codes: tf.Tensor, params: tuple[Any, ...]) -> tf.Tensor:
        parts = zip(self.components, self._split(codes), params, strict=True)
        return tf.add_n([c.posterior_log_prob(part, p) for c, part, p in parts])

    def posterior_mean(self, params: tuple[Any, ...]) -> tf.Tensor:
        return self._concat("posterior_mean", params)

    def posterior_mode(self, params: tuple[Any, ...]) -> tf.Tensor:
        return self._concat("posterior_mode", params)

    def posterior_std(self, params: tuple[Any, ...]) -> tf.Tensor:
        return self._concat("posterior_std", params)

    def posterior_entropy(self, params: tuple[Any, ...]) -> tf.Tensor:
        return tf.add_n([c.posterior_entropy(p) for c, p in zip(self.components, params, strict=True)])

    def posterior_kl(self, params: tuple[Any, ...], other: tuple[Any, ...]) -> tf.Tensor:
        pairs = zip(self.components, params, other, strict=True)
        return tf.add_n([c.posterior_kl(p, q) for c, p, q in pairs])

    def posterior_kl_to_prior(self, params: tuple[Any, ...]) -> tf.Tensor:
        return tf.add_n([c.posterior_kl_to_prior(p) for c, p in zip(self.components, params, strict=True)])

    def traversal(self, n: int, low: float, high: float) -> tf.Tensor:
        return tf.concat([c.traversal(n, low, high) for c in self.components], axis=-1)

    def describe_traversal(self, n: int, low: float, high: float) -> str:
        return "; ".join(c.describe_traversal(n, low, high) for c in self.components)

    def _concat(self, method: str, params: tuple[Any, ...]) -> tf.Tensor:
        return tf.concat([getattr(c, method)(p) for c, p in zip(self.components, params, strict=True)], axis=-1)
