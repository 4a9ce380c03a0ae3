"""Generators and discriminators of small tables; `test_paper_tables.py` has those of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

IMAGE_SHAPE = (9, 8, 3)  # Odd sizes are rounded up.
D_SPEC = DiscriminatorSpec(convs=(Conv(4), Conv(6, strides=1, bn=True)), dense=(8,), code_hidden=5)
G_SPEC = GeneratorSpec(grid=(4, 4, 6), ups=(Up(5, bn=True), Up(4, strides=1)), dense=(7,), output="tanh")


def make_discriminator(**arguments):
    return Discriminator(D_SPEC, IMAGE_SHAPE, posterior_size=3, leaky_slope=0.1, **arguments)


def test_initial_weights_follow_the_original_code():
    generator = Generator(GeneratorSpec(grid=(4, 4, 64), ups=(Up(64, bn=True),)), 40, (16, 16, 1))
    *kernels, gamma = (generator.body.layers[number].weights[0].numpy() for number in (0, 4, 7, 1))
    assert [np.std(kernel) for kernel in kernels] == pytest.approx(3 * [0.02], rel=0.1)
    assert (np.mean(gamma), np.std(gamma)) == (pytest.approx(1, abs=0.003), pytest.approx(0.02, rel=0.1))
    discriminator = Discriminator(DiscriminatorSpec((Conv(64),)), (16, 16, 3), 1, leaky_slope=0.1)
    assert 0.035 < np.abs(discriminator.weights[0]).max() <= 0.04, "not truncated at two standard deviations"


def test_axes_of_images_do_not_follow_from_a_setting_of_keras():
    keras.config.set_image_data_format("channels_first")
    try:
        networks = Generator(G_SPEC, 3, (16, 16, 3)), make_discriminator()
    finally:
        keras.config.set_image_data_format("channels_last")
    for network in networks:
        same = type(network).from_config(network.get_config())
        inputs = tf.random.stateless_uniform([2, *network.body.input_shape[1:]], [1, 2])
        same.set_weights(network.get_weights())
        tf.nest.map_structure(np.testing.assert_array_equal, network(inputs), same(inputs))


@pytest.mark.parametrize("precision", ["float16", "float64"])
def test_weights_of_another_precision_are_refused_with_where_it_comes_from(precision):
    keras.config.set_dtype_policy(precision)
    try:
        with pytest.raises(
            ValueError, match=rf"need weights of float32, .* got {precision}, .*/keras\.json or a program"
        ):
            make_discriminator()
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("q_features", "reached"),
    [
        ("shared", {"images", "body", "code_head"}),
        ("detached", {"code_head"}),
        ("own", {"q_body", "code_head"}),
    ],
)
def test_what_the_loss_of_q_has_a_gradient_to(q_features, reached):
    """In a regular GAN nothing of Q's loss reaches the images, and so G, or the body of D."""
    discriminator = make_discriminator(q_features=q_features)
    images = tf.random.stateless_uniform([4, *IMAGE_SHAPE], [1, 2])
    sources = {"images": [images]}
    for name in ("body", "real_head", "code_head", "q_body"):
        part = getattr(discriminator, name)
        sources[name] = [variable.value for variable in part.trainable_variables] if part else []
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(discriminator(images, training=True).posterior ** 2)
    gradients = tape.gradient(loss, sources)
    for name, of_part in gradients.items():
        assert all((gradient is not None) == (name in reached) for gradient in of_part), name


@pytest.mark.parametrize(
    ("make", "input_shape"),
    [(lambda: Generator(G_SPEC, 3, (16, 16, 3)), [3]), (lambda: make_discriminator(q_features="own"), IMAGE_SHAPE)],
    ids=["generator", "discriminator"],
)
def test_configuration_round_trip(make, input_shape):
    network = make()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(network))
    assert again.spec == network.spec
    again.set_weights(network.get_weights())
    inputs = tf.random.stateless_uniform([4, *input_shape], [1, 2])
    tf.nest.map_structure(np.testing.assert_array_equal, again(inputs), network(inputs))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Up(0), "filters must be an integer >= 1, got 0"),
        (lambda: Conv(8, strides=0), "strides must be an integer from 1 to 2, got 0"),
        (lambda: GeneratorSpec(grid=(7, 7), ups=()), r"grid of GeneratorSpec must be 3 integers >= 1, got \(7, 7\)"),
        (lambda: GeneratorSpec(grid=(7, 7, 8), ups=Up(4)), "ups of GeneratorSpec must be a tuple of Up, got Up"),
        (lambda: GeneratorSpec((7, 7, 8), (), dense=1024), "dense of .* must be a tuple of integers >= 1, got 1024"),
        (lambda: GeneratorSpec((7, 7, 8), (), output="relu"), "output of .* must be sigmoid or tanh, got 'relu'"),
        (lambda: DiscriminatorSpec(convs=(4,)), r"convs of DiscriminatorSpec must be a tuple of Conv, got \(4,\)"),
        (lambda: DiscriminatorSpec((Conv(4),), dense=(0,)), "size in dense of .* must be an integer >= 1, got 0"),
        (lambda: DiscriminatorSpec((Conv(4),), code_hidden=0), "code_hidden of .* must be an integer >= 1, got 0"),
        (lambda: Generator(G_SPEC, 0, (16, 16, 3)), "latent_size must be an integer >= 1, got 0"),
        (lambda: Generator(G_SPEC, 3, (28, 28, 1)), r"must be the images' size \(28, 28\), got \(16, 16\)"),
        (lambda: Discriminator(D_SPEC, (8, 8), 3, 0.1), r"image_shape must be 3 integers >= 1, got \(8, 8\)"),
        (lambda: Discriminator(D_SPEC, IMAGE_SHAPE, 0, 0.1), "posterior_size must be an integer >= 1, got 0"),
        (lambda: Discriminator(D_SPEC, IMAGE_SHAPE, 3, -1), "leaky_slope must be a number >= 0, got -1"),
        (lambda: make_discriminator(q_features="none"), "q_features must be shared, detached or own, got 'none'"),
    ],
)
def test_bad_arguments_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()
