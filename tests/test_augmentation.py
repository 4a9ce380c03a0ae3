import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import affine_transform, grey_dilation, grey_erosion

from infogan_tf.augmentation import _random_affine, _random_strokes, random_deformation, random_shift
from infogan_tf.randomness import split_seed


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


def plain_strokes(images, strength, seed):
    """By scipy, image by image, from the same random amounts."""
    amounts = tf.random.stateless_uniform([len(images), 1, 1, 1], seed, -strength, strength).numpy().ravel()
    changed = []
    for image, amount in zip(images.numpy(), amounts, strict=True):
        morphology, share = (grey_dilation, amount) if amount > 0 else (grey_erosion, -0.6 * amount)
        changed.append((1 - share) * image + share * morphology(image, size=(3, 3, 1), mode="nearest"))
    return tf.constant(np.stack(changed))


def test_strokes_are_those_of_scipy(images):
    seed = tf.constant([3, 4])
    np.testing.assert_allclose(_random_strokes(images, 1.0, seed), plain_strokes(images, 1.0, seed), rtol=1e-5)
    lines = np.zeros([200, 9, 9, 1], np.float32)
    lines[:, :, 4] = 1
    widths = _random_strokes(tf.constant(lines), 1.0, seed).numpy().sum(axis=2)[:, 4, 0]
    assert 0.4 <= widths.min() < 0.5
    assert 2.9 < widths.max() <= 3


def plain_deformation(images, strength, seed):
    """By scipy, image by image, from the same random matrices."""
    seed, stroke_seed = split_seed(seed, 2)
    images = plain_strokes(images, min(strength, 1), stroke_seed)
    matrices, shifts = _random_affine(len(images), strength, seed)
    size = np.array(images.shape[1:3])
    centre = (size - 1) / 2
    deformed = []
    for image, matrix, shift in zip(images.numpy(), matrices.numpy(), shifts.numpy()[..., 0], strict=True):
        offset = centre - matrix @ centre + shift * size
        channels = [
            affine_transform(np.pad(channel, 1), matrix, offset + 1 - matrix @ [1, 1], order=1)[1:-1, 1:-1]
            for channel in np.moveaxis(image, -1, 0)
        ]
        deformed.append(np.stack(channels, axis=-1))
    return np.stack(deformed)


def test_deformation_is_that_of_scipy(images):
    seed = tf.constant([3, 4])
    for strength in (0.5, 1.5):
        got = random_deformation(images, strength, seed)
        assert got.shape == images.shape
        np.testing.assert_allclose(got, plain_deformation(images, strength, seed), atol=0.02)
        assert np.any(got != images)


def test_deformations_are_as_far_as_said_and_every_image_has_its_own():
    matrices, shifts = (value.numpy() for value in _random_affine(4000, 1.0, tf.constant([1, 2])))
    angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert 19.5 < angles.max() <= 20
    assert -20 <= angles.min() < -19.5
    scales = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    assert 1.2 < scales.max() <= np.exp(0.2) + 1e-6
    areas = np.linalg.det(matrices)
    assert np.exp(-0.4) - 1e-6 <= areas.min() < 0.72
    assert 0.068 < np.abs(shifts).max() <= 0.07
    assert len(np.unique(angles)) > 3900


def test_strength_zero_returns_the_images(images):
    assert random_deformation(images, 0.0, tf.constant([1, 2])) is images


def test_gradient_of_deformation_is_exact(images):
    seed = tf.constant([5, 6])
    weights = tf.random.stateless_normal(images.shape, seed)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(weights * random_deformation(images, 1.0, seed))
    gradient = tape.gradient(loss, images)
    # Every part of it commutes with a factor, so the gradient's inner product with the images is the loss itself.
    assert float(tf.reduce_sum(gradient * images)) == pytest.approx(float(loss), rel=1e-4)
    # A step along the gradient, large enough for float32 and small enough to keep which neighbour is the largest.
    change = 0.05 * tf.sign(gradient)
    changed = random_deformation(images + change, 1.0, seed) - random_deformation(images, 1.0, seed)
    expected = tf.reduce_sum(weights * changed)
    assert float(tf.reduce_sum(gradient * change)) == pytest.approx(float(expected), rel=0.02)
