"""Random shifts, which keep D from learning a small set of images by heart."""

import tensorflow as tf


def random_shift(images: tf.Tensor, max_shift: int, seed: tf.Tensor) -> tf.Tensor:
    """Moves each image by its own whole number of pixels, at most `max_shift`, in both directions; zeros come in.

    Differentiable in the images, so that G learns through it.

    Args:
        images: `[batch, height, width, channels]`.
        max_shift: largest shift in pixels; 0 returns the images as they are.
        seed: integers `[2]`.
    """
    if not max_shift:
        return images
    batch_size = tf.shape(images)[0]
    shifts = tf.random.stateless_uniform([batch_size, 2], seed, -max_shift, max_shift + 1, tf.int32)
    zero, one = tf.zeros([batch_size]), tf.ones([batch_size])
    dx, dy = tf.unstack(tf.cast(shifts, tf.float32), axis=1)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([one, zero, dx, zero, one, dy, zero, zero], axis=1),
        output_shape=images.shape[1:3],
        fill_value=0.0,
        interpolation="NEAREST",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(moved, images.shape)
