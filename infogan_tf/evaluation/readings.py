"""What Q reads off many images, batch by batch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.augmentation import random_deformation
from infogan_tf.data import as_floats
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed

BATCH_SIZE = 1000
# Half of what the preset `best` trains with, so that the digits stay easy to read for a person.
STRENGTH = 0.5


def read_codes(model: InfoGAN, images: np.ndarray) -> dict[str, Any]:
    """Q's posterior for each code, in inference mode.

    Args:
        model: a trained model.
        images: uint8 `[number, height, width, channels]`.

    Returns:
        By code, the posterior's parameters, each `[number, ...]`.
    """
    answers = [model.infer_codes(batch) for batch in _batches(images)]
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *answers)


def read_deformed(model: InfoGAN, name: str, images: np.ndarray, seed: int = 4) -> np.ndarray:
    """Q's probabilities for one categorical code on images that are deformed by `random_deformation`.

    Args:
        model: a trained model.
        name: a categorical code.
        images: uint8 `[number, height, width, channels]`.
        seed: decides the deformations.

    Returns:
        `[number, num_categories]`.
    """
    batches = list(_batches(images))
    deformed = map(_deformed, batches, split_seed(stream_seed(seed, Stream.EVALUATION), len(batches)))
    return np.concatenate([probabilities(model.infer_codes(batch)[name]) for batch in deformed])


def read_generated(model: InfoGAN, number: int, seed: int) -> Iterator[tuple[dict[str, tf.Tensor], dict[str, Any]]]:
    """Fresh latents, and what Q reads off the images that G makes of them, in inference mode.

    Args:
        model: a trained model.
        number: how many images, in batches of at most 1,000.
        seed: decides the latents.

    Yields:
        Latents by name, `[batch, event_size]`, and by code the posterior's parameters.
    """
    for latents, images in generated_batches(model, number, seed):
        yield latents, model.infer_codes(images)


def probabilities(params: Any) -> np.ndarray:
    """The probability of each category of a categorical code: `[number, num_categories]`."""
    return tf.nn.softmax(params.logits).numpy()


def categories(params: Any) -> np.ndarray:
    """The most probable category of a categorical code: int64 `[number]`."""
    return tf.argmax(params.logits, axis=1).numpy()


def generated_batches(model: InfoGAN, number: int, seed: int) -> Iterator[tuple[dict[str, tf.Tensor], tf.Tensor]]:
    """Fresh latents and the images that G makes of them, in inference mode.

    Args:
        model: a trained model.
        number: how many images, in batches of at most 1,000.
        seed: decides the latents.

    Yields:
        Latents by name, `[batch, event_size]`, and images `[batch, height, width, channels]` in [0, 1].
    """
    sizes = [min(BATCH_SIZE, number - start) for start in range(0, number, BATCH_SIZE)]
    for size, batch_seed in zip(sizes, split_seed(stream_seed(seed, Stream.EVALUATION), len(sizes)), strict=True):
        latents = model.spec.sample(size, batch_seed)
        yield latents, model(model.spec.join(latents))


def _batches(images: np.ndarray) -> Iterator[tf.Tensor]:
    for start in range(0, len(images), BATCH_SIZE):
        yield as_floats(images[start : start + BATCH_SIZE])


@tf.function(reduce_retracing=True)
def _deformed(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    return tf.clip_by_value(random_deformation(images, STRENGTH, seed), 0, 1)
