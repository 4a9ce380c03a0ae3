"""Adam as one operation a variable."""

from typing import Any

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` by TensorFlow's fused kernel: the same numbers in one pass over memory.

    Keras computes Adam in a dozen passes, which on a processor is a tenth of an update's whole time.

    Args:
        learning_rate: step size.
        beta_1: decay of the first moment. Original code: 0.5.
        beta_2: decay of the second moment.
        epsilon: added to the root of the second moment. Original code: 1e-8.
        **kwargs: the rest of what `keras.optimizers.Adam` takes, but for `amsgrad`.

    >>> FusedAdam.from_config(FusedAdam(1e-3).get_config()).beta_1
    0.5
    """

    def __init__(
        self, learning_rate: float, beta_1: float = 0.5, beta_2: float = 0.999, epsilon: float = 1e-8, **kwargs: Any
    ):
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, **kwargs)

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor):
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
