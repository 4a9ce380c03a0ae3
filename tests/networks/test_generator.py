import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import GeneratorSpec, Up

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
    weights = {weight.path.removeprefix("body/"): weight.numpy() for weight in generator.weights}
    kernels = [value for path, value in weights.items() if path.endswith("kernel")]
    assert len(kernels) == 3
    for kernel in kernels:
        assert np.std(kernel) == pytest.approx(0.02, rel=0.1)
    gamma = next(value for path, value in weights.items() if path.endswith("gamma") and len(value) == 1024)
    assert np.mean(gamma) == pytest.approx(1, abs=0.003)
    assert np.std(gamma) == pytest.approx(0.02, rel=0.1)


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
        (lambda: Up(0), "filters of Up must be an integer >= 1, got 0"),
        (lambda: Up(8, strides=3), "strides of Up must be an integer from 1 to 2, got 3"),
        (lambda: Up(8, bn=1), "bn of Up must be True or False, got 1"),
        (lambda: GeneratorSpec(grid=(7, 7), ups=()), r"grid of GeneratorSpec must be 3 integers >= 1, got \(7, 7\)"),
        (lambda: GeneratorSpec(grid=(7, 7, 0), ups=()), r"grid of GeneratorSpec must be 3 integers >= 1, got .*0\)"),
        (lambda: GeneratorSpec(grid=(7, 7, 8), ups=Up(4)), "ups of GeneratorSpec must be a tuple of Up, got Up"),
        (lambda: GeneratorSpec(grid=(7, 7, 8), ups=(64,)), r"ups of GeneratorSpec must be a tuple of Up, got \(64,\)"),
        (
            lambda: GeneratorSpec(grid=(7, 7, 8), ups=(), dense=1024),
            "dense of GeneratorSpec must be a tuple of integers >= 1, got 1024",
        ),
        (
            lambda: GeneratorSpec(grid=(7, 7, 8), ups=(), output="relu"),
            "output of GeneratorSpec must be one of sigmoid, tanh, got 'relu'",
        ),
        (lambda: Generator({}, 3, (16, 16, 3)), "spec of Generator must be a GeneratorSpec, got {}"),
        (lambda: Generator(SIGMOID, 0, (16, 16, 3)), "latent_size must be an integer >= 1, got 0"),
        (lambda: Generator(SIGMOID, 3, (16, 16)), r"image_shape must be 3 integers >= 1, got \(16, 16\)"),
        (
            lambda: Generator(SIGMOID, 3, (28, 28, 1)),
            "grid of GeneratorSpec times the strides of its ups and 2 must be the images' size 28x28, got 16x16",
        ),
    ],
)
def test_bad_arguments_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()
