"""Random changes of images before D or Q sees them: of digits, and of photographs.

Everything is differentiable in the images, with the exact gradient, so that G learns through it. Images are
`[batch, height, width, channels]`, in [0, 1]; each changes by its own random amounts, which follow from a seed.
"""

import abc
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.options import check_number
from infogan_tf.randomness import Seed, integers, split_seed, uniform

# D overfits a few thousand images within 2,000 updates, and 60,000 not within a whole run.
FEW_IMAGES = 20_000

# Digits. The largest deformations at strength 1; each is drawn evenly between minus and plus.
ROTATION = math.radians(20)
LOG_SCALE = 0.2  # Of each axis by itself.
SHEAR = 0.3
SHIFT = 0.07  # Of the image's size.
CUTOUT = 0.6  # Of the image's size. It joins digits with and without an optional stroke, such as crossed sevens.
# Shares of the image with thicker or thinner strokes in a mixture with the image itself. Without the factor 1 the
# gradients would be summed in another order.
THICKER, THINNER = 1.0, 0.6

# Photographs, for Q: the largest changes at strength 1.
CROP = 0.3  # How much of each side is cut away.
BRIGHTNESS, CONTRAST, SATURATION = 0.1, 0.2, 0.2
# Photographs, for D: as in DiffAugment, whose images lie in [-1, 1], where brightness changes by twice as much.
DIFF_BRIGHTNESS, DIFF_CONTRAST, DIFF_SATURATION = 0.25, 0.5, 1.0
DIFF_SHIFT, DIFF_CUTOUT = 1 / 8, 1 / 2  # Of the image's size.
GRAY = 0.5  # Fills what was shifted in or cut out of a photograph, as in DiffAugment.


def diff_augment(images: tf.Tensor, max_shift: int, seed: Seed) -> tf.Tensor:
    """Changes brightness, saturation and contrast of each image, shifts it, and cuts a square of half its size out.

    DiffAugment (Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training"), with gray in place of
    missing pixels; there `max_shift`, in pixels, is an eighth of the size. Values may leave [0, 1]: clipping would cut
    gradients off.
    """
    color_seed, shift_seed, cutout_seed = split_seed(seed, 3)
    images = _random_color(images, DIFF_BRIGHTNESS, DIFF_CONTRAST, DIFF_SATURATION, color_seed)
    images = GRAY + random_shift(images - GRAY, max_shift, shift_seed)
    return GRAY + _random_cutout(images - GRAY, tf.fill([2, 1, 1], DIFF_CUTOUT), cutout_seed)


def random_view(images: tf.Tensor, strength: float, flips: bool, seed: Seed) -> tf.Tensor:
    """Enlarges a part of each image to the whole, changes its colors and, with `flips`, mirrors half of the images.

    At strength 1 a crop has 70 % to 100 % of each side, at any at least a tenth; brightness changes by up to 0.1,
    contrast and saturation by a fifth. Values may leave [0, 1], as in `diff_augment`.
    """
    crop_seed, color_seed, flip_seed = split_seed(seed, 3)
    images = _random_crop(images, min(CROP * strength, 0.9), crop_seed)
    contrast, saturation = min(CONTRAST * strength, 1.0), min(SATURATION * strength, 1.0)
    images = _random_color(images, BRIGHTNESS * strength, contrast, saturation, color_seed)
    return tf.where(_some(images, 0.5, flip_seed), tf.reverse(images, [2]), images) if flips else images


def random_shift(images: tf.Tensor, max_shift: int, seed: Seed) -> tf.Tensor:
    """Shifts each image by an integer number of pixels, at most `max_shift`, in both directions; zeros come in."""
    return _shifted(images, integers([tf.shape(images)[0], 2, 1], seed, -max_shift, max_shift + 1), max_shift)


def random_deformation(images: tf.Tensor, strength: float, seed: Seed) -> tf.Tensor:
    """Rotates, scales, shears and shifts each image, and thickens or thins its strokes, by its own random amounts.

    At strength 1 by up to 20 degrees, a fifth of its size along each axis, a shear of 0.3, 7 % of its size, and one
    pixel of stroke on each side, which is the most at any strength; zeros come in. Pixels are interpolated between
    their four neighbors.
    """
    affine_seed, stroke_seed = split_seed(seed, 2)
    images = _random_strokes(images, min(strength, 1.0), stroke_seed)
    batch_size = tf.shape(images)[0]
    height, width = images.shape[1:3]
    matrices, shifts = _random_affine(batch_size, strength, affine_seed)
    center = [[(height - 1) / 2], [(width - 1) / 2]]
    places = tf.constant(np.indices([height, width]).reshape(2, -1) - center, tf.float32)
    sources = matrices @ places + shifts * [[height], [width]] + center
    return tf.reshape(_interpolate(images, sources[:, 0], sources[:, 1]), tf.shape(images))


def _shifted(images: tf.Tensor, shifts: tf.Tensor, border: int) -> tf.Tensor:
    """Images whose pixel (0, 0) is that at the shift `[batch, 2, 1]`, of rows and columns, at most `border`."""

    @tf.custom_gradient
    def shifted(images: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        padded = tf.pad(images, [[0, 0], [border, border], [border, border], [0, 0]])
        rows, columns = (border + shifts[:, axis] + tf.range(images.shape[1 + axis]) for axis in (0, 1))
        moved = tf.gather(tf.gather(padded, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)
        return tf.ensure_shape(moved, images.shape), lambda upstream: _shifted(upstream, -shifts, border)

    return shifted(images)


def _random_color(images: tf.Tensor, brightness: float, contrast: float, saturation: float, seed: Seed) -> tf.Tensor:
    """Adds up to `brightness` to each image, then stretches it about its gray and about its mean, by 1 +- a share."""
    drawn = uniform([3, tf.shape(images)[0], 1, 1, 1], seed, -1.0, 1.0)
    images += brightness * drawn[0]
    gray = tf.reduce_mean(images, axis=3, keepdims=True)
    images = gray + (1 + saturation * drawn[1]) * (images - gray)
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return mean + (1 + contrast * drawn[2]) * (images - mean)


def _random_cutout(images: tf.Tensor, sides: tf.Tensor, seed: Seed) -> tf.Tensor:
    """Sets a rectangle to zero; its center lies anywhere, so that a part may be outside.

    `sides` are its height and width as shares of the image's, `[2, batch, 1]` or for all `[2, 1, 1]`.
    """
    batch_size, (height, width) = tf.shape(images)[0], images.shape[1:3]
    centers = uniform([2, batch_size, 1], seed)
    inside = [
        tf.abs(tf.range(size, dtype=tf.float32) + 0.5 - size * center) < size * side / 2
        for size, center, side in zip((height, width), tf.unstack(centers), tf.unstack(sides), strict=True)
    ]
    hole = inside[0][:, :, None, None] & inside[1][:, None, :, None]
    return tf.where(hole, tf.zeros_like(images), images)


def _random_crop(images: tf.Tensor, most: float, seed: Seed) -> tf.Tensor:
    """Keeps at least the share 1 - `most` of both sides, at a random place, and enlarges it to the whole."""
    height, width = images.shape[1:3]
    drawn = uniform([3, tf.shape(images)[0], 1], seed)
    removed = most * drawn[0]
    rows = removed * drawn[1] * (height - 1) + (1 - removed) * tf.range(height, dtype=tf.float32)
    columns = removed * drawn[2] * (width - 1) + (1 - removed) * tf.range(width, dtype=tf.float32)
    rows, columns = tf.repeat(rows, width, axis=1), tf.tile(columns, [1, height])
    return tf.reshape(_interpolate(images, rows, columns), tf.shape(images))


def _some(images: tf.Tensor, probability: float, seed: Seed) -> tf.Tensor:
    """Whether each image is one of a random share, `[batch, 1, 1, 1]`."""
    return uniform([tf.shape(images)[0], 1, 1, 1], seed) < probability


def _random_strokes(images: tf.Tensor, strength: float, seed: Seed) -> tf.Tensor:
    """Mixes each image with itself dilated or eroded by one pixel; bright strokes on dark ground grow or shrink."""
    amount = uniform([tf.shape(images)[0], 1, 1, 1], seed, -strength, strength)
    thicker, thinner = _largest_neighbors(images), -_largest_neighbors(-images)
    change = tf.where(amount > 0, THICKER * (thicker - images), THINNER * (images - thinner))
    return images + amount * change


def _largest_neighbors(images: tf.Tensor) -> tf.Tensor:
    """The largest of each pixel and its eight neighbors."""
    # TensorFlow's pooling is fast only for many channels: here all images are the channels of one.
    pooled = tf.nn.max_pool2d(tf.transpose(images, [3, 1, 2, 0]), 3, 1, "SAME")
    return tf.transpose(pooled, [3, 1, 2, 0])


def _random_affine(batch_size: tf.Tensor, strength: float, seed: Seed) -> tuple[tf.Tensor, tf.Tensor]:
    """From a place in the deformed image to its source: matrices `[batch, 2, 2]`, shifts `[batch, 2, 1]` in sizes."""
    drawn = uniform([6, batch_size], seed, -strength, strength)
    angle, shear = ROTATION * drawn[0], SHEAR * drawn[1]
    scale_y, scale_x = tf.exp(LOG_SCALE * drawn[2]), tf.exp(LOG_SCALE * drawn[3])
    sine, cosine = tf.sin(angle), tf.cos(angle)
    top = tf.stack([cosine * scale_y, (shear * cosine - sine) * scale_x], axis=1)
    bottom = tf.stack([sine * scale_y, (shear * sine + cosine) * scale_x], axis=1)
    return tf.stack([top, bottom], axis=1), SHIFT * tf.transpose(drawn[4:])[..., None]


def _interpolate(images: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Pixels `[batch, places, channels]` at places `[batch, places]` between the pixels.

    TensorFlow's own ImageProjectiveTransform does it in one operation, but gives only an approximate gradient.
    """
    height, width, channels = images.shape[1:]
    # A border of zeros, one pixel wide, stands for everything outside.
    padded = tf.reshape(tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]]), [-1, (height + 2) * (width + 2), channels])
    total = 0.0
    for row, row_weight in _neighbors(rows, height):
        for column, column_weight in _neighbors(columns, width):
            pixels = tf.gather(padded, row * (width + 2) + column, batch_dims=1)
            total += (row_weight * column_weight)[..., None] * pixels
    return total


def _neighbors(positions: tf.Tensor, size: int) -> list[tuple[tf.Tensor, tf.Tensor]]:
    """The two pixels around each position, as indices into the padded images, with their weights."""
    below = tf.floor(positions)
    fraction = positions - below
    first = tf.cast(below, tf.int32) + 1
    first, second = (tf.clip_by_value(pixel, 0, size + 1) for pixel in (first, first + 1))
    return [(first, 1 - fraction), (second, fraction)]


@dataclasses.dataclass(frozen=True)
class Augmentation(abc.ABC):
    """Random changes that keep the meaning of a kind of images.

    D sees augmented images, real and fake, which prevents overfitting. Q predicts some codes from augmented images, so
    that these codes can only mean what augmentation does not change.

    Attributes:
        probability: the share of images that are changed for D, in (0, 1]. Where all are, G makes changed images; below
            1, an unchanged image is the likeliest (Karras et al. 2020, "Training generative adversarial networks with
            limited data", section 2.2).
    """

    probability: float = 0.5

    def __post_init__(self):
        check_number(f"probability of {type(self).__name__}", self.probability, positive=True, maximum=1.0)

    def for_discriminator(self, images: tf.Tensor, max_shift: int, seed: Seed) -> tf.Tensor:
        """Images as D sees them, shifted by at most `max_shift` pixels; 0 returns the images as they are."""
        if not max_shift:
            return images
        if self.probability == 1:
            return self._changed(images, max_shift, seed)
        choice_seed, change_seed = split_seed(seed, 2)
        changed = self._changed(images, max_shift, change_seed)
        return tf.where(_some(images, self.probability, choice_seed), changed, images)

    @abc.abstractmethod
    def for_codes(self, images: tf.Tensor, strength: float, seed: Seed) -> tf.Tensor:
        """Images from which Q predicts categorical codes; `strength` > 0 is a factor on all changes."""

    def describe(self, max_shift: int) -> str:
        """Describes `for_discriminator`, to be announced after "D sees images "."""
        share = "" if self.probability == 1 else f" with a probability of {self.probability:g}"
        return self._description.format(max_shift) + share

    def default_max_shift(self, num_images: int, image_size: int) -> int:
        """The largest shift for D that suits a data set; 0 from 20,000 images on."""
        return self._shift_for(image_size) if num_images < FEW_IMAGES else 0

    @abc.abstractmethod
    def _shift_for(self, image_size: int) -> int:
        """The largest shift for D that suits few images."""

    @abc.abstractmethod
    def _changed(self, images: tf.Tensor, max_shift: int, seed: Seed) -> tf.Tensor:
        """All images changed for D, as `_description` says."""

    def get_config(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Augmentation":
        return cls(**config)


@keras.saving.register_keras_serializable("infogan_tf")
@dataclasses.dataclass(frozen=True)
class DigitAugmentation(Augmentation):
    """Bright strokes on black: `random_shift` for D; for Q `random_deformation`, and then a rectangle is cut out."""

    _description = "shifted by up to {} pixels"
    _changed = staticmethod(random_shift)

    def _shift_for(self, image_size: int) -> int:
        return 2

    def for_codes(self, images: tf.Tensor, strength: float, seed: Seed) -> tf.Tensor:
        deformation_seed, sides_seed, cutout_seed = split_seed(seed, 3)
        images = random_deformation(images, strength, deformation_seed)
        sides = uniform([2, tf.shape(images)[0], 1], sides_seed, 0.0, min(CUTOUT * strength, 1.0))
        return _random_cutout(images, sides, cutout_seed)


@keras.saving.register_keras_serializable("infogan_tf")
@dataclasses.dataclass(frozen=True)
class PhotographAugmentation(Augmentation):
    """Photographs: `diff_augment` for D, `random_view` for Q.

    Attributes:
        flips: whether Q's images are mirrored too, at random. Turn it off where left and right differ in meaning, such
            as in text or in the direction of a pose.
    """

    flips: bool = True

    _description = "with other colors, shifted by up to {} pixels and with a part cut out"
    _changed = staticmethod(diff_augment)

    def _shift_for(self, image_size: int) -> int:
        return round(DIFF_SHIFT * image_size)

    def for_codes(self, images: tf.Tensor, strength: float, seed: Seed) -> tf.Tensor:
        return random_view(images, strength, self.flips, seed)


# By the names that `Config` and experiments have for them.
AUGMENTATIONS = {
    "digits": DigitAugmentation(),
    "photographs": PhotographAugmentation(),
    "photographs_without_flips": PhotographAugmentation(flips=False),
}
