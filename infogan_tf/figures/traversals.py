"""One code varied, everything else held fixed: the panels of the paper's Figures 2 to 6."""

from collections.abc import Mapping

import tensorflow as tf

from infogan_tf.model import InfoGAN

# Paper, Figure 2: 5 random samples down, 10 values of the code across, continuous codes from -2 to 2.
ROWS, COLUMNS = 5, 10
LOW, HIGH = -2.0, 2.0


def traverse(
    model: InfoGAN,
    name: str,
    seed: tf.Tensor,
    rows: int = ROWS,
    columns: int = COLUMNS,
    low: float = LOW,
    high: float = HIGH,
) -> tf.Tensor:
    """Generates images that differ from left to right in one code alone; each row is another random sample.

    Args:
        model: a trained model.
        name: the code that varies.
        seed: integers `[2]`; decides noise and the other codes of each row.
        rows: random samples.
        columns: values of the code.
        low: a continuous code's value on the left.
        high: its value on the right.

    Returns:
        Images `[rows, columns, height, width, channels]` in [0, 1].

    Raises:
        ValueError: no code bears that name.
    """
    values = model.spec.code(name).distribution.traversal(columns, low, high)
    return vary(model, name, model.spec.sample(rows, seed), values)


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
    images = model(model.spec.join(combine(name, samples, values)))
    return tf.reshape(images, [len(samples[name]), len(values), *model.image_shape])


def combine(name: str, samples: Mapping[str, tf.Tensor], values: tf.Tensor) -> dict[str, tf.Tensor]:
    """All latents of every sample with every value of one code, `[rows * columns, event_size]`, row by row.

    Args:
        name: the code that varies.
        samples: all latents by name, `[rows, event_size]`.
        values: codes `[columns, event_size]`.
    """
    latents = {key: tf.repeat(rows_of, len(values), axis=0) for key, rows_of in samples.items()}
    return latents | {name: tf.tile(values, [len(samples[name]), 1])}


def describe_traversal(model: InfoGAN, name: str, columns: int = COLUMNS, low: float = LOW, high: float = HIGH) -> str:
    """What varies in `traverse`, for its caption."""
    return f"{name}: {model.spec.code(name).distribution.describe_traversal(columns, low, high)}"
