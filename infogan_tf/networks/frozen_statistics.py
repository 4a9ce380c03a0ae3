"""Passing through a network without moving anything of it."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf


@contextlib.contextmanager
def frozen_statistics(network: keras.Model) -> Iterator[None]:
    """Puts back what passes through a network move besides its gradients: the averages of batch norm, of any kind.

    Batches keep their own statistics meanwhile. A G update passes through D, and a D update through G: neither may
    move anything of the other.
    """
    before = [(variable, tf.identity(variable.value)) for variable in network.non_trainable_variables]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)
