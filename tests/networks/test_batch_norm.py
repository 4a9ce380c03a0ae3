import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm


@pytest.fixture(params=[(64, 6), (16, 5, 4, 6)], ids=["dense", "images"])
def inputs(request):
    return tf.constant(np.random.default_rng(0).normal(2, 3, request.param), tf.float32)


def pair(inputs):
    """Ours and Keras' own layer with the same weights."""
    ours, plain = BatchNorm(), keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    ours.build(inputs.shape)
    plain.build(inputs.shape)
    plain.set_weights([weight.numpy() for weight in ours.weights])
    return ours, plain


def test_training_agrees_with_keras(inputs):
    ours, plain = pair(inputs)
    np.testing.assert_allclose(ours(inputs, training=True), plain(inputs, training=True), atol=2e-5)
    number = inputs.shape.num_elements() // inputs.shape[-1]
    np.testing.assert_allclose(ours.moving_mean, plain.moving_mean, rtol=1e-4)
    # The fused operation gives the unbiased variance, Keras the biased one.
    unbiased = 0.9 + (plain.moving_variance.numpy() - 0.9) * number / (number - 1)
    np.testing.assert_allclose(ours.moving_variance, unbiased, rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"momentum": 1.1}, "BatchNorm: momentum must be a number >= 0 and <= 1, got 1.1"),
        ({"momentum": None}, "BatchNorm: momentum must be a number >= 0 and <= 1, got None"),
        ({"epsilon": 0}, "BatchNorm: epsilon must be a number > 0, got 0"),
        ({"epsilon": float("nan")}, "BatchNorm: epsilon must be a number > 0, got nan"),
    ],
)
def test_refuses_bad_arguments(arguments, text):
    with pytest.raises(ValueError, match=text):
        BatchNorm(**arguments)


def test_refuses_inputs_of_another_rank():
    with pytest.raises(ValueError, match=r"must have shape \[batch, channels\] or .*, got \[2, 3, 4\]"):
        BatchNorm()(tf.zeros([2, 3, 4]))


def test_inference_agrees_with_keras(inputs):
    ours, plain = pair(inputs)
    ours(inputs, training=True)
    plain.set_weights([weight.numpy() for weight in ours.weights])
    np.testing.assert_allclose(ours(inputs), plain(inputs, training=False), atol=2e-5)


def test_gradients_agree_with_keras(inputs):
    ours, plain = pair(inputs)
    weights = tf.random.stateless_normal(inputs.shape, [1, 2])
    gradients = []
    for layer in (ours, plain):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(weights * tf.sin(layer(inputs, training=True)))
        gradients.append(tape.gradient(loss, [inputs, layer.gamma.value, layer.beta.value]))
    for gradient, reference in zip(*gradients, strict=True):
        np.testing.assert_allclose(gradient, reference, atol=2e-4)
