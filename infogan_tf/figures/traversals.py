"""One code varied, everything else held fixed: the panels of the paper's Figures 2 to 6, and previews in training.

Models are `InfoGAN`s, images `[rows, columns, height, width, channels]` in [0, 1].
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.data.batches import as_floats
from infogan_tf.distributions import Distribution
from infogan_tf.figures.pictures import Picture, side_by_side, tile, with_caption
from infogan_tf.randomness import Seed, Stream, integers, split_seed, stream_seed

# Paper, Figures 2 to 6: 5 random samples down, 10 values of the code across.
ROWS, COLUMNS = 5, 10
MAX_COLUMNS = 20
FRAMES = 21  # Of an animation.


def traverse(model: keras.Model, name: str, seed: Seed, rows: int = ROWS, scale: float = 1.0) -> tf.Tensor:
    """Generates images that differ from left to right in one code alone; each row is another random sample.

    Args:
        name: the code that varies: over its categories, ten of them if there are more than 20, or over ten values.
        seed: decides noise and the other codes of each row.
        rows: random samples.
        scale: a continuous code varies over so many times the range that it has in training, a circular one over the
            full turn.
    """
    distribution = model.spec.code(name).distribution
    values = distribution.traversal(num_columns(distribution), scale)
    return vary(model, name, model.spec.sample(rows, seed), values)


def num_columns(distribution: Distribution) -> int:
    """How many values of a code a traversal shows."""
    number = distribution.num_categories or (2 if distribution.is_discrete else COLUMNS)
    return number if number <= MAX_COLUMNS else COLUMNS


def vary(model: keras.Model, name: str, samples: Mapping[str, tf.Tensor], values: tf.Tensor) -> tf.Tensor:
    """Generates every sample, all latents by name `[rows, event_size]`, with every value of one code.

    The values are `[columns, event_size]`.
    """
    images = model(model.spec.join(model.spec.vary(name, samples, values)))
    return tf.reshape(images, [samples[name].shape[0], values.shape[0], *model.image_shape])


def vary_two(
    model: keras.Model,
    across: str,
    down: str,
    samples: Mapping[str, tf.Tensor],
    across_values: tf.Tensor,
    down_values: tf.Tensor,
) -> tf.Tensor:
    """As `vary`, but with two codes, one from left to right and one from top to bottom: images for each sample."""
    images = vary(model, across, model.spec.vary(down, samples, down_values), across_values)
    return tf.reshape(images, [-1, down_values.shape[0], *images.shape[1:]])


def move(model: keras.Model, names: Sequence[str], samples: Mapping[str, tf.Tensor], scale: float) -> tf.Tensor:
    """The frames of an animation, each a grid of images: a row varies one code, and a column has one sample."""
    priors = {name: model.spec.code(name).distribution for name in names}
    moving = [vary(model, name, samples, prior.traversal(FRAMES, scale)) for name, prior in priors.items()]
    return tf.transpose(tf.stack(moving), [2, 0, 1, 3, 4, 5])


def interpolate(
    model: keras.Model,
    codes_a: Mapping[str, Any],
    codes_b: Mapping[str, Any],
    seed: Seed,
    rows: int = ROWS,
    columns: int = COLUMNS,
) -> tf.Tensor:
    """Generates images whose codes run from one value to another; each row is another random sample.

    They run along a straight line; a circular code turns, the shorter way.

    Args:
        codes_a: the codes of the first column, as `InfoGAN.generate` takes them, one value or one a row.
        codes_b: those of the last column. A code that only one side gives is a row's sampled value on the other.
        seed: decides noise and the other codes of each row.
        rows: random samples.
        columns: images from one end to the other, both ends included.

    Raises:
        ValueError: a name or value is wrong, or there are neither one nor `rows` values.
    """
    samples = model.spec.sample(rows, seed)
    ends = []
    for codes in (codes_a, codes_b):
        given = model.spec.encode(codes)
        for name, values in given.items():
            if len(values) not in (1, rows):
                raise ValueError(f"code {name}: expected one value or {rows}, one for each row, got {len(values)}")
        ends.append(samples | {name: tf.broadcast_to(given[name], samples[name].shape) for name in given})
    first, last = ends
    shares = tf.reshape(tf.linspace(0.0, 1.0, columns), [1, columns, 1])
    mixed = {
        latent.name: latent.distribution.mix(first[latent.name][:, None], last[latent.name][:, None], shares)
        for latent in model.spec.latents
    }
    images = model(tf.reshape(model.spec.join(mixed), [-1, model.spec.size]))
    return tf.reshape(images, [rows, columns, *model.image_shape])


def describe_traversal(model: keras.Model, name: str, scale: float = 1.0) -> str:
    """What varies in `traverse`, for its caption."""
    distribution = model.spec.code(name).distribution
    return f"{name}: {distribution.describe_traversal(num_columns(distribution), scale)}"


class Preview:
    """Draws real beside generated images, and one traversal a code, always from the same noise and codes.

    Args:
        model: the model in training; nothing of it is changed.
        real_images: uint8 `[number, height, width, channels]`, of which some are shown.
        origin: what the real images are, for the captions.
        seed: decides noise and codes, and which real images.
        scale: continuous codes vary over so many times the range that they have in training.
    """

    def __init__(self, model: keras.Model, real_images: np.ndarray, origin: str, seed: int, scale: float = 1.0):
        self._model, self._origin, self._scale, spec = model, origin, scale, model.spec
        sample_seed, choice_seed, *seeds = split_seed(stream_seed(seed, Stream.PREVIEW), 2 + len(spec.codes))
        chosen = integers([ROWS * COLUMNS], choice_seed, 0, len(real_images)).numpy()
        self._real_grid = tile(as_floats(real_images[chosen]).numpy().reshape(ROWS, COLUMNS, *model.image_shape))
        self._inputs = {"samples": spec.join(spec.sample(ROWS * COLUMNS, sample_seed))}
        for code, code_seed in zip(spec.codes, seeds, strict=True):
            values = code.distribution.traversal(num_columns(code.distribution), scale)
            self._inputs[code.name] = spec.join(spec.vary(code.name, spec.sample(ROWS, code_seed), values))
        self._generate = tf.function(model, autograph=False, input_signature=[tf.TensorSpec([None, spec.size])])

    def pictures(self, step: int) -> dict[str, Picture]:
        """The pictures at an update, by name: `samples`, then each code's."""
        where = f"update {step:,}, {self._origin}"
        pictures = {}
        for name, inputs in self._inputs.items():
            picture = tile(self._generate(inputs).numpy().reshape(ROWS, -1, *self._model.image_shape))
            if name == "samples":
                picture, what = side_by_side(self._real_grid, picture), "left real, right generated"
            else:
                what = f"{describe_traversal(self._model, name, self._scale)}; one random sample a row"
            pictures[name] = with_caption(picture, f"{what}; {where}")
        return pictures
