"""What Q reads off many images, batch by batch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.data import as_floats
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed

BATCH_SIZE = 1000


def read_codes(model: InfoGAN, images: np.ndarray) -> dict[str, Any]:
    """Q's posterior for each code, in inference mode.

    Args:
        model: a trained model.
        images: uint8 `[number, height, width, channels]`.

    Returns:
        By code, the posterior's parameters, each `[number, ...]`.
    """
    batches = (images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE))
    answers = [model.infer_codes(as_floats(batch)) for batch in batches]
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *answers)


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
        yield latents, model.spec.split_posterior(model.discriminator(images, training=False).posterior)


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
        yield latents, model.generator(model.spec.join(latents), training=False)
