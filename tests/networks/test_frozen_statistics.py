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


@pytest.mark.parametrize("wrap", [tf.function, lambda f: f], ids=["graph", "eager"])
def test_random_layers_go_on(wrap):
    """A mask that was put back with the averages would be drawn again and again."""
    normalization = keras.layers.BatchNormalization()
    network = keras.Sequential([keras.Input([100]), normalization, keras.Sequential([keras.layers.Dropout(0.5)])])
    inputs = tf.random.stateless_normal([8, 100], [1, 2], mean=2.0)

    def frozen():
        with frozen_statistics(network):
            return network(inputs, training=True) == 0

    step = wrap(frozen)
    masks = {step().numpy().tobytes() for _ in range(3)}
    assert len(masks) == 3
    np.testing.assert_array_equal(normalization.moving_mean, np.zeros(100))
    np.testing.assert_array_equal(normalization.moving_variance, np.ones(100))
