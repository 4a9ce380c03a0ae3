"""Batches of real images as a function of (seed, step)."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Stream

# A graph would turn a division by 255 into this, which in a few values differs in the last bit.
PIXEL_STEP = np.float32(1) / np.float32(255)


class ImageBatches:
    """Endless batches from uint8 images `[number, height, width, channels]`, each pass in an order of its own.

    Only the images of a batch are read, so a memory-mapped array stays on disk. A pass's order depends on (seed, pass)
    alone, and a batch may run over the end of one pass into the next.

    >>> batches = ImageBatches(np.zeros([10, 28, 28, 1], np.uint8), batch_size=4, seed=0)
    >>> sorted(np.concatenate([batches.indices(step) for step in range(5)])[:10].tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int):
        self.images = images
        self.batch_size = batch_size
        self.seed = seed

    def indices(self, step: int, part: int = 0, parts: int = 1) -> np.ndarray:
        """Which images make up the batch of a step, or one of its equal parts: int64 `[batch / parts]`."""
        number, size = len(self.images), self.batch_size // parts
        positions = int(step) * self.batch_size + part * size + np.arange(size)
        # The raw operation takes a seed for each position; tf.random.experimental.index_shuffle fails on several.
        seeds = np.stack(np.broadcast_arrays(self.seed, int(Stream.DATA_ORDER), positions // number), axis=-1)
        with tf.device("CPU"):  # There is no other kernel.
            # Given arrays instead of tensors, it takes several times as long.
            index, seed, max_index = map(tf.constant, (positions % number, seeds, np.int64(number - 1)))
            return tf.raw_ops.RandomIndexShuffle(index=index, seed=seed, max_index=max_index, rounds=4).numpy()

    def __call__(self, step: int, part: int = 0, parts: int = 1) -> tf.Tensor:
        """The batch of a step, or one of its equal parts: uint8 `[batch / parts, height, width, channels]`.

        Of a part only its own images are read.
        """
        return tf.constant(self.images[self.indices(step, part, parts)])


def made_ahead(make: Callable[[int], Any], start: int) -> Iterator[Any]:
    """What `make` makes of each step from `start` on; a thread makes the next one in the meantime."""
    with ThreadPoolExecutor(1) as executor:
        coming = executor.submit(make, start)
        for step in itertools.count(start):
            batch, coming = coming.result(), executor.submit(make, step + 1)
            yield batch


def as_floats(images: tf.Tensor | np.ndarray) -> tf.Tensor:
    """uint8 pixels as floats in [0, 1], the same bits inside and outside of a graph."""
    return tf.cast(images, tf.float32) * PIXEL_STEP


def floats(images: tf.Tensor) -> tf.Tensor:
    """Images that may be uint8 as floats in [0, 1]."""
    return as_floats(images) if images.dtype == tf.uint8 else images


def as_pixels(images: tf.Tensor) -> tf.Tensor:
    """Floats as uint8 pixels; what lies outside of [0, 1] is clipped."""
    return tf.cast(tf.round(tf.clip_by_value(images, 0, 1) * 255), tf.uint8)
