"""Whether a continuous code keeps its meaning beyond the values that it was trained on (paper, Figure 2, c and d)."""

import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentCode
from infogan_tf.distributions.continuous import ContinuousDistribution
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.randomness import Stream, split_seed, stream_seed

# Beyond each end of the prior's range, as a share of its width: the paper trains on [-1, 1] and shows [-2, 2].
REACH = 0.5
VALUES = 5


def measure_extrapolation(model: BatchedModel, number: int = 200, seed: int = 5) -> dict[str, float]:
    """How far Q's prediction goes on changing with a continuous code outside of the prior's range.

    For Uniform(-1, 1) from -2 to -1 and from 1 to 2.

    The least-squares slope of what Q predicts from the images of five values of the code, everything else held fixed;
    the mean over random samples and both sides. 1 where the prediction changes as much as the code, 0 where the images
    no longer change or change at random, negative where it changes in the opposite direction.

    Args:
        model: a trained model.
        number: random samples.
        seed: decides them.

    Returns:
        By uniform or Gaussian code: a circular one has no values beyond its range.
    """
    codes = [code for code in model.spec.codes if isinstance(code.distribution, ContinuousDistribution)]
    seeds = split_seed(stream_seed(seed, Stream.EVALUATION), len(codes))
    return {code.name: _slope(model, code, number, code_seed) for code, code_seed in zip(codes, seeds, strict=True)}


def _slope(model: BatchedModel, code: LatentCode, number: int, seed: tf.Tensor) -> float:
    low, high = code.distribution.range
    reach = REACH * (high - low)
    sides = ((low - reach, low), (high, high + reach))
    values = np.concatenate([np.linspace(*side, VALUES) for side in sides])
    predictions = _predict(model, code, model.spec.sample(number, seed), values).mean(axis=0)
    by_side = zip(sides, np.split(predictions, len(sides)), strict=True)
    return float(np.mean([np.polyfit(np.linspace(*side, VALUES), of_side, deg=1)[0] for side, of_side in by_side]))


def _predict(model: BatchedModel, code: LatentCode, samples: dict[str, tf.Tensor], values: np.ndarray) -> np.ndarray:
    """What Q predicts for each sample with each value: `[samples, values]`, the mean of a code's coordinates."""
    codes = code.distribution.encode(np.repeat(values[:, None], code.distribution.event_size, axis=1))
    posterior = model.measure_generated(model.spec.vary(code.name, samples, codes), model.infer_codes)[code.name]
    return tf.reshape(tf.reduce_mean(posterior.mode, axis=1), [-1, len(values)]).numpy()
