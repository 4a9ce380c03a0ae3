"""One code varied, everything else held fixed: the panels of the paper's Figures 2 to 6."""

from collections.abc import Mapping

import tensorflow as tf

from infogan_tf.distributions import Distribution
from infogan_tf.model import InfoGAN

# Paper, Figures 2 to 6: 5 random samples down, 10 values of the code across.
ROWS, COLUMNS = 5, 10
MAX_COLUMNS = 20


def traverse(model: InfoGAN, name: str, seed: tf.Tensor, rows: int = ROWS, scale: float = 1.0) -> tf.Tensor:
    """Generates images that differ from left to right in one code alone; each row is another random sample.

    Args:
        model: a trained model.
        name: the code that varies: over its categories, ten of them if there are more than 20, or over ten values.
        seed: integers `[2]`; decides noise and the other codes of each row.
        rows: random samples.
        scale: a continuous code varies over so many times the range that it has in training.

    Returns:
        Images `[rows, columns, height, width, channels]` in [0, 1].

    Raises:
        ValueError: no code has that name.
    """
    distribution = model.spec.code(name).distribution
    values = distribution.traversal(num_columns(distribution), scale)
    return vary(model, name, model.spec.sample(rows, seed), values)


def num_columns(distribution: Distribution) -> int:
    """How many values of a code a traversal shows."""
    number = distribution.num_categories or (2 if distribution.is_discrete else COLUMNS)
    return number if number <= MAX_COLUMNS else COLUMNS


def vary(model: InfoGAN, name: str, samples: Mapping[str, tf.Tensor], values: tf.Tensor) -> tf.Tensor:
    """Generates every sample with every value of one code.

    Args:
        model: a trained model.
        name: the code that varies.
        samples: all latents by name, `[rows, event_size]`, one sample a row.
        values: codes `[columns, event_size]`.

    Returns:
        Images `[rows, columns, height, width, channels]` in [0, 1].
    """
    images = model(model.spec.join(model.spec.vary(name, samples, values)))
    return tf.reshape(images, [samples[name].shape[0], values.shape[0], *model.image_shape])


def describe_traversal(model: InfoGAN, name: str, scale: float = 1.0) -> str:
    """What varies in `traverse`, for its caption."""
    distribution = model.spec.code(name).distribution
    return f"{name}: {distribution.describe_traversal(num_columns(distribution), scale)}"
