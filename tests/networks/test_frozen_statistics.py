import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.frozen_statistics import frozen_statistics


@pytest.mark.parametrize("layer", [BatchNorm, keras.layers.BatchNormalization])
@pytest.mark.parametrize("wrap", [tf.function, lambda f: f], ids=["graph", "eager"])
def test_averages_are_held_still_and_let_go_again(layer, wrap):
    inputs = tf.random.stateless_normal([64, 6], [1, 2], mean=2.0)
    network = keras.Sequential([keras.Sequential([layer()])])
    network(inputs)
    before = [weight.numpy() for weight in network.weights]

    def frozen():
        with frozen_statistics(network):
            return network(inputs, training=True)

    outputs = wrap(frozen)()
    for weight, value in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    np.testing.assert_allclose(outputs, network(inputs, training=True), atol=1e-5)
    assert any(np.any(weight.numpy() != value) for weight, value in zip(network.weights, before, strict=True))
