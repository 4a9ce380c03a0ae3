import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.batch_norm import BatchNorm, frozen_statistics


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
