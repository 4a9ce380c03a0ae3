"""The MNIST networks against Table 1 of the paper, for both presets."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.experiments import build_model
from infogan_tf.networks import MnistDiscriminator


@pytest.fixture(scope="module", params=PRESETS)
def preset(request):
    return request.param, build_model(PRESETS[request.param])


def described(network):
    """Kind and parameter count of the layers that have any, and every activation, in order."""
    rows = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.LeakyReLU):
            rows.append(("LeakyReLU", layer.negative_slope))
        elif isinstance(layer, keras.layers.Activation):
            rows.append((layer.activation.__name__, None))
        elif layer.count_params() or isinstance(layer, keras.layers.ReLU):
            rows.append((type(layer).__name__, layer.count_params()))
    return rows


def test_discriminator_layers_and_parameter_counts(preset):
    name, model = preset
    leaky = ("LeakyReLU", 0.01 if name == "original" else 0.1)
    q_outputs = 10 + 2 if name == "original" else 10 + 2 * 2
    assert described(model.discriminator.body) == [
        ("Conv2D", 4 * 4 * 1 * 64 + 64),
        leaky,
        ("Conv2D", 4 * 4 * 64 * 128),
        ("BatchNorm", 4 * 128),
        leaky,
        ("Dense", 7 * 7 * 128 * 1024),
        ("BatchNorm", 4 * 1024),
        leaky,
    ]
    assert described(model.discriminator.real_head) == [("Dense", 1024 + 1)]
    assert described(model.discriminator.code_head) == [
        ("Dense", 1024 * 128),
        ("BatchNorm", 4 * 128),
        leaky,
        ("Dense", 128 * q_outputs + q_outputs),
    ]
    assert model.discriminator.count_params() == (6_693_453 if name == "original" else 6_693_711)


def test_generator_layers_and_parameter_counts(preset):
    _, model = preset
    relu = ("ReLU", 0)
    assert described(model.generator.body) == [
        ("Dense", 74 * 1024),
        ("BatchNorm", 4 * 1024),
        relu,
        ("Dense", 1024 * 7 * 7 * 128),
        ("BatchNorm", 4 * 7 * 7 * 128),
        relu,
        ("Conv2DTranspose", 4 * 4 * 128 * 64),
        ("BatchNorm", 4 * 64),
        relu,
        ("Conv2DTranspose", 4 * 4 * 64 * 1 + 1),
        ("sigmoid", None),
    ]
    assert model.generator.count_params() == 6_659_841


def test_presets_differ_where_paper_and_original_code_do(preset):
    name, model = preset
    weights = [code.weight for code in model.spec.codes]
    assert weights == ([1.0, 1.0, 1.0] if name == "original" else [1.0, 0.1, 0.1])
    std = "Gaussian(std 1)" if name == "original" else "Gaussian(std learned, at least 0.05)"
    assert [code.distribution.posterior_name for code in model.spec.codes] == ["Categorical", std, std]
    assert model.spec.size == 74


def test_outputs_have_their_shapes_and_ranges(preset):
    _, model = preset
    images = model.generator(tf.random.stateless_normal([5, 74], [1, 2], stddev=3.0), training=True)
    assert images.shape == (5, 28, 28, 1)
    assert float(tf.reduce_min(images)) >= 0
    assert float(tf.reduce_max(images)) <= 1
    output = model.discriminator(images)
    assert output.real_logits.shape == (5, 1)
    assert output.posterior.shape == (5, model.spec.posterior_size)


def test_eager_and_graph_agree(small_model):
    latents = tf.random.stateless_normal([5, 74], [1, 2])
    images = small_model.generator(latents)
    np.testing.assert_allclose(tf.function(small_model.generator)(latents), images, atol=1e-6)
    in_graph = tf.function(small_model.discriminator)(images)
    np.testing.assert_allclose(in_graph.posterior, small_model.discriminator(images).posterior, atol=1e-5)


def test_initial_weights_follow_the_original_code(small_model):
    convolution, dense = small_model.discriminator.body.layers[0], small_model.discriminator.body.layers[6]
    assert np.std(dense.kernel.numpy()) == pytest.approx(0.02, rel=0.01)
    assert np.abs(convolution.kernel.numpy()).max() <= 0.04
    gamma = small_model.generator.body.layers[4].gamma
    assert np.mean(gamma.numpy()) == pytest.approx(1, abs=0.002)
    assert np.std(gamma.numpy()) == pytest.approx(0.02, rel=0.05)


def test_initial_weights_follow_from_the_seed():
    first, again, other = (build_model(MnistConfig(seed=seed)) for seed in (3, 3, 4))
    for a, b, c in zip(first.generator.weights, again.generator.weights, other.generator.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        if "kernel" in a.path:
            assert np.any(a.numpy() != c.numpy())


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
    discriminator = MnistDiscriminator(posterior_size=3, leaky_slope=0.1, q_features=q_features)
    images = tf.random.stateless_uniform([4, 28, 28, 1], [1, 2])
    sources = {"images": [images]}
    for name in ("body", "real_head", "code_head", "q_body"):
        part = getattr(discriminator, name)
        sources[name] = [variable.value for variable in part.trainable_variables] if part else []
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(discriminator(images, training=True).posterior ** 2)
    gradients = tape.gradient(loss, sources)
    for name, of_part in gradients.items():
        expected = name in reached
        assert all((gradient is not None and bool(tf.reduce_any(gradient != 0))) == expected for gradient in of_part)
    assert len(gradients["q_body"]) == (len(gradients["body"]) if q_features == "own" else 0)


def test_a_q_of_its_own_network_leaves_the_rest_as_it_is():
    """So that `gan` and `gan_own_q` of a seed are the same GAN, whose images two Qs read."""
    detached, own = (build_model(MnistConfig(seed=3, objective=objective)) for objective in ("gan", "gan_own_q"))
    for a, b in zip(detached.discriminator.weights, own.discriminator.weights, strict=False):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(detached.generator.weights, own.generator.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert own.discriminator.q_body.count_params() == own.discriminator.body.count_params()
    body, q_body = own.discriminator.body.layers[6].kernel, own.discriminator.q_body.layers[6].kernel
    assert np.any(body.numpy() != q_body.numpy())


def test_unknown_features_for_q_are_refused():
    with pytest.raises(ValueError, match="q_features must be one of shared, detached, own, got 'frozen'"):
        MnistDiscriminator(posterior_size=3, leaky_slope=0.1, q_features="frozen")
