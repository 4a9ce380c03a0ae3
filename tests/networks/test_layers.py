import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.layers import BatchNorm, Dense, frozen_moving_averages


@pytest.fixture(params=[(64, 6), (16, 5, 4, 6)], ids=["dense", "images"])
def inputs(request):
    return tf.constant(np.random.default_rng(0).normal(2, 3, request.param), tf.float32)


def with_same_weights(ours, plain, input_shape):
    """Our layer and Keras' own."""
    ours.build(input_shape)
    plain.build(input_shape)
    plain.set_weights([weight.numpy() for weight in ours.weights])
    return ours, plain


def batch_norms(input_shape):
    plain = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    return with_same_weights(BatchNorm(), plain, input_shape)


def test_batch_norm_agrees_with_keras_in_training_and_inference(inputs):
    ours, plain = batch_norms(inputs.shape)
    np.testing.assert_allclose(ours(inputs, training=True), plain(inputs, training=True), atol=2e-5)
    number = inputs.shape.num_elements() // inputs.shape[-1]
    np.testing.assert_allclose(ours.moving_mean, plain.moving_mean, rtol=1e-4)
    # The fused operation gives the unbiased variance, Keras the biased one.
    unbiased = 0.9 + (plain.moving_variance.numpy() - 0.9) * number / (number - 1)
    np.testing.assert_allclose(ours.moving_variance, unbiased, rtol=1e-4)
    plain.set_weights([weight.numpy() for weight in ours.weights])
    np.testing.assert_allclose(ours(inputs), plain(inputs, training=False), atol=2e-5)


def test_gradients_of_batch_norm_agree_with_keras(inputs):
    ours, plain = batch_norms(inputs.shape)
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
        with frozen_moving_averages(network):
            return network(inputs, training=True)

    outputs = wrap(frozen)()
    for weight, value in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    np.testing.assert_allclose(outputs, network(inputs, training=True), atol=1e-5)
    assert any(np.any(weight.numpy() != value) for weight, value in zip(network.weights, before, strict=True))


def test_random_layers_go_on():
    """A mask that was put back with the averages would be drawn again and again."""
    network = keras.Sequential([keras.Input([100]), BatchNorm(), keras.Sequential([keras.layers.Dropout(0.5)])])
    inputs = tf.random.stateless_normal([8, 100], [1, 2])

    @tf.function
    def step():
        with frozen_moving_averages(network):
            return network(inputs, training=True) == 0

    assert len({step().numpy().tobytes() for _ in range(3)}) == 3


def outputs_and_gradients(layer, inputs):
    """The outputs, and first and second derivatives in the input and the weights."""
    sources = [inputs, *(variable.value for variable in layer.trainable_variables)]
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.sin(outputs))
        first = inner.gradient(loss, sources)
        norm = tf.add_n([tf.reduce_sum(gradient**2) for gradient in first])
    return [outputs, *first, *outer.gradient(norm, sources)]


@pytest.mark.parametrize("arguments", [{"bias_initializer": "ones"}, {"use_bias": False}, {"activation": "relu"}])
@pytest.mark.parametrize("batch_size", [11, None])
def test_dense_agrees_with_keras(arguments, batch_size):
    """Also where the size of a batch is unknown in a graph."""
    inputs = tf.constant(np.random.default_rng(0).normal(size=(11, 5)), tf.float32)
    ours, plain = with_same_weights(Dense(7, **arguments), keras.layers.Dense(7, **arguments), [None, 5])
    signature = [tf.TensorSpec([batch_size, 5])]
    got = tf.function(lambda batch: outputs_and_gradients(ours, batch), input_signature=signature)(inputs)
    for one, expected in zip(got, outputs_and_gradients(plain, inputs), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-5)
