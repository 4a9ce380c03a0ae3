import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.dense import Dense


def pair(use_bias):
    """Ours and Keras' own layer with the same weights."""
    ours, plain = Dense(7, use_bias=use_bias, bias_initializer="ones"), keras.layers.Dense(7, use_bias=use_bias)
    for layer in (ours, plain):
        layer.build([None, 5])
    plain.set_weights([weight.numpy() for weight in ours.weights])
    return ours, plain


@pytest.fixture
def inputs():
    return tf.constant(np.random.default_rng(0).normal(size=(11, 5)), tf.float32)


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


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("run", [lambda f: f, tf.function], ids=["eager", "graph"])
def test_agrees_with_keras(inputs, use_bias, run):
    results = [run(lambda layer=layer: outputs_and_gradients(layer, inputs))() for layer in pair(use_bias)]
    assert len(results[0]) == (7 if use_bias else 5)
    for ours, plain in zip(*results, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-4, atol=1e-5)


def test_the_size_of_a_batch_may_be_unknown(inputs):
    ours, plain = pair(use_bias=True)
    any_size = tf.function(
        lambda layer_inputs: outputs_and_gradients(ours, layer_inputs),
        input_signature=[tf.TensorSpec([None, 5])],
    )
    for got, expected in zip(any_size(inputs), outputs_and_gradients(plain, inputs), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_an_activation_is_applied(inputs):
    layer = Dense(7, activation="relu")
    outputs = layer(inputs)
    np.testing.assert_allclose(outputs, np.maximum(inputs.numpy() @ layer.kernel.numpy(), 0), atol=1e-6)


def test_inputs_of_another_rank_are_refused():
    with pytest.raises(ValueError, match=r"must have shape \[batch, features\], got \[2, 3, 4\]"):
        Dense(7)(tf.zeros([2, 3, 4]))
