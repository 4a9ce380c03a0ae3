import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import affine_transform, grey_dilation, grey_erosion

from infogan_tf.augmentation import (
    DigitAugmentation,
    PhotographAugmentation,
    _random_affine,
    _random_crop,
    diff_augment,
    random_deformation,
    random_shift,
    random_view,
)
from infogan_tf.randomness import split_seed

SEED = tf.constant([7, 8], tf.int64)


@pytest.fixture
def images(random_images):
    return tf.constant(random_images(64, (9, 9, 2)), tf.float32)


def shifted(image, dy, dx):
    """The plain way: crop out of an image with a border of zeros."""
    padded = np.pad(image, ((3, 3), (3, 3), (0, 0)))
    return padded[3 + dy : 12 + dy, 3 + dx : 12 + dx]


def test_every_image_is_shifted_by_whole_pixels_and_padded_with_zeros(images):
    moved = random_shift(images, 2, tf.constant([1, 2])).numpy()
    moves = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
    pairs = zip(images.numpy(), moved, strict=True)
    found = [move for before, after in pairs for move in moves if np.array_equal(shifted(before, *move), after)]
    assert len(found) == len(images)
    assert {dy for dy, _ in found} == {dx for _, dx in found} == {-2, -1, 0, 1, 2}
    assert len(set(found)) > 15, "the two directions hang together"


def plain_strokes(images, strength, seed):
    """By scipy, image by image, from the same random amounts."""
    amounts = tf.random.stateless_uniform([len(images), 1, 1, 1], seed, -strength, strength).numpy().ravel()
    changed = []
    for image, amount in zip(images.numpy(), amounts, strict=True):
        morphology, share = (grey_dilation, amount) if amount > 0 else (grey_erosion, -0.6 * amount)
        changed.append((1 - share) * image + share * morphology(image, size=(3, 3, 1), mode="nearest"))
    return tf.constant(np.stack(changed))


def plain_deformation(images, strength, seed):
    """By scipy, image by image, from the same random matrices."""
    seed, stroke_seed = split_seed(seed, 2)
    images = plain_strokes(images, min(strength, 1), stroke_seed)
    matrices, shifts = _random_affine(len(images), strength, seed)
    size = np.array(images.shape[1:3])
    center = (size - 1) / 2
    deformed = []
    for image, matrix, shift in zip(images.numpy(), matrices.numpy(), shifts.numpy()[..., 0], strict=True):
        offset = center - matrix @ center + shift * size
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


def test_deformations_are_as_large_as_documented_and_every_image_has_its_own():
    matrices, shifts = (value.numpy() for value in _random_affine(4000, 1.0, tf.constant([1, 2])))
    angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert 19.5 < angles.max() <= 20
    assert -20 <= angles.min() < -19.5
    scales = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    assert 1.2 < scales.max() <= np.exp(0.2) + 1e-6
    assert np.exp(-0.4) - 1e-6 <= np.linalg.det(matrices).min() < 0.72
    assert 0.068 < np.abs(shifts).max() <= 0.07
    assert len(np.unique(angles)) > 3900


def test_gradient_of_deformation_is_exact(images):
    seed = tf.constant([5, 6])
    weights = tf.random.stateless_normal(images.shape, seed)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(weights * random_deformation(images, 1.0, seed))
    gradient = tape.gradient(loss, images)
    # A step along the gradient, large enough for float32 and small enough to keep which neighbor is the largest.
    change = 0.05 * tf.sign(gradient)
    changed = random_deformation(images + change, 1.0, seed) - random_deformation(images, 1.0, seed)
    expected = tf.reduce_sum(weights * changed)
    assert float(tf.reduce_sum(gradient * change)) == pytest.approx(float(expected), rel=0.02)


@pytest.fixture
def photographs():
    return tf.random.stateless_uniform([300, 12, 16, 3], [1, 2])


def test_digits_are_deformed_and_lose_rectangles_of_all_shapes_for_q():
    images = 1 + tf.random.stateless_uniform([300, 28, 28, 1], [1, 2])
    deformed = random_deformation(images, 0.5, split_seed(SEED, 3)[0]).numpy()
    changed = DigitAugmentation().for_codes(images, 0.5, SEED).numpy()
    is_cut = changed != deformed
    assert (changed[is_cut] == 0).all()
    heights, widths = is_cut.any(axis=(2, 3)).sum(axis=1), is_cut.any(axis=(1, 3)).sum(axis=1)
    # Up to 0.5 * 0.6 of 28 pixels, less where a part lies outside of the image.
    for sides, others in ((heights, widths), (widths, heights)):
        assert sides.max() in (8, 9)
        assert 3.0 < sides.mean() < 4.2
        assert (sides > 2 * others).any()
    centers = [np.argwhere(one)[:, :2].mean(axis=0) for one in is_cut if one.any()]
    assert np.ptp(centers, axis=0).min() > 20


@pytest.mark.parametrize(
    ("kind", "change"), [(DigitAugmentation, random_shift), (PhotographAugmentation, diff_augment)]
)
def test_a_share_of_images_or_all_or_none_are_changed_for_d(kind, change, photographs):
    changed = kind(probability=0.25).for_discriminator(photographs, 3, SEED)
    assert 0.15 < np.mean(np.any(changed != photographs, axis=(1, 2, 3))) < 0.35
    np.testing.assert_array_equal(changed, kind(probability=0.25).for_discriminator(photographs, 3, SEED))
    all_changed = kind(probability=1).for_discriminator(photographs, 3, SEED)
    np.testing.assert_array_equal(all_changed, change(photographs, 3, SEED))
    assert kind().for_discriminator(photographs, 0, SEED) is photographs
    assert kind().for_codes(photographs, 0.0, SEED) is photographs


@pytest.mark.parametrize(
    ("augmentation", "largest", "text"),
    [
        (DigitAugmentation(), 2, "shifted by up to 5 pixels with a probability of 0.5"),
        (DigitAugmentation(1), 2, "shifted by up to 5 pixels"),
        (PhotographAugmentation(), 8, "with other colors, shifted by up to 5 pixels and with a part cut out with a .*"),
    ],
)
def test_small_sets_are_augmented_for_d_as_described_and_saved(augmentation, largest, text):
    assert augmentation.default_max_shift(19_999, 64) == largest
    assert augmentation.default_max_shift(20_000, 64) == 0
    assert re.fullmatch(text, augmentation.describe(5))
    saved = keras.saving.serialize_keras_object(augmentation)
    assert keras.saving.deserialize_keras_object(saved) == augmentation


def test_a_wrong_probability_is_refused():
    with pytest.raises(ValueError, match=r"probability of DigitAugmentation must be a number > 0 and <= 1, got 1\.5"):
        DigitAugmentation(1.5)


def test_diff_augment_cuts_a_rectangle_of_half_the_size_out_and_shifts(photographs):
    augmented = diff_augment(photographs, 3, SEED).numpy()
    gray = np.all(augmented == 0.5, axis=3)
    # A pixel of random color is gray only where it is missing: outside of the shifted image, or in the hole.
    shifts, areas = set(), []
    for missing in gray:
        rows, columns = np.all(missing, axis=1), np.all(missing, axis=0)
        edges = [np.argmin(line[::step]) for line in (rows, columns) for step in (1, -1)]
        shifts.add(tuple(edges))
        areas.append(missing[~rows][:, ~columns].sum())
    assert max(areas) == 6 * 8
    assert min(areas) < 20
    for axis in (slice(0, 2), slice(2, 4)):
        assert {max(edges[axis]) for edges in shifts} >= {0, 1, 2, 3}


def test_diff_augment_changes_colors_as_much_as_documented(photographs):
    """Read from the pixels, which stay where they are where nothing was shifted."""
    bright = diff_augment(tf.fill([400, 8, 8, 1], 0.75), 1, SEED).numpy().max(axis=(1, 2, 3))
    assert 0.5 <= bright.min() < 0.52
    assert 0.98 < bright.max() <= 1
    augmented = diff_augment(photographs, 1, SEED).numpy()
    stretches, contrasts = [], []
    for before, after in zip(photographs.numpy(), augmented, strict=True):
        seen = ~np.all(after == 0.5, axis=2)
        colors, new_colors = before[seen], after[seen]
        gray, new_gray = colors.mean(axis=1), new_colors.mean(axis=1)
        contrast, _ = np.polyfit(gray, new_gray, 1)
        if np.allclose(new_gray, np.poly1d(np.polyfit(gray, new_gray, 1))(gray), atol=1e-4):  # Was not shifted.
            contrasts.append(contrast)
            stretches.append(np.median((new_colors - new_gray[:, None]) / (colors - gray[:, None])) / contrast)
    assert len(contrasts) > 15
    assert 0.5 <= min(contrasts) < 0.7
    assert 1.3 < max(contrasts) <= 1.5
    assert -1e-3 <= min(stretches) < 0.4
    assert 1.6 < max(stretches) <= 2.001


def test_crops_are_inside_and_as_large_as_documented():
    """A bilinear crop of a ramp is a ramp between the crop's two ends."""
    rows, columns = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 13), indexing="ij")
    ramps = tf.constant(np.tile(np.stack([rows, columns], axis=2), [500, 1, 1, 1]), tf.float32)
    crops = _random_crop(ramps, 0.3, SEED).numpy()
    tops, bottoms = crops[:, 0, 0], crops[:, -1, -1]
    expected = tops[:, None, None] + (bottoms - tops)[:, None, None] * ramps.numpy()
    np.testing.assert_allclose(crops, expected, atol=1e-5)
    sides = bottoms - tops
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], atol=1e-5)
    assert 0.7 - 1e-5 <= sides.min() < 0.71
    assert 0.99 < sides.max() <= 1 + 1e-5
    assert 0 <= tops.min() < 0.01
    assert 0.99 < bottoms.max() <= 1 + 1e-5
    assert abs(np.corrcoef(tops.T)[0, 1]) < 0.8, "rows and columns are cropped together"


def test_views_are_mirrored_only_where_flips_are_on():
    ramps = tf.tile(tf.reshape(tf.linspace(0.0, 1.0, 12), [1, 1, 12, 1]), [200, 8, 1, 1])
    for flips, share in ((False, 0), (True, 0.5)):
        view = random_view(ramps, 1.0, flips, SEED).numpy()
        assert np.mean(view[:, 4, 0, 0] > view[:, 4, -1, 0]) == pytest.approx(share, abs=0.1)


def test_views_change_colors_mildly():
    bright = np.full([500, 8, 8, 3], [0.2, 0.5, 0.8], np.float32)
    view = random_view(tf.constant(bright), 1.0, False, SEED).numpy()[:, 4, 4]
    assert 0.4 <= view.mean(axis=1).min() < 0.41
    assert 0.59 < view.mean(axis=1).max() <= 0.6
    ranges = np.ptp(view, axis=1)
    assert 0.6 * 0.64 <= ranges.min() < 0.6 * 0.7
    assert 0.6 * 1.36 < ranges.max() <= 0.6 * 1.441


@pytest.mark.parametrize(
    "change",
    [
        lambda images: diff_augment(images, 3, SEED),
        lambda images: random_view(images, 1.0, True, SEED),
        lambda images: PhotographAugmentation().for_discriminator(images, 3, SEED),
        lambda images: random_shift(images, 2, SEED),
    ],
)
def test_gradient_of_what_is_affine_is_exact(change, photographs):
    weights, step = (tf.random.stateless_normal(photographs.shape, [seed, 2]) for seed in (3, 4))
    with tf.GradientTape() as tape:
        tape.watch(photographs)
        loss = tf.reduce_sum(weights * change(photographs))
    gradient = tape.gradient(loss, photographs)
    # The change is affine in the images, so any step will do.
    expected = tf.reduce_sum(weights * (change(photographs + step) - change(photographs)))
    assert float(tf.reduce_sum(gradient * step)) == pytest.approx(float(expected), rel=1e-3)
    assert np.any(gradient != weights)
