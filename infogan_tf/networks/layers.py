"""The layers of the paper's tables, with the original code's initial weights and constants."""

import contextlib
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf

from infogan_tf.networks.gray import Conv2D, Conv2DTranspose
from infogan_tf.networks.specs import Conv, Up
from infogan_tf.runtime import describe_policy

# Original code: N(0, 0.02), truncated at two standard deviations for D's convolutions.
NORMAL = keras.initializers.RandomNormal(stddev=0.02)
TRUNCATED_NORMAL = keras.initializers.TruncatedNormal(stddev=0.02)
# Of a D without batch norm, where such small weights leave little of an image (Glorot and Bengio 2010).
GLOROT = keras.initializers.GlorotUniform()
MOMENTUM, EPSILON = 0.9, 1e-5  # Of batch norm, as in the original code.


class BatchNorm(keras.layers.Layer):
    """Normalizes each channel over batch, height and width of `[batch, channels]` or images.

    Training uses the batch's own mean and variance, and updates the moving averages that inference uses. It differs
    from `keras.layers.BatchNormalization` in being one fused operation, for dense layers too, which averages the
    unbiased variance. Original code: gamma from N(1, 0.02).

    >>> BatchNorm()(tf.ones([2, 3])).shape
    TensorShape([2, 3])
    """

    def build(self, input_shape: tuple[int | None, ...]):
        # The operation takes images of any precision, and float32 weights.
        weight = {"shape": (input_shape[-1],), "autocast": False}
        self.gamma = self.add_weight(name="gamma", initializer=keras.initializers.RandomNormal(1.0, 0.02), **weight)
        self.beta = self.add_weight(name="beta", initializer="zeros", **weight)
        # Each of several devices normalizes its own part of a batch; the moving averages take the mean over devices.
        average = weight | {"trainable": False, "aggregation": "mean"}
        self.moving_mean = self.add_weight(name="moving_mean", initializer="zeros", **average)
        self.moving_variance = self.add_weight(name="moving_variance", initializer="ones", **average)
        if self.variable_dtype != "float32":  # The operation takes no other weights.
            got = describe_policy(self.variable_dtype)
            raise ValueError(f"layers of infogan_tf need weights of float32, as of mixed_float16, got {got}")

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        # The fused operation takes only images: a dense layer's output is an image of one pixel.
        images = inputs if len(inputs.shape) == 4 else inputs[:, None, None, :]
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            images,
            self.gamma.value,
            self.beta.value,
            self.moving_mean.value,
            self.moving_variance.value,
            epsilon=EPSILON,
            is_training=bool(training),
            exponential_avg_factor=1 - MOMENTUM,
        )
        if training:
            self.moving_mean.assign(mean)
            self.moving_variance.assign(variance)
        return tf.reshape(outputs, tf.shape(inputs))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


@contextlib.contextmanager
def frozen_moving_averages(network: keras.Model) -> Iterator[None]:
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


class Dense(keras.layers.Dense):
    """`keras.layers.Dense` for inputs `[batch, features]`, with a fast gradient to them; the same except for rounding.

    >>> Dense(3)(tf.ones([2, 4])).shape
    TensorShape([2, 3])
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        # On several devices a variable is a variable for each, which a custom gradient does not take: hence its value.
        outputs = _product(inputs, tf.convert_to_tensor(self.kernel))
        return self.activation(outputs if self.bias is None else outputs + self.bias)


@tf.custom_gradient
def _product(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # TensorFlow's plain product is slow where its second factor is transposed; the batched one, here on a batch
        # of one, takes half the time (measured in `docs/performance.md`).
        to_inputs = tf.matmul(upstream[None], kernel[None], transpose_b=True)[0]
        return to_inputs, tf.matmul(inputs, upstream, transpose_a=True)

    return tf.matmul(inputs, kernel), gradient


def dense(units: int, use_bias: bool = True, kernel: keras.initializers.Initializer = NORMAL) -> keras.layers.Layer:
    """A fully connected layer (FC)."""
    return Dense(units, use_bias=use_bias, kernel_initializer=kernel.clone())


def dense_block(units: int, activation: keras.layers.Layer) -> list[keras.layers.Layer]:
    """FC, batch norm, which would cancel a bias, and an activation."""
    return [dense(units, use_bias=False), BatchNorm(), activation]


def convolution_block(
    row: Conv | Up, activation: keras.layers.Layer, kernel: keras.initializers.Initializer | None = None
) -> list[keras.layers.Layer]:
    """The layers of one row: a 4x4 convolution (transposed for `Up`), batch norm where it has it, an activation.

    Initial weights are those of the original code unless `kernel` says otherwise.
    """
    is_up = isinstance(row, Up)
    kind = Conv2DTranspose if is_up else Conv2D
    kernel = (kernel or (NORMAL if is_up else TRUNCATED_NORMAL)).clone()
    same = {"padding": "same", "data_format": "channels_last"}  # Keras' default of the latter is a user's.
    layer = kind(row.filters, 4, row.strides, use_bias=not row.bn, kernel_initializer=kernel, **same)
    return [layer, BatchNorm(), activation] if row.bn else [layer, activation]
