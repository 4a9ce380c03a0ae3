"""Convolutions of one channel, against Keras' own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.gray import Conv2D, Conv2DTranspose
from tests.networks.test_layers import outputs_and_gradients, with_same_weights

CASES = [
    (Conv2D, keras.layers.Conv2D, 5, (8, 12, 1)),
    (Conv2D, keras.layers.Conv2D, 5, (7, 8, 1)),  # The rest is left to Keras.
    (Conv2D, keras.layers.Conv2D, 5, (8, 8, 3)),
    (Conv2DTranspose, keras.layers.Conv2DTranspose, 1, (4, 6, 5)),
    (Conv2DTranspose, keras.layers.Conv2DTranspose, 3, (4, 6, 5)),
]


@pytest.mark.parametrize(("ours", "plain", "filters", "shape"), CASES)
@pytest.mark.parametrize("settings", [{"bias_initializer": "ones", "activation": "sigmoid"}, {"use_bias": False}])
def test_convolutions_agree_with_keras(ours, plain, filters, shape, settings):
    """In a graph where the size of a batch is unknown, up to second derivatives."""
    inputs = tf.constant(np.random.default_rng(0).normal(size=(3, *shape)), tf.float32)
    layers = [kind(filters, 4, 2, padding="same", **settings) for kind in (ours, plain)]
    ours, plain = with_same_weights(*layers, [None, *shape])
    signature = [tf.TensorSpec([None, *shape])]
    got = tf.function(lambda batch: outputs_and_gradients(ours, batch), input_signature=signature)(inputs)
    for one, expected in zip(got, outputs_and_gradients(plain, inputs), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-4)
