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
from infogan_tf.randomness import Stream, integers, split_seed, stream_seed, uniform

SEED = stream_seed(0, Stream.GENERATE)


@pytest.fixture
def images(random_images):
    return tf.constant(random_images(64, (9, 9, 2)), tf.float32)


@pytest.fixture(scope="module")
def photographs():
    return tf.random.stateless_uniform([300, 12, 16, 3], [1, 2])


def test_every_image_is_shifted_by_whole_pixels_and_padded_with_zeros(images):
    moved = random_shift(images, 2, SEED).numpy()
    moves = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    found = [
        (dy, dx)
        for before, after in zip(padded, moved, strict=True)
        for dy, dx in moves
        if np.array_equal(before[2 + dy : 11 + dy, 2 + dx : 11 + dx], after)
    ]
    assert len(found) == len(images)
    assert {dy for dy, _ in found} == {dx for _, dx in found} == {-2, -1, 0, 1, 2}
    assert len(set(found)) > 15, "the two directions hang together"


def test_shifts_and_their_gradients_are_tensorflows_own_to_the_bit(photographs):
    rows, columns = tf.unstack(tf.cast(integers([300, 2, 1], SEED, -3, 4)[..., 0], tf.float32), axis=1)
    zero, one = tf.zeros([300]), tf.ones([300])

    def reference(images):
        transforms = tf.stack([one, zero, columns, zero, one, rows, zero, zero], axis=1)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images, transforms=transforms, output_shape=[12, 16], fill_value=0.0, interpolation="NEAREST"
        )

    moved = []
    for move in (reference, lambda images: random_shift(images, 3, SEED)):
        with tf.GradientTape() as tape:
            tape.watch(photographs)
            result = move(photographs)
            loss = tf.reduce_sum(result**2)
        moved.append((result, tape.gradient(loss, photographs)))
    np.testing.assert_array_equal(*moved)


def plain_deformation(images, strength, seed):
    """By scipy, image by image, from the same random amounts."""
    seed, stroke_seed = split_seed(seed, 2)
    most = min(strength, 1)
    amounts = uniform([len(images), 1, 1, 1], stroke_seed, -most, most).numpy().ravel()
    matrices, shifts = (value.numpy() for value in _random_affine(len(images), strength, seed))
    size = np.array(images.shape[1:3])
    center = (size - 1) / 2
    deformed = []
    for image, amount, matrix, shift in zip(images.numpy(), amounts, matrices, shifts[..., 0], strict=True):
        morphology, share = (grey_dilation, amount) if amount > 0 else (grey_erosion, -0.6 * amount)
        strokes = (1 - share) * image + share * morphology(image, size=(3, 3, 1), mode="nearest")
        offset = center - matrix @ center + shift * size
        channels = [
            affine_transform(np.pad(channel, 1), matrix, offset + 1 - matrix @ [1, 1], order=1)[1:-1, 1:-1]
            for channel in np.moveaxis(strokes, -1, 0)
        ]
        deformed.append(np.stack(channels, axis=-1))
    return np.stack(deformed)


@pytest.mark.parametrize("strength", [0.5, 1.5])
def test_deformation_is_that_of_scipy(images, strength):
    got = random_deformation(images, strength, SEED)
    np.testing.assert_allclose(got, plain_deformation(images, strength, SEED), atol=0.02)
    assert np.any(got != images)


def test_deformations_are_as_large_as_documented_and_every_image_has_its_own():
    matrices, shifts = (value.numpy() for value in _random_affine(4000, 1.0, SEED))
    angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert 19.5 < angles.max() <= 20
    assert -20 <= angles.min() < -19.5
    scales = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    assert 1.2 < scales.max() <= np.exp(0.2) + 1e-6
    assert np.exp(-0.4) - 1e-6 <= np.linalg.det(matrices).min() < 0.72
    assert 0.068 < np.abs(shifts).max() <= 0.07
    assert len(np.unique(angles)) > 3900


def test_digits_are_deformed_and_lose_rectangles_of_all_shapes_for_q():
    images = 1 + tf.random.stateless_uniform([3000, 20, 20, 1], [1, 2])
    deformed = random_deformation(images, 0.5, split_seed(SEED, 3)[0]).numpy()
    changed = DigitAugmentation().for_codes(images, 0.5, SEED).numpy()
    is_cut = changed != deformed
    assert (changed[is_cut] == 0).all()
    heights, widths = is_cut.any(axis=(2, 3)).sum(axis=1), is_cut.any(axis=(1, 3)).sum(axis=1)
    # Up to 0.5 * 0.6 of 20 pixels, less where a part lies outside of the image.
    assert (heights.max(), widths.max()) == (6, 6)
    # Ten standard errors; of squares it would be 0.8.
    assert abs(np.corrcoef(heights[heights > 0], widths[heights > 0])[0, 1]) < 0.2, "the sides hang together"
    assert is_cut.any(axis=0).all(), "a rectangle may lie anywhere"


@pytest.mark.parametrize(
    ("kind", "change"), [(DigitAugmentation, random_shift), (PhotographAugmentation, diff_augment)]
)
def test_a_share_of_images_or_all_or_none_are_changed_for_d(kind, change, photographs):
    many = tf.tile(photographs, [4, 1, 1, 1])
    changed = kind(probability=0.25).for_discriminator(many, 3, SEED)
    # Five standard errors, less that a shift by nothing changes nothing.
    assert np.mean(np.any(changed != many, axis=(1, 2, 3))) == pytest.approx(0.25, abs=0.065)
    all_changed = kind(probability=1).for_discriminator(photographs, 3, SEED)
    np.testing.assert_array_equal(all_changed, change(photographs, 3, SEED))
    assert kind().for_discriminator(photographs, 0, SEED) is photographs


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


def test_diff_augment_cuts_a_rectangle_of_half_the_size_out_and_shifts(photographs):
    gray = np.all(diff_augment(photographs, 3, SEED).numpy() == 0.5, axis=3)
    # A pixel of random color is gray only where it is missing: outside of the shifted image, or in the hole.
    shifts, areas = set(), []
    for missing in gray:
        rows, columns = np.all(missing, axis=1), np.all(missing, axis=0)
        shifts.add(tuple(np.argmin(line[::step]) for line in (rows, columns) for step in (1, -1)))
        areas.append(missing[~rows][:, ~columns].sum())
    assert max(areas) == 6 * 8
    assert min(areas) < 20
    for axis in (slice(0, 2), slice(2, 4)):
        assert {max(edges[axis]) for edges in shifts} >= {0, 1, 2, 3}


def ends(images):
    """The colors of a row's two ends, of a row in which no hole is: a hole has half of the height."""
    top, bottom = images.numpy()[:, 0], images.numpy()[:, -1]
    rows = np.where(np.all(top == 0.5, axis=2).any(axis=1)[:, None, None], bottom, top)
    return rows[:, 0], rows[:, -1]


@pytest.mark.parametrize(
    ("change", "largest"),
    [
        (lambda images: diff_augment(images, 0, SEED), (0.25, 0.5, 1.0)),
        (lambda images: random_view(images, 1.0, False, SEED), (0.1, 0.2, 0.2)),
    ],
)
def test_brightness_contrast_and_saturation_change_as_much_as_documented(change, largest):
    """Read from images of one gray, and from images of two halves, which every crop shows."""
    halves = np.repeat([[0.2, 0.4, 0.6], [0.4, 0.6, 0.8]], 8, axis=0).astype(np.float32)
    left, right = ends(change(tf.tile(halves[None, None], [1000, 16, 1, 1])))
    brightness = ends(change(tf.fill([1000, 16, 16, 3], 0.4)))[0].mean(axis=1) - 0.4
    contrast = (right - left).mean(axis=1) / 0.2
    saturation = np.ptp(left, axis=1) / (0.4 * contrast)
    for most, changes in zip(largest, (brightness, contrast - 1, saturation - 1), strict=True):
        assert 0.97 * most < changes.max() <= most + 1e-5
        assert 0.97 * most < -changes.min() <= most + 1e-5


def test_crops_are_inside_and_as_large_as_documented():
    """A bilinear crop of a ramp is a ramp between the crop's two ends."""
    ramps = np.stack(np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 13), indexing="ij"), axis=2)
    crops = _random_crop(tf.constant(np.tile(ramps, [2000, 1, 1, 1]), tf.float32), 0.3, SEED).numpy()
    starts, ends = crops[:, 0, 0], crops[:, -1, -1]
    sides = ends - starts
    np.testing.assert_allclose(crops, starts[:, None, None] + sides[:, None, None] * ramps, atol=1e-5)
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], atol=1e-5)
    for values, lowest, highest in ((sides, 0.7, 1), (starts, 0, 0.3), (ends, 0.7, 1)):
        for smallest, largest in zip(values.min(axis=0), values.max(axis=0), strict=True):
            assert lowest - 1e-5 <= smallest < lowest + 0.04
            assert highest - 0.04 < largest <= highest + 1e-5
    assert abs(np.corrcoef(starts.T)[0, 1]) < 0.8, "rows and columns are cropped together"


@pytest.mark.parametrize(("flips", "share"), [(False, 0), (True, 0.5)])
def test_views_are_mirrored_only_where_flips_are_on(flips, share):
    ramps = tf.tile(tf.reshape(tf.linspace(0.0, 1.0, 12), [1, 1, 12, 1]), [1000, 8, 1, 1])
    view = random_view(ramps, 1.0, flips, SEED).numpy()
    assert np.mean(view[:, 4, 0, 0] > view[:, 4, -1, 0]) == pytest.approx(share, abs=0.08), "five standard errors"


@pytest.mark.parametrize(
    "change",
    [
        lambda images: random_deformation(images, 1.0, SEED),
        lambda images: diff_augment(images, 3, SEED),
        lambda images: random_view(images, 1.0, True, SEED),
    ],
    ids=["deformation", "diff_augment", "view"],
)
def test_gradients_are_exact(change, photographs):
    images = 255 * photographs
    weights = tf.random.stateless_normal(images.shape, [3, 2])
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(weights * change(images))
    gradient = tape.gradient(loss, images)
    # A step along the gradient or, where there is none, in any direction: large enough for float32, and small enough to
    # keep which neighbor is the largest.
    step = 0.05 * tf.sign(gradient + 1e-6 * weights)
    expected = tf.reduce_sum(weights * (change(images + step) - change(images)))
    assert float(tf.reduce_sum(gradient * step)) == pytest.approx(float(expected), rel=0.01)
