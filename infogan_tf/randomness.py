"""Random numbers of a run as functions of (seed, step), without any state to save.

A stream has a key, which is known before anything is computed; TensorFlow's generator, Philox, encrypts a counter with
it (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). The step is half of the counter, so that a graph
derives nothing, and a GPU waits for no seed.
"""

import enum
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

PHILOX = 1  # As TensorFlow's operations number their generators.


class Stream(enum.IntEnum):
    """Independent sources of randomness; values of a release must not change."""

    DISCRIMINATOR_UPDATE = 0
    GENERATOR_UPDATE = 1
    DATA_ORDER = 2
    PREVIEW = 3
    GENERATE = 4
    EVALUATION = 5
    FIGURES = 6


class Seed(NamedTuple):
    """What one random operation draws from; TensorFlow's own stateless operations take it too, as their seed `[2]`."""

    key: int  # 64 bits, as int64. Other keys have independent numbers.
    step: tf.Tensor  # int64. Other steps have other numbers of the same key.


def stream_seed(seed: int, stream: Stream, step: tf.Tensor | int = 0) -> Seed:
    """The seed of one stream at one step."""
    return Seed(_key(int(seed), stream), tf.cast(step, tf.int64))


def split_seed(seed: Seed, count: int) -> list[Seed]:
    """`count` independent seeds derived from one, which must not be used otherwise."""
    key, step = seed
    return [Seed(_key(int(key) % 2**64, index), step) for index in range(count)]


def replica_seed(seed: Seed) -> Seed:
    """The seed of this device where several train together, which would otherwise all draw the same; `seed` on one."""
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas == 1:
        return seed
    replica = tf.distribute.get_replica_context().replica_id_in_sync_group
    return Seed(seed.key, seed.step * replicas + tf.cast(replica, tf.int64))


def uniform(shape: Sequence[int | tf.Tensor], seed: Seed, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Draws float32 numbers of a shape, uniform on [low, high)."""
    drawn = tf.raw_ops.StatelessRandomUniformV2(shape=shape, **_generator(seed))
    return drawn if (low, high) == (0, 1) else drawn * (high - low) + low


def normal(shape: Sequence[int | tf.Tensor], seed: Seed) -> tf.Tensor:
    """Draws float32 numbers of a shape from N(0, 1)."""
    return tf.raw_ops.StatelessRandomNormalV2(shape=shape, **_generator(seed))


def integers(shape: Sequence[int | tf.Tensor], seed: Seed, low: int, high: int) -> tf.Tensor:
    """Draws int32 numbers of a shape, low <= number < high."""
    return tf.raw_ops.StatelessRandomUniformIntV2(shape=shape, minval=low, maxval=high, **_generator(seed))


def _key(parent: int, child: int) -> int:
    return int(np.random.SeedSequence(parent, spawn_key=(child,)).generate_state(1, np.uint64).view(np.int64)[0])


def _generator(seed: Seed) -> dict[str, Any]:
    key, step = seed
    # A draw counts up from the step, in the half of the counter that the step leaves free.
    counter = tf.stack([tf.constant(0, tf.int64), tf.cast(step, tf.int64)])
    return {"key": np.array([int(key)]).view(np.uint64), "counter": tf.bitcast(counter, tf.uint64), "alg": PHILOX}
