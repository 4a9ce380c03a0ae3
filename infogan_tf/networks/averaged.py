"""A network under an exponential moving average of its weights."""

import keras
import tensorflow as tf

# Updates between two updates of the averages: all weights are read and written, at every update 4 % of its time.
INTERVAL = 5


class AveragedNetwork(keras.layers.Layer):
    """Runs a network for inference with an exponential moving average of its weights and of its batch statistics.

    The weights still oscillate around a good point in late updates; their average is nearer to it (Yazici et al. 2019,
    "The unusual effectiveness of averaging in GAN training"). It suits generators: the averages of batch statistics are
    only roughly those of the averaged weights, and a discriminator averaged in this way predicts badly.

    Args:
        network: a built network; it is neither copied nor changed.
        decay: decay of the average per update, in (0, 1); 0.995 averages over about 200 updates. Early in
            training it is lower, so that the initial weights are soon forgotten.

    >>> network = keras.Sequential([keras.Input([4]), keras.layers.Dense(3)])
    >>> AveragedNetwork(network, decay=0.9)(tf.ones([2, 4])).shape
    TensorShape([2, 3])
    """

    def __init__(self, network: keras.Model, decay: float, **kwargs):
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.decay = decay
        # Behind a function, or Keras would track the network's weights as weights of this layer.
        self._network = lambda: network
        weights = [variable for variable in network.variables if tf.as_dtype(variable.dtype).is_floating]
        averages = {id(variable): self._average_of(variable) for variable in weights}  # No seeds of dropout.
        for number, average in enumerate(averages.values()):
            setattr(self, f"average_{number}", average)  # Checkpoints find attributes, and nothing behind a function,
        self._averages = lambda: averages  # nor could a SavedModel hold a dict with such keys.
        self.built = True

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        network, averages = self._network(), self._averages()
        trainable, non_trainable = (
            [averages.get(id(variable), variable).value for variable in variables]
            for variables in (network.trainable_variables, network.non_trainable_variables)
        )
        return network.stateless_call(trainable, non_trainable, inputs, training=False)[0]

    def update(self, step: tf.Tensor):
        """Updates the averages with the network's weights if `step`, the updates done, is a multiple of `INTERVAL`."""
        is_due = step % INTERVAL == 0
        if tf.distribute.get_strategy().num_replicas_in_sync == 1:
            tf.cond(is_due, lambda: self._move(step // INTERVAL), lambda: None)
        else:
            # Variables of several devices can't be written inside a branch.
            self._move(step // INTERVAL, tf.cast(is_due, tf.float32))

    def _average_of(self, variable: keras.Variable) -> keras.Variable:
        return self.add_weight(
            name=variable.path.replace("/", "_"),
            shape=variable.shape,
            dtype=variable.dtype,
            initializer=lambda shape, dtype: tf.identity(variable.value),
            trainable=False,
            aggregation="only_first_replica",  # Every device makes the same average.
        )

    def _move(self, count: tf.Tensor, share: tf.Tensor | float = 1.0):
        count = tf.cast(count, tf.float32)
        rate = share * (1 - tf.minimum(self.decay**INTERVAL, count / (count + 9)))
        averages = self._averages()
        for variable in self._network().variables:
            if id(variable) in averages:
                average = averages[id(variable)]
                average.assign_sub(rate * (average.value - variable.value))
