"""Random numbers of a run as functions of (seed, step), without any state to save."""

import enum

import tensorflow as tf


class Stream(enum.IntEnum):
    """Independent sources of randomness; values of a release must not change."""

    DISCRIMINATOR_UPDATE = 0
    GENERATOR_UPDATE = 1
    DATA_ORDER = 2
    PREVIEW = 3
    GENERATE = 4
    EVALUATION = 5
    FIGURES = 6


def stream_seed(seed: int, stream: Stream, step: tf.Tensor | int = 0) -> tf.Tensor:
    """The seed `[2]` (int64) of one stream at one step, for TensorFlow's stateless operations."""
    base = tf.constant([seed, int(stream)], tf.int64)
    return tf.random.experimental.stateless_fold_in(base, tf.cast(step, tf.int64))


def split_seed(seed: tf.Tensor, count: int) -> list[tf.Tensor]:
    """`count` independent seeds `[2]` (int64) derived from one, which must not be used otherwise."""
    # The result has the index's type: a plain Python integer would leave 32 bits of the seed.
    return [tf.random.experimental.stateless_fold_in(seed, tf.constant(index, tf.int64)) for index in range(count)]


def replica_seed(seed: tf.Tensor) -> tf.Tensor:
    """The seed of this device where several train together, which would otherwise all draw the same; `seed` on one."""
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return seed
    replica = tf.distribute.get_replica_context().replica_id_in_sync_group
    return tf.random.experimental.stateless_fold_in(seed, tf.cast(replica, tf.int64))
