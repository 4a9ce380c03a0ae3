import keras
import numpy as np
import tensorflow as tf

from infogan_tf.networks.averaged import INTERVAL, AveragedNetwork


def network_with_statistics():
    layers = [keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    return keras.Sequential([keras.Input([4]), *layers])


def test_averages_every_weight_and_statistic_by_hand():
    network = network_with_statistics()
    averaged = AveragedNetwork(network, decay=0.9)
    variables = [variable for variable in network.variables if "seed" not in variable.path]
    expected = [variable.numpy() for variable in variables]
    for step in range(1, 26):
        for variable in variables:
            variable.assign(variable + 1)
        averaged.update(tf.constant(step))
        if step % INTERVAL == 0:
            count = step // INTERVAL
            decay = min(0.9**INTERVAL, count / (count + 9))
            expected = [decay * old + (1 - decay) * new.numpy() for old, new in zip(expected, variables, strict=True)]
    for ours, value in zip(averaged.variables, expected, strict=True):
        np.testing.assert_allclose(ours, value, rtol=1e-5)
    assert not averaged.trainable_variables


def test_runs_the_network_in_inference_mode_and_changes_nothing_of_it():
    network = network_with_statistics()
    averaged = AveragedNetwork(network, decay=0.9)
    inputs = tf.random.stateless_normal([5, 4], [0, 0])
    before = [variable.numpy() for variable in network.variables]
    np.testing.assert_allclose(averaged(inputs), network(inputs, training=False), rtol=1e-6)
    np.testing.assert_array_equal(averaged(inputs), averaged(inputs))
    for variable, value in zip(network.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)
