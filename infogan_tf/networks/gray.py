"""4x4 convolutions of stride 2 from and to images of one channel, for which TensorFlow's CPU kernel is slow.

Only what makes an image is replaced: the transposed convolution, and the gradient of a convolution to its input, which
is the same. On a GPU the layers are Keras' own.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from infogan_tf.runtime import uses_gpu


class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, with a fast gradient to images of one channel; the same except for rounding.

    Args: those of Keras; the kernel must be 4x4, the padding `same`, and channels come last.
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: keras.Variable) -> tf.Tensor:
        height, width, channels = inputs.shape[1:]
        if channels > 1 or self.strides != (2, 2) or height % 2 or width % 2 or uses_gpu():
            return super().convolution_op(inputs, kernel)
        return _halved(inputs, tf.convert_to_tensor(kernel))


class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, fast for images of one channel; see `Conv2D`."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if self.filters > 1 or self.strides != (2, 2) or uses_gpu():
            return super().call(inputs)
        outputs = _doubled(inputs, tf.convert_to_tensor(self.kernel))
        return self.activation(outputs + self.bias if self.use_bias else outputs)


@tf.custom_gradient
def _halved(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """The convolution of images `[batch, 2h, 2w, 1]` by a kernel `[4, 4, 1, channels]`."""

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return _doubled(upstream, kernel), _gradient_to_kernel(images, kernel, upstream)

    return tf.nn.conv2d(images, kernel, 2, "SAME"), gradient


@tf.custom_gradient
def _doubled(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """The transposed convolution of `[batch, h, w, channels]` by the same kernel: `[batch, 2h, 2w, 1]`."""

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return _halved(upstream, kernel), _gradient_to_kernel(upstream, kernel, inputs)

    height, width, channels = inputs.shape[1:]
    pixels = tf.matmul(tf.reshape(inputs, [-1, channels]), tf.reshape(kernel, [16, channels]), transpose_b=True)
    # What each input adds to the 4x4 pixels around it: two rows and columns are its own, the others its neighbors'.
    planes = tf.reshape(tf.transpose(pixels), [4, 4, -1, height, width])
    above = tf.pad(planes[3], [[0, 0], [0, 0], [1, 0], [0, 0]])[:, :, :-1]
    below = tf.pad(planes[0], [[0, 0], [0, 0], [0, 1], [0, 0]])[:, :, 1:]
    rows = planes[1:3] + tf.stack([above, below])
    left = tf.pad(rows[:, 3], [[0, 0], [0, 0], [0, 0], [1, 0]])[..., :-1]
    right = tf.pad(rows[:, 0], [[0, 0], [0, 0], [0, 0], [0, 1]])[..., 1:]
    quarters = rows[:, 1:3] + tf.stack([left, right], axis=1)  # [row, column, batch, h, w].
    return tf.reshape(tf.transpose(quarters, [2, 3, 0, 4, 1]), [-1, 2 * height, 2 * width, 1]), gradient


def _gradient_to_kernel(images: tf.Tensor, kernel: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    return tf.raw_ops.Conv2DBackpropFilter(
        input=images, filter_sizes=kernel.shape, out_backprop=features, strides=[1, 2, 2, 1], padding="SAME"
    )
