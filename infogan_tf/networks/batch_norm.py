"""Batch normalization with the original code's constants, by TensorFlow's fused operation."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from infogan_tf.settings import Number, checked


class BatchNorm(keras.layers.Layer):
    """Normalizes each channel over batch, height and width.

    Training uses the batch's own mean and variance, and updates the moving averages that inference uses. Original code:
    epsilon 1e-5, moving average 0.9, gamma from N(1, 0.02). It differs from `keras.layers.BatchNormalization` in
    being one fused operation, for dense layers too, which averages the unbiased variance.

    Args:
        momentum: decay of the moving averages per update, from 0 to 1.
        epsilon: added to the variance, > 0.

    Raises:
        ValueError: an argument is out of its range, or inputs are neither `[batch, channels]` nor images.

    >>> BatchNorm()(tf.ones([2, 3])).shape
    TensorShape([2, 3])
    """

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-5, **kwargs):
        super().__init__(**kwargs)
        self.momentum = checked("BatchNorm: momentum", momentum, Number(maximum=1.0))
        self.epsilon = checked("BatchNorm: epsilon", epsilon, Number(positive=True))

    def build(self, input_shape: tuple[int | None, ...]):
        if len(input_shape) not in (2, 4):
            raise ValueError(
                "inputs of BatchNorm must have shape [batch, channels] or [batch, height, width, channels], got "
                f"{list(input_shape)}"
            )
        shape = (input_shape[-1],)
        gamma = keras.initializers.RandomNormal(1.0, 0.02)
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer=gamma)
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")
        # Each of several devices normalizes its own part of a batch; the moving averages take the mean over devices.
        average = {"shape": shape, "trainable": False, "aggregation": "mean"}
        self.moving_mean = self.add_weight(name="moving_mean", initializer="zeros", **average)
        self.moving_variance = self.add_weight(name="moving_variance", initializer="ones", **average)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        # The fused operation takes only images: a dense layer's output is an image of one pixel.
        images = inputs if len(inputs.shape) == 4 else inputs[:, None, None, :]
        statistics = {} if training else {"mean": self.moving_mean.value, "variance": self.moving_variance.value}
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            images,
            self.gamma.value,
            self.beta.value,
            epsilon=self.epsilon,
            is_training=bool(training),
            **statistics,
        )
        if training:
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
        return tf.reshape(outputs, tf.shape(inputs))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


@contextlib.contextmanager
def frozen_statistics(network: keras.Model) -> Iterator[None]:
    """Restores a network's moving averages at the end of the block, such as those of batch norm layers of any kind.

    Inside it batches are normalized by their own statistics. A G update passes through D, and a D update through G:
    neither may change the other. The states of random layers do advance, so that the masks of a dropout
    differ from pass to pass.
    """
    # Keras counts the states of random layers among a network's variables, but not among its weights.
    before = [(weight, tf.identity(weight.value)) for weight in network.non_trainable_weights]
    try:
        yield
    finally:
        for weight, value in before:
            weight.assign(value)
