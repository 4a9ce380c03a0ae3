"""Checks of training on two devices, which must be set up before TensorFlow starts: run as a process of its own."""

import os
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.devices import training_strategy
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.layers import BatchNorm, Dense
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.optimizers import FusedAdam
from infogan_tf.randomness import Stream, replica_seed, split_seed, stream_seed

CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(CPU, [tf.config.LogicalDeviceConfiguration()] * 2)
TWO = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

SPEC = LatentSpec.parse("categorical(3), uniform", noise_size=4)
IMAGES = np.random.default_rng(0).uniform(size=[32, 8, 8, 1]).astype(np.float32)


def plain_model():
    """Without batch norm, whose statistics on half a batch are not those on the whole; trained by large steps of Adam.

    With this epsilon a first step grows with the gradient, and by default its sign alone would count.
    """
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input([SPEC.size]), Dense(64, "sigmoid"), keras.layers.Reshape([8, 8, 1])])
    images = keras.Input([8, 8, 1])
    features = Dense(9, "tanh")(keras.layers.Flatten()(images))
    discriminator = keras.Model(images, [Dense(1)(features), Dense(SPEC.posterior_size)(features)])
    model = InfoGAN(generator, discriminator, SPEC, update="simultaneous")
    model.compile(FusedAdam(1.0, epsilon=1.0), FusedAdam(1.0, epsilon=1.0))
    return model


def first_latents():
    """What both devices draw at the first update, 16 each, joined to a batch, by name."""
    seed = stream_seed(0, Stream.DISCRIMINATOR_UPDATE)
    draw = tf.function(lambda: TWO.run(lambda: SPEC.sample(16, split_seed(replica_seed(seed), 3)[0])))
    drawn = {}
    for name, values in draw().items():
        first, second = TWO.experimental_local_results(values)
        assert np.any(first != second), f"both devices draw the same {name}"
        drawn[name] = tf.concat([first, second], axis=0)
    return drawn


def check_an_update_is_that_of_the_whole_batch():
    with TWO.scope():
        ours = plain_model()
    whole = plain_model()
    before = whole.get_weights()
    with mock.patch.object(LatentSpec, "sample", return_value=first_latents()):
        whole.apply_update(IMAGES)
    tf.function(lambda parts: TWO.run(ours.apply_update, args=(parts,)))(distribute(IMAGES))
    for start, expected, got in zip(before, whole.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(got - start, expected - start, atol=1e-5)
        assert np.abs(expected - start).max() > 1e-3


class Unused(keras.layers.Layer):
    """Has a weight that no loss reaches."""

    def build(self, shape):
        self.unused = self.add_weight(shape=[3], initializer="ones")

    def call(self, inputs):
        return inputs


def check_a_weight_without_a_gradient_stays_as_it_is():
    with TWO.scope():
        ours = plain_model()
        layers = [keras.Input([SPEC.size]), Unused(), *ours.generator.layers]
        model = InfoGAN(keras.Sequential(layers), ours.discriminator, SPEC, update="simultaneous")
        model.compile(FusedAdam(1.0), FusedAdam(1.0))
    before = model.generator.get_weights()
    model.fit(IMAGES, batch_size=32, verbose=0)
    unused, *others = model.generator.get_weights()
    np.testing.assert_array_equal(unused, before[0])
    for weight, start in zip(others, before[1:], strict=True):
        assert np.any(weight != start)


def check_batch_norm_averages_over_devices():
    inputs = np.random.default_rng(0).normal(size=[8, 5]).astype(np.float32)
    with TWO.scope():
        norm = BatchNorm()
        norm.build([None, 5])
    tf.function(lambda parts: TWO.run(lambda part: norm(part, training=True), args=(parts,)))(distribute(inputs))
    variance = np.mean([part.var(axis=0, ddof=1) for part in np.split(inputs, 2)], axis=0)
    for moving, expected in zip(norm.non_trainable_weights, (inputs.mean(axis=0), 9 + variance), strict=True):
        for value in TWO.experimental_local_results(moving.value):
            np.testing.assert_allclose(value, 0.1 * expected, atol=1e-5)


def check_everything_runs_and_devices_stay_alike():
    with TWO.scope():
        generator = Generator(GeneratorSpec(grid=(2, 2, 4), ups=(Up(3, bn=True),)), SPEC.size, (8, 8, 1))
        layers = DiscriminatorSpec(convs=(Conv(4), Conv(5, bn=True)), dense=(6,), code_hidden=5)
        discriminator = Discriminator(layers, (8, 8, 1), SPEC.posterior_size, leaky_slope=0.1)
        model = InfoGAN(generator, discriminator, SPEC, max_shift=1, average_decay=0.9)
        model.compile(FusedAdam(1e-3), FusedAdam(1e-3))
    before = model.get_weights()
    history = model.fit(tf.data.Dataset.from_tensor_slices(IMAGES).batch(8).repeat(2), shuffle=False, verbose=0)
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert model.updates_done.numpy() == model.g_optimizer.iterations.numpy() == 8
    for start, weight in zip(before, model.weights, strict=True):
        first, second = (part.numpy() for part in TWO.experimental_local_results(weight.value))
        np.testing.assert_array_equal(first, second)
        assert np.any(first != start), weight.path
    assert model.generate(codes={"c1": 1}).shape == (1, 8, 8, 1)


def check_history_is_the_mean_of_the_devices():
    """Of a weight that stays as it is: the mean over both parts of the batch, each with its own codes."""
    with TWO.scope():
        model = plain_model()
        model.compile(FusedAdam(0.0), FusedAdam(0.0))
    parts = tf.function(lambda images: TWO.run(model.apply_update, args=(images,)))(distribute(IMAGES))
    model.updates_done.assign(0)
    history = model.fit(IMAGES, batch_size=32, shuffle=False, verbose=0).history
    for name, (mean,) in history.items():
        values = TWO.experimental_local_results(parts["loss/total" if name == "loss" else name])
        assert mean == pytest.approx(np.mean(values), rel=1e-5), name


def check_a_device_without_an_image_is_refused():
    """The last batch has one image for two devices; the mean over none would make every weight nan."""
    with TWO.scope():
        model = plain_model()
    refusal = r"^each batch must have an image for each device, got one without; drop[^\n]*$"
    with pytest.raises(ValueError, match=refusal):
        model.fit(IMAGES[:9], batch_size=8, verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def check_updates_outside_of_the_strategy_are_refused():
    with TWO.scope():
        model = plain_model()
        with pytest.raises(RuntimeError, match=r"under a strategy, updates must be run by strategy\.run or fit"):
            model.apply_update(IMAGES)


def check_only_a_run_that_names_parts_of_the_cpu_is_divided():
    numbers = [training_strategy(devices).num_replicas_in_sync for devices in ("auto", "all", "cpu", "cpu:2")]
    assert numbers == [1, 1, 1, 2]


def distribute(batch):
    parts = np.split(batch, 2)
    return TWO.experimental_distribute_values_from_function(
        lambda context: tf.constant(parts[context.replica_id_in_sync_group])
    )


if __name__ == "__main__":
    check_an_update_is_that_of_the_whole_batch()
    check_a_weight_without_a_gradient_stays_as_it_is()
    check_batch_norm_averages_over_devices()
    check_updates_outside_of_the_strategy_are_refused()
    check_history_is_the_mean_of_the_devices()
    check_a_device_without_an_image_is_refused()
    check_everything_runs_and_devices_stay_alike()
    check_only_a_run_that_names_parts_of_the_cpu_is_divided()
    print("all agree")
