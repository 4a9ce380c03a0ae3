"""Random shifts and deformations of images before D or Q sees them."""

import math

import tensorflow as tf

from infogan_tf.randomness import split_seed
from infogan_tf.settings import Integer, Number, checked

# The largest deformations at strength 1; each is drawn evenly between minus and plus.
ROTATION = math.radians(20)
LOG_SCALE = 0.2  # Of each axis by itself.
SHEAR = 0.3
SHIFT = 0.07  # Of the image's size.
# Shares of the image with thicker or thinner strokes in a mixture with the image itself.
THICKER, THINNER = 1.0, 0.6


def random_shift(images: tf.Tensor, max_shift: int, seed: tf.Tensor) -> tf.Tensor:
    """Shifts each image by its own integer number of pixels, at most `max_shift`, in both directions; zeros come in.

    It prevents D from overfitting small data sets. Differentiable in the images, so that G learns through it.

    Args:
        images: `[batch, height, width, channels]`.
        max_shift: largest shift in pixels; 0 returns the images as they are.
        seed: integers `[2]`.

    Raises:
        ValueError: `max_shift` is not an integer >= 0.
    """
    max_shift = checked("max_shift", max_shift, Integer(0))
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


def random_deformation(images: tf.Tensor, strength: float, seed: tf.Tensor) -> tf.Tensor:
    """Turns, scales, shears and moves each image, and thickens or thins its strokes, by its own random amounts.

    At strength 1 by up to 20 degrees, a fifth of its size along each axis, a shear of 0.3, 7 % of its size, and one
    pixel of stroke on each side; zeros come in. Pixels are interpolated between their four neighbours. Differentiable
    in the images, with the exact gradient.

    Args:
        images: `[batch, height, width, channels]`.
        strength: a factor on all of it, though strokes change by a pixel at most; 0 returns the images as they are.
        seed: integers `[2]`.

    Raises:
        ValueError: `strength` is not a number >= 0.
    """
    strength = checked("strength", strength, Number())
    if not strength:
        return images
    affine_seed, stroke_seed = split_seed(seed, 2)
    images = _random_strokes(images, min(strength, 1.0), stroke_seed)
    batch_size = tf.shape(images)[0]
    height, width = images.shape[1:3]
    matrices, shifts = _random_affine(batch_size, strength, affine_seed)
    rows, columns = tf.meshgrid(_centred(height), _centred(width), indexing="ij")
    places = tf.stack([tf.reshape(rows, [-1]), tf.reshape(columns, [-1])])  # [2, height * width]
    sources = matrices @ places + shifts * [[height], [width]] + [[(height - 1) / 2], [(width - 1) / 2]]
    return tf.reshape(_interpolate(images, sources[:, 0], sources[:, 1]), tf.shape(images))


def _random_strokes(images: tf.Tensor, strength: float, seed: tf.Tensor) -> tf.Tensor:
    """Mixes each image with itself dilated or eroded by one pixel; bright strokes on dark ground grow or shrink."""
    amount = tf.random.stateless_uniform([tf.shape(images)[0], 1, 1, 1], seed, -strength, strength)
    thicker = tf.nn.max_pool2d(images, 3, 1, "SAME")
    thinner = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    change = tf.where(amount > 0, THICKER * (thicker - images), THINNER * (images - thinner))
    return images + amount * change


def _random_affine(batch_size: tf.Tensor, strength: float, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """From a place in the deformed image to its source: matrices `[batch, 2, 2]`, shifts `[batch, 2, 1]` in sizes."""
    uniform = tf.random.stateless_uniform([6, batch_size], seed, -strength, strength)
    angle, shear = ROTATION * uniform[0], SHEAR * uniform[1]
    scale_y, scale_x = tf.exp(LOG_SCALE * uniform[2]), tf.exp(LOG_SCALE * uniform[3])
    sine, cosine = tf.sin(angle), tf.cos(angle)
    top = tf.stack([cosine * scale_y, (shear * cosine - sine) * scale_x], axis=1)
    bottom = tf.stack([sine * scale_y, (shear * sine + cosine) * scale_x], axis=1)
    return tf.stack([top, bottom], axis=1), SHIFT * tf.transpose(uniform[4:])[..., None]


def _interpolate(images: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Pixels `[batch, places, channels]` at places `[batch, places]` between the pixels.

    TensorFlow's own ImageProjectiveTransform does it in one operation, but gives only an approximate gradient.
    """
    height, width, channels = images.shape[1:]
    # A border of zeros, one pixel wide, stands for everything outside.
    padded = tf.reshape(tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]]), [-1, (height + 2) * (width + 2), channels])
    total = 0.0
    for row, row_weight in _neighbours(rows, height):
        for column, column_weight in _neighbours(columns, width):
            pixels = tf.gather(padded, row * (width + 2) + column, batch_dims=1)
            total += (row_weight * column_weight)[..., None] * pixels
    return total


def _neighbours(positions: tf.Tensor, size: int) -> list[tuple[tf.Tensor, tf.Tensor]]:
    """The two pixels around each position, as indices into the padded images, with their weights."""
    below = tf.floor(positions)
    fraction = positions - below
    first = tf.cast(below, tf.int32) + 1
    return [
        (tf.clip_by_value(first, 0, size + 1), 1 - fraction),
        (tf.clip_by_value(first + 1, 0, size + 1), fraction),
    ]


def _centred(size: int) -> tf.Tensor:
    return tf.range(size, dtype=tf.float32) - (size - 1) / 2
