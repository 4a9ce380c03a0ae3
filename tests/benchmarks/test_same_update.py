"""All sides of `train_step.py` compute one and the same update, whose arithmetic is counted."""

import contextlib
import importlib.util

import arithmetic
import keras
import numpy as np
import pytest
import tensorflow as tf
from plain_keras import PlainInfoGAN

from infogan_tf.build_model import build_model, compile_model
from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config

pytestmark = pytest.mark.slow

SHARPNESS = 50.0
# Of a gradient's norm. Ours, in float32, was found up to 1e-4 away from float64 over several seeds.
ROUNDING = 1e-3


def given_gradients(*optimizers):
    """What each optimizer is given from here on, which moves nothing."""
    given = []
    for optimizer in optimizers:
        optimizer.apply = lambda gradients, variables: given.append([gradient.numpy() for gradient in gradients])
    return given


@pytest.fixture(autouse=True)
def _optimizers_without_state(monkeypatch):
    """Nothing is moved here, and Adam's averages in float64 would be twice as large as the networks."""
    monkeypatch.setattr(keras.optimizers.Adam, "build", lambda optimizer, variables: None)


@pytest.fixture(autouse=True)
def _smooth_activations(monkeypatch):
    """Rounds off the kinks of all sides' ReLUs.

    At a kink rounding decides on which side a unit is, and one unit of one image moves the gradients of all layers
    before it by up to a hundredth of their norms.
    """

    def smooth(layers, layer, softplus):
        def relu(slope=0.0, **arguments):
            slope = arguments.get("negative_slope", slope)
            return layer(lambda x: slope * x + (1 - slope) * softplus(SHARPNESS * x) / SHARPNESS)

        monkeypatch.setattr(layers, "ReLU", relu)
        monkeypatch.setattr(layers, "LeakyReLU", relu)

    smooth(keras.layers, keras.layers.Activation, keras.ops.softplus)
    if importlib.util.find_spec("torch"):
        from torch import nn

        class Activation(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.forward = function

        smooth(nn, Activation, nn.functional.softplus)


@pytest.fixture(params=[1.0, 0.25], ids="width {}".format)
def update(request, embedded_digits, monkeypatch):
    """One update of ours: the images, the latents it drew, its weights, G's loss and both gradients."""
    config = Config(seed=3, width=request.param)
    model = build_model(config)
    compile_model(model, config)
    drawn, sample = [], LatentSpec.sample

    def recorded(spec, batch_size, seed):
        drawn.append(sample(spec, batch_size, seed))
        return drawn[-1]

    monkeypatch.setattr(LatentSpec, "sample", recorded)
    weights = [network.get_weights() for network in (model.generator, model.discriminator)]
    given = given_gradients(model.d_optimizer, model.g_optimizer)
    images = embedded_digits.training[::250].astype(np.float32) / 255
    metrics = model.apply_update(images)
    information = sum(code.weight * metrics[f"mutual_information/{code.name}"] for code in model.spec.codes)
    return {
        "width": config.width,
        "images": images,
        "latents": [model.spec.join(latents).numpy() for latents in drawn],
        "weights": weights,
        "g_loss": float(metrics["loss/generator"] - information),
        "gradients": given,
    }


@contextlib.contextmanager
def float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def keras_port(update):
    """G's loss and both gradients of the plain Keras port from our weights, in float64; our gradients in its order."""
    with float64():
        plain = PlainInfoGAN(update["width"])
        plain.generator.set_weights(update["weights"][0])
        plain.discriminator.set_weights(reordered(update["weights"][1], (12, 2, 5, 2)))
        d_latents, g_latents, images = (
            tf.constant(values, tf.float64) for values in (*update["latents"], update["images"])
        )
        given = given_gradients(plain.d_optimizer, plain.g_optimizer)
        plain.update_discriminator(images, d_latents)
        g_loss = plain.update_generator(g_latents)
    d_gradients, g_gradients = update["gradients"]
    return g_loss, given, [reordered(d_gradients, (8, 2, 3, 2)), g_gradients]


def reordered(values, sizes):
    """D's weights or gradients as the plain port lists them, with so many of body, D's head, Q's hidden layer and Q's
    output: Keras lists a functional model's layers by depth, so that Q's hidden layer comes before D's head.
    """
    body, real_head, q_hidden, q_out = np.split(np.array(values, object), np.cumsum(sizes)[:-1])
    return [*body, *q_hidden, *real_head, *q_out]


def torch_port(update):
    """The same of the PyTorch port, whose images are [channels, height, width]."""
    torch = pytest.importorskip("torch")
    from plain_torch import TorchInfoGAN

    model = TorchInfoGAN(width=update["width"])
    for network, weights in zip((model.generator, model.discriminator), update["weights"], strict=True):
        tensors = [tensor for name, tensor in network.state_dict().items() if "num_batches" not in name]
        for tensor, value in zip(tensors, weights, strict=True):
            tensor.copy_(torch.tensor(in_torch_layout(value)))
        network.double()
    # Without a step D stays as it is, as in the other sides of this comparison.
    model.d_optimizer.step = model.g_optimizer.step = lambda: None
    d_latents, g_latents, images = (
        torch.tensor(values).double() for values in (*update["latents"], update["images"].transpose(0, 3, 1, 2))
    )
    model.update_discriminator(images, d_latents)
    given = [gradients_of(model.discriminator)]
    g_loss = model.update_generator(g_latents)
    given.append(gradients_of(model.generator))
    return g_loss, given, [[in_torch_layout(gradient) for gradient in part] for part in update["gradients"]]


def gradients_of(network):
    return [parameter.grad.numpy().copy() for parameter in network.parameters()]


def in_torch_layout(value):
    if value.ndim == 4:
        return value.transpose(3, 2, 0, 1).copy()
    # Dense layers before and after an image list its pixels with their channels last.
    if value.shape[-1] % 49 == 0:
        *units, size = value.shape
        return (
            np.moveaxis(value.reshape(*units, 7, 7, size // 49), [-1, -3, -2], [0, 1, 2]).reshape(size, *units).copy()
        )
    if value.shape[0] % 49 == 0:
        size, units = value.shape
        return value.reshape(7, 7, size // 49, units).transpose(3, 2, 0, 1).reshape(units, size).copy()
    return value.T.copy()


@pytest.mark.parametrize("port", [keras_port, torch_port])
def test_a_port_has_the_same_loss_and_gradients(port, update):
    g_loss, theirs, ours = port(update)
    assert float(g_loss) == pytest.approx(update["g_loss"], rel=1e-5)
    for mine, plain in zip(ours, theirs, strict=True):
        for a, b in zip(mine, plain, strict=True):
            assert a.shape == b.shape
            assert np.linalg.norm(a - b) <= ROUNDING * np.linalg.norm(b)


def test_arithmetic_is_counted_from_the_layers():
    # By hand: 74x1024, 1024x6272, 49 places of 4x4x128x64, 196 places of 4x4x64.
    g = [74 * 1024, 1024 * 6272, 49 * 16 * 128 * 64, 196 * 16 * 64]
    assert arithmetic.multiply_adds(arithmetic.generator()) == g
    d = [196 * 16 * 64, 49 * 16 * 64 * 128, 6272 * 1024, 1024, 1024 * 128, 128 * 14]
    assert sorted(arithmetic.multiply_adds(arithmetic.discriminator())) == sorted(d)
    assert arithmetic.update_flops(128, "alternating") == pytest.approx(40.4e9, rel=0.01)
    assert arithmetic.update_flops(128, "simultaneous") == pytest.approx(33.6e9, rel=0.01)
    # At half the width the products of two inner layers are a fourth.
    assert arithmetic.multiply_adds(arithmetic.generator(0.5)) == [g[0] / 2, g[1] / 4, g[2] / 4, g[3] / 2]
    # A pass of D over augmented images: forward once, and back once to the weights and twice to the inputs.
    assert arithmetic.update_flops(128, "simultaneous", augmented=True) == pytest.approx(47.1e9, rel=0.01)
