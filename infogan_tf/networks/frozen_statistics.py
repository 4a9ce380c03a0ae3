"""Runs a network without updating its moving averages."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf


@contextlib.contextmanager
def frozen_statistics(network: keras.Model) -> Iterator[None]:
    """Restores a network's moving averages at the end of the block, such as those of batch norm layers of any kind.

    Batches are normalized by their own statistics meanwhile. A G update passes through D, and a D update through G:
    neither may change anything of the other. The states of random layers do advance, so that the masks of a dropout
    differ from pass to pass.
    """
    # Keras counts the states of random layers among a network's variables, but not among its weights.
    before = [(weight, tf.identity(weight.value)) for weight in network.non_trainable_weights]
    try:
        yield
    finally:
        for weight, value in before:
            weight.assign(value)
