import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.augmentation import random_shift


@pytest.fixture
def images(random_images):
    return tf.constant(random_images(64, (9, 9, 2)), tf.float32)


def shifted(image, dy, dx):
    """The plain way: crop out of an image with a border of zeros."""
    padded = np.pad(image, ((3, 3), (3, 3), (0, 0)))
    return padded[3 + dy : 12 + dy, 3 + dx : 12 + dx]


def test_every_image_is_moved_by_whole_pixels_and_zeros_come_in(images):
    moved = random_shift(images, 2, tf.constant([1, 2])).numpy()
    found = []
    for before, after in zip(images.numpy(), moved, strict=True):
        candidates = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
        found += [move for move in candidates if np.array_equal(shifted(before, *move), after)]
    assert len(found) == len(images)
    assert {dy for dy, _ in found} == {dx for _, dx in found} == {-2, -1, 0, 1, 2}
    assert len(set(found)) > 15, "the two directions hang together"


def test_no_shift_returns_the_images(images):
    assert random_shift(images, 0, tf.constant([1, 2])) is images


def test_seed_decides(images):
    first = random_shift(images, 2, tf.constant([1, 2]))
    np.testing.assert_array_equal(first, random_shift(images, 2, tf.constant([1, 2])))
    assert np.any(first.numpy() != random_shift(images, 2, tf.constant([1, 3])).numpy())


def test_gradient_is_that_of_the_plain_way(images):
    seed = tf.constant([1, 2])
    weights = tf.random.stateless_normal(images.shape, seed)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(weights * random_shift(images, 2, seed))
    gradient = tape.gradient(loss, images)
    # The shift is linear, so the gradient's inner product with the images is the loss itself.
    assert float(tf.reduce_sum(gradient * images)) == pytest.approx(float(loss), rel=1e-4)
    # A pixel that was moved out of the picture has no part in the loss: its gradient is zero, and else its weight.
    assert set(np.unique(gradient.numpy())) <= {0.0, *np.unique(weights.numpy())}
