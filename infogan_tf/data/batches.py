"""Batches of real images as a function of (seed, step)."""

import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Stream


class ImageBatches:
    """Endless batches from one uint8 array; every pass sees every image once, in an order of its own.

    Nothing is kept between batches: a pass's order depends on (seed, pass) alone, and a batch may run over the end of
    one pass into the next.

    Args:
        images: uint8 `[number, height, width, channels]`.
        batch_size: images in a batch.
        seed: decides the order.

    >>> batches = ImageBatches(np.zeros([10, 28, 28, 1], np.uint8), batch_size=4, seed=0)
    >>> sorted(np.concatenate([batches.indices(step) for step in range(5)])[:10].tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int):
        self.images = tf.constant(images)
        self.batch_size = batch_size
        self.seed = seed

    def indices(self, step: tf.Tensor | int) -> tf.Tensor:
        """Which images make up the batch of a step: int64 `[batch]`."""
        number = len(self.images)
        positions = tf.cast(step, tf.int64) * self.batch_size + tf.range(self.batch_size, dtype=tf.int64)
        passes = positions // number
        constants = tf.constant([self.seed, int(Stream.DATA_ORDER)], tf.int64)
        # The raw operation takes a seed for each position; tf.random.experimental.index_shuffle fails on several.
        seeds = tf.concat([tf.tile(constants[None], [self.batch_size, 1]), passes[:, None]], axis=1)
        return tf.raw_ops.RandomIndexShuffle(
            index=positions % number, seed=seeds, max_index=tf.constant(number - 1, tf.int64), rounds=4
        )

    def __call__(self, step: tf.Tensor | int) -> tf.Tensor:
        """The batch of a step: float32 `[batch, height, width, channels]` in [0, 1]."""
        return as_floats(tf.gather(self.images, self.indices(step)))


def as_floats(images: tf.Tensor | np.ndarray) -> tf.Tensor:
    """uint8 pixels as floats in [0, 1]."""
    return tf.cast(images, tf.float32) / 255
