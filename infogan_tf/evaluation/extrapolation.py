"""Whether a continuous code keeps its meaning beyond the values that it was trained on (paper, Figure 2, c and d)."""

import numpy as np
import tensorflow as tf

from infogan_tf.figures.traversals import vary
from infogan_tf.latents import LatentCode
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed

# The paper trains on [-1, 1] and shows [-2, 2].
SIDES = ((-2.0, -1.0), (1.0, 2.0))
VALUES = 5


def measure_extrapolation(model: InfoGAN, number: int = 200, seed: int = 5) -> dict[str, float]:
    """How far what Q reads goes on to move with a continuous code from -1 to -2 and from 1 to 2.

    The least-squares slope of what Q reads off the images of five values of the code, everything else held fixed; the
    mean over random samples and both sides. 1 where what is read moves as far as the code, 0 where images stand still
    or change at random, negative where they turn back.

    Args:
        model: a trained model.
        number: random samples.
        seed: decides them.

    Returns:
        By continuous code.
    """
    codes = [code for code in model.spec.codes if not code.distribution.is_discrete]
    seeds = split_seed(stream_seed(seed, Stream.EVALUATION), len(codes))
    return {code.name: _follows(model, code, number, code_seed) for code, code_seed in zip(codes, seeds, strict=True)}


def _follows(model: InfoGAN, code: LatentCode, number: int, seed: tf.Tensor) -> float:
    samples = model.spec.sample(number, seed)
    slopes = []
    for low, high in SIDES:
        readings = _read(model, code, samples, code.distribution.traversal(VALUES, low, high))
        slopes.append(np.polyfit(np.linspace(low, high, VALUES), readings.mean(axis=0), deg=1)[0])
    return float(np.mean(slopes))


def _read(model: InfoGAN, code: LatentCode, samples: dict[str, tf.Tensor], values: tf.Tensor) -> np.ndarray:
    """What Q reads off each sample with each value: `[samples, values]`, the mean of a code's coordinates."""
    images = tf.reshape(vary(model, code.name, samples, values), [-1, *model.image_shape])
    read = code.distribution.posterior_mode(model.infer_codes(images)[code.name])
    return tf.reshape(tf.reduce_mean(read, axis=1), [-1, len(values)]).numpy()
