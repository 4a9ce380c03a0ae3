"""Adam as one operation per variable; and the two optimizers of a GAN as Keras' callbacks take them."""

from typing import Any

import keras
import tensorflow as tf

from infogan_tf.options import check_number


@keras.saving.register_keras_serializable("infogan_tf")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` by TensorFlow's fused kernel: the same results in one pass over memory.

    Keras computes Adam in a dozen passes, which on a CPU takes a tenth of an update's time.

    Args:
        learning_rate: a number >= 0, a Keras schedule, or a callable without arguments.
        beta_1: decay of the first moment, in [0, 1). Original code: 0.5.
        beta_2: decay of the second moment, in [0, 1).
        epsilon: added to the root of the second moment, > 0. Original code: 1e-8.
        **kwargs: other arguments of `keras.optimizers.Adam`, except `amsgrad=True`, which raises a ValueError.

    >>> FusedAdam.from_config(FusedAdam(1e-3).get_config()).beta_1
    0.5
    """

    def __init__(
        self, learning_rate: Any, beta_1: float = 0.5, beta_2: float = 0.999, epsilon: float = 1e-8, **kwargs: Any
    ):
        if kwargs.get("amsgrad"):
            raise ValueError("amsgrad of FusedAdam must be False, got True; keras.optimizers.Adam has it")
        if not callable(learning_rate):
            learning_rate = check_number("learning_rate of FusedAdam", learning_rate)
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, **kwargs)

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor):
        step = tf.cast(self.iterations + 1, learning_rate.dtype)
        corrected = learning_rate * tf.sqrt(1 - tf.pow(self.beta_2, step)) / (1 - tf.pow(self.beta_1, step))
        index = self._get_variable_index(variable)  # Keras names it where it says how to write an optimizer.
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,  # No public name: pyproject.toml has the versions of Keras tried.
            v=self._velocities[index].value.handle,
            beta1_power=0.0,  # With these, the learning rate is taken as it is.
            beta2_power=0.0,
            lr=tf.cast(corrected, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class BothOptimizers:
    """What Keras' callbacks and summaries read of `model.optimizer`, for a model with two.

    Callbacks that schedule or reduce learning rates, swap averaged weights or write curves go through `optimizers`.
    """

    built = True

    def __init__(self, d_optimizer: Any, g_optimizer: Any, iterations: keras.Variable):
        both = (d_optimizer, g_optimizer)
        self.iterations = iterations
        self.variables = [variable for optimizer in both for variable in optimizer.variables]
        self.optimizers = [getattr(optimizer, "inner_optimizer", optimizer) for optimizer in both]


def made_for(network: keras.Model, optimizer: keras.optimizers.Optimizer, auto_scale_loss: bool) -> Any:
    """An optimizer with its state for a network; one that scales the loss if the network is of `mixed_float16`."""
    is_half = network.dtype_policy.name == "mixed_float16"
    if auto_scale_loss and is_half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable_variables)
    return optimizer
