"""Layers and optimizer on two devices, which must be set up before TensorFlow starts: hence a process of its own."""

import subprocess
import sys

PROGRAM = """
import keras
import numpy as np
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.dense import Dense
from infogan_tf.optimizers import FusedAdam

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
INPUTS = np.random.default_rng(0).normal(size=[8, 5]).astype(np.float32)


PARTS = np.split(INPUTS, 2)


def make(dense_class, optimizer_class):
    network = keras.Sequential([keras.Input([5]), dense_class(3, kernel_initializer="ones")])
    optimizer = optimizer_class(1e-2, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
    optimizer.build(network.trainable_variables)
    return network, optimizer


def step(network, optimizer, batch):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(network(batch))) / len(INPUTS)
    gradients = tape.gradient(loss, [variable.value for variable in network.trainable_variables])
    optimizer.apply(gradients, network.trainable_variables)
    return gradients


plain = make(keras.layers.Dense, keras.optimizers.Adam)
two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with two.scope():
    ours, norm = make(Dense, FusedAdam), BatchNorm()
    norm.build([None, 5])
batch = two.experimental_distribute_values_from_function(
    lambda context: tf.constant(PARTS[context.replica_id_in_sync_group])
)
run = tf.function(lambda: two.run(lambda part: (step(*ours, part), norm(part, training=True))[0], args=(batch,)))
for _ in range(2):
    expected, gradients = step(*plain, INPUTS), run()
    for one, parts in zip(expected, gradients, strict=True):
        np.testing.assert_allclose(two.reduce("SUM", parts, axis=None), one, atol=1e-5)
for weight, plain_weight in zip(ours[0].weights, plain[0].weights, strict=True):
    np.testing.assert_allclose(weight, plain_weight, atol=1e-5)
    assert np.abs(weight.numpy() - 1).max() > 1e-3
# Also outside of the strategy, as a trained network is used.
np.testing.assert_allclose(ours[0](INPUTS), plain[0](INPUTS), atol=1e-5)

kept = 0.9**2
variance = np.mean([part.var(axis=0, ddof=1) for part in PARTS], axis=0)
for replica in (0, 1):
    mean, average = (two.experimental_local_results(moving.value)[replica] for moving in norm.non_trainable_weights)
    np.testing.assert_allclose(mean, (1 - kept) * INPUTS.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(average, kept + (1 - kept) * variance, atol=1e-5)
print("all agree")
"""


def test_dense_batch_norm_and_adam_on_two_devices():
    finished = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=600, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert finished.stdout == "all agree\n"
