"""A fully connected layer with a fast gradient to its input."""

from collections.abc import Callable

import keras
import tensorflow as tf


class Dense(keras.layers.Dense):
    """`keras.layers.Dense` for inputs `[batch, features]`; the same results except for rounding.

    Measured in `docs/performance.md`.

    Raises:
        ValueError: inputs have another rank.

    >>> Dense(3)(tf.ones([2, 4])).shape
    TensorShape([2, 3])
    """

    def build(self, input_shape: tuple[int | None, ...]):
        if len(input_shape) != 2:
            raise ValueError(f"inputs of Dense must have shape [batch, features], got {list(input_shape)}")
        super().build(input_shape)

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        # On several devices a variable is a variable for each, which a custom gradient does not take: hence its value.
        outputs = _product(inputs, tf.convert_to_tensor(self.kernel))
        return self.activation(outputs if self.bias is None else outputs + self.bias)


@tf.custom_gradient
def _product(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # TensorFlow's plain product is slow where its second factor is transposed; the batched one, here on a batch
        # of one, takes half the time.
        to_inputs = tf.matmul(upstream[None], kernel[None], transpose_b=True)[0]
        to_kernel = tf.matmul(inputs, upstream, transpose_a=True)
        return to_inputs, to_kernel

    return tf.matmul(inputs, kernel), gradient
