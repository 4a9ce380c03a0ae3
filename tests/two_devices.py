"""Checks of training on two devices, which must be set up before TensorFlow starts: run as a process of its own."""

import os
from typing import ClassVar

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator, DiscriminatorOutput
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.layers import BatchNorm, Dense
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.optimizers import FusedAdam
from infogan_tf.randomness import Stream, replica_seed, split_seed, stream_seed

CODES = "categorical(3), uniform"


def check_dense_batch_norm_and_adam(two):
    inputs = np.random.default_rng(0).normal(size=[8, 5]).astype(np.float32)
    parts = np.split(inputs, 2)

    def make(dense_class, optimizer_class):
        network = keras.Sequential([keras.Input([5]), dense_class(3, kernel_initializer="ones")])
        optimizer = optimizer_class(1e-2, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
        optimizer.build(network.trainable_variables)
        return network, optimizer

    def step(network, optimizer, batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(network(batch))) / len(inputs)
        gradients = tape.gradient(loss, [variable.value for variable in network.trainable_variables])
        optimizer.apply(gradients, network.trainable_variables)
        return gradients

    plain = make(keras.layers.Dense, keras.optimizers.Adam)
    with two.scope():
        ours, norm = make(Dense, FusedAdam), BatchNorm()
        norm.build([None, 5])
    batch = distribute(two, parts)
    run = tf.function(lambda: two.run(lambda part: (step(*ours, part), norm(part, training=True))[0], args=(batch,)))
    for _ in range(2):
        expected, gradients = step(*plain, inputs), run()
        for one, gradient_parts in zip(expected, gradients, strict=True):
            np.testing.assert_allclose(two.reduce("SUM", gradient_parts, axis=None), one, atol=1e-5)
    for weight, plain_weight in zip(ours[0].weights, plain[0].weights, strict=True):
        np.testing.assert_allclose(weight, plain_weight, atol=1e-5)
        assert np.abs(weight.numpy() - 1).max() > 1e-3
    # Also outside of the strategy, as a trained network is used.
    np.testing.assert_allclose(ours[0](inputs), plain[0](inputs), atol=1e-5)
    kept = 0.9**2
    variance = np.mean([part.var(axis=0, ddof=1) for part in parts], axis=0)
    for replica in (0, 1):
        mean, average = (two.experimental_local_results(moving.value)[replica] for moving in norm.non_trainable_weights)
        np.testing.assert_allclose(mean, (1 - kept) * inputs.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(average, kept + (1 - kept) * variance, atol=1e-5)


class GivenLatents(LatentSpec):
    """Gives latents that are put into `given`, and draws only where there are none."""

    given: ClassVar[dict] = {}

    def sample(self, batch_size, seed):
        return self.given or super().sample(batch_size, seed)


class PlainDiscriminator(keras.Model):
    """Without batch norm, whose statistics on half a batch are not those on the whole."""

    def __init__(self, posterior_size):
        super().__init__()
        self.body = keras.Sequential([keras.Input([8, 8, 1]), keras.layers.Flatten(), keras.layers.Dense(9, "tanh")])
        self.real_head, self.code_head = keras.layers.Dense(1), keras.layers.Dense(posterior_size)

    def call(self, images, training=False):
        features = self.body(images)
        return DiscriminatorOutput(self.real_head(features), self.code_head(features))


def plain_model(spec):
    """Networks without batch norm and gradient descent at rate 1: an update moves the weights by the gradients."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input([spec.size]), keras.layers.Dense(64, "sigmoid")])
    generator.add(keras.layers.Reshape([8, 8, 1]))
    model = InfoGAN(generator, PlainDiscriminator(spec.posterior_size), spec, update="simultaneous")
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    return model


def check_gradients_are_those_of_the_whole_batch(two):
    real_images = np.random.default_rng(0).uniform(size=[32, 8, 8, 1]).astype(np.float32)
    spec = LatentSpec.parse(CODES, noise_size=4)
    with two.scope():
        ours = plain_model(spec)
    whole = plain_model(GivenLatents(spec.latents))
    whole.spec.given.update(first_latents(two, ours))
    before = whole.get_weights()
    whole.apply_update(real_images)
    run = tf.function(lambda parts: two.run(ours.apply_update, args=(parts,)))
    run(distribute(two, np.split(real_images, 2)))
    for start, expected, got in zip(before, whole.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(got - start, expected - start, atol=1e-5)
        assert np.abs(expected - start).max() > 1e-3


def first_latents(two, model):
    """What both devices draw at the first update, 16 each, joined to a batch, by name."""

    def draw():
        seed = replica_seed(stream_seed(model.seed, Stream.DISCRIMINATOR_UPDATE, 0))
        return model.spec.sample(16, split_seed(seed, 3)[0])

    drawn = {}
    for name, values in tf.function(lambda: two.run(draw))().items():
        first, second = two.experimental_local_results(values)
        assert np.any(first != second), f"both devices draw the same {name}"
        drawn[name] = tf.concat([first, second], axis=0)
    return drawn


def check_everything_runs_and_devices_stay_alike(two):
    real_images = np.random.default_rng(0).uniform(size=[16, 8, 8, 1]).astype(np.float32)
    spec = LatentSpec.parse(CODES, noise_size=4)
    with two.scope():
        generator = Generator(GeneratorSpec(grid=(2, 2, 4), ups=(Up(3, bn=True),)), spec.size, (8, 8, 1))
        layers = DiscriminatorSpec(convs=(Conv(4), Conv(5, bn=True)), dense=(6,), code_hidden=5)
        discriminator = Discriminator(layers, (8, 8, 1), spec.posterior_size, leaky_slope=0.1)
        model = InfoGAN(generator, discriminator, spec, max_shift=1, average_decay=0.9)
        model.compile(FusedAdam(1e-3), FusedAdam(1e-3))
    before = model.get_weights()
    history = model.fit(tf.data.Dataset.from_tensor_slices(real_images).batch(8).repeat(3), shuffle=False, verbose=0)
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert model.g_optimizer.iterations.numpy() == 6
    for start, weight in zip(before, model.weights, strict=True):
        first, second = (part.numpy() for part in two.experimental_local_results(weight.value))
        np.testing.assert_array_equal(first, second)
        assert np.any(first != start), weight.path
    assert model.generate(codes={"c1": 1}).shape == (1, 8, 8, 1)


def check_updates_outside_of_the_strategy_are_refused(two):
    with two.scope():
        model = plain_model(LatentSpec.parse(CODES, noise_size=4))
        with pytest.raises(RuntimeError, match=r"under a strategy, updates must be run by strategy\.run or fit"):
            model.apply_update(np.zeros([4, 8, 8, 1], np.float32))


def distribute(two, parts):
    return two.experimental_distribute_values_from_function(
        lambda context: tf.constant(parts[context.replica_id_in_sync_group])
    )


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    check_dense_batch_norm_and_adam(two)
    check_gradients_are_those_of_the_whole_batch(two)
    check_updates_outside_of_the_strategy_are_refused(two)
    check_everything_runs_and_devices_stay_alike(two)
    print("all agree")


if __name__ == "__main__":
    main()
