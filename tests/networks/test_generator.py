import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

SIGMOID = GeneratorSpec(grid=(4, 4, 6), ups=(Up(5, bn=True), Up(4, strides=1)), dense=(7,))
TANH = GeneratorSpec(grid=(8, 8, 6), ups=(), output="tanh")


@pytest.mark.parametrize("spec", [SIGMOID, TANH])
def test_images_lie_in_0_to_1_and_reach_both_ends(spec):
    generator = Generator(spec, latent_size=3, image_shape=(16, 16, 3))
    kernel = generator.trainable_variables[-2]
    kernel.assign(1000 * kernel)
    images = generator(tf.random.stateless_normal([20, 3], [1, 2]), training=True)
    assert images.shape == (20, 16, 16, 3)
    assert 0 <= np.min(images) < 0.001
    assert 0.999 < np.max(images) <= 1


def test_tanh_is_mapped_to_0_to_1():
    """(1 + tanh(x)) / 2 = sigmoid(2 x)."""
    networks = []
    for output in ("sigmoid", "tanh"):
        keras.utils.set_random_seed(0)
        networks.append(Generator(GeneratorSpec(grid=(4, 4, 6), ups=(), output=output), 3, (8, 8, 1)))
    kernel = networks[0].trainable_variables[-2]
    kernel.assign(2 * kernel)
    latents = tf.random.stateless_normal([5, 3], [1, 2])
    np.testing.assert_allclose(networks[0](latents), networks[1](latents), atol=1e-6)


def test_initial_weights_follow_the_original_code():
    generator = Generator(GeneratorSpec(grid=(4, 4, 64), ups=(Up(64, bn=True),)), 40, (16, 16, 1))
    *kernels, gamma = (generator.body.layers[number].weights[0].numpy() for number in (0, 4, 7, 1))
    assert [np.std(kernel) for kernel in kernels] == pytest.approx(3 * [0.02], rel=0.1)
    assert (np.mean(gamma), np.std(gamma)) == (pytest.approx(1, abs=0.003), pytest.approx(0.02, rel=0.1))
    discriminator = Discriminator(DiscriminatorSpec((Conv(64),)), (16, 16, 3), 1, leaky_slope=0.1)
    assert 0.035 < np.abs(discriminator.weights[0]).max() <= 0.04, "not truncated at two standard deviations"


def test_configuration_round_trip():
    generator = Generator(SIGMOID, latent_size=3, image_shape=(16, 16, 3))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(generator))
    assert again.spec == SIGMOID
    again.set_weights(generator.get_weights())
    latents = tf.random.stateless_normal([5, 3], [1, 2])
    np.testing.assert_array_equal(again(latents), generator(latents))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Up(0), "filters must be an integer >= 1, got 0"),
        (lambda: GeneratorSpec(grid=(7, 7), ups=()), r"grid of GeneratorSpec must be 3 integers >= 1, got \(7, 7\)"),
        (lambda: GeneratorSpec(grid=(7, 7, 0), ups=()), "grid of GeneratorSpec must be an integer >= 1, got 0"),
        (lambda: GeneratorSpec(grid=(7, 7, 8), ups=Up(4)), "ups of GeneratorSpec must be a tuple of Up, got Up"),
        (lambda: GeneratorSpec((7, 7, 8), (), dense=1024), "dense of .* must be a tuple of integers >= 1, got 1024"),
        (lambda: GeneratorSpec((7, 7, 8), (), output="relu"), "output of .* must be sigmoid or tanh, got 'relu'"),
        (lambda: Generator(SIGMOID, 0, (16, 16, 3)), "latent_size must be an integer >= 1, got 0"),
        (lambda: Generator(SIGMOID, 3, (28, 28, 1)), r"must be the images' size \(28, 28\), got \(16, 16\)"),
    ],
)
def test_bad_arguments_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()
