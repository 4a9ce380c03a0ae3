"""All sides of the benchmark compute one and the same update, and one command times them."""

import contextlib
import gc
import importlib.util
import json
import sys

import arithmetic
import keras
import numpy as np
import pytest
import tensorflow as tf
import train_step_worker
from plain_keras import PlainInfoGAN

from infogan_tf import update as infogan_update
from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.runtime import bfloat16_obstacle
from tests import processes
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

BATCH_SIZE = 16
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


@pytest.fixture
def smooth_activations(monkeypatch):
    """Rounds off the kinks of all sides' ReLUs.

    At a kink rounding decides on which side a unit is, and one unit of one image moves the gradients of all layers
    before it by up to a hundredth of their norms.
    """
    monkeypatch.setattr(keras.layers, "ReLU", lambda: smooth_relu(keras.layers.Activation, keras.ops.softplus))
    monkeypatch.setattr(
        keras.layers,
        "LeakyReLU",
        lambda negative_slope: smooth_relu(keras.layers.Activation, keras.ops.softplus, negative_slope),
    )
    if importlib.util.find_spec("torch"):
        from torch import nn

        class Activation(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.forward = function

        monkeypatch.setattr(nn, "ReLU", lambda: smooth_relu(Activation, nn.functional.softplus))
        monkeypatch.setattr(nn, "LeakyReLU", lambda slope: smooth_relu(Activation, nn.functional.softplus, slope))


def smooth_relu(layer, softplus, slope=0.0):
    return layer(lambda x: slope * x + (1 - slope) * softplus(SHARPNESS * x) / SHARPNESS)


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::250][:BATCH_SIZE], tf.float32) / 255


@pytest.fixture
def ours():
    config = Config(seed=3)
    model = build_model(config)
    compile_model(model, config)
    return model


@pytest.fixture
def update(ours, real_images, monkeypatch):
    """One update of ours: the latents it drew, its losses and its gradients."""
    drawn = []
    sample = type(ours.spec).sample

    def recorded(spec, batch_size, seed):
        latents = sample(spec, batch_size, seed)
        drawn.append(spec.join(latents))
        return latents

    monkeypatch.setattr(type(ours.spec), "sample", recorded)
    weights = [network.get_weights() for network in (ours.generator, ours.discriminator)]
    given = given_gradients(ours.d_optimizer, ours.g_optimizer)
    losses = []

    def discriminator_objective(*arguments):
        losses.append(objective(*arguments))
        return losses[-1]

    objective = infogan_update.discriminator_objective
    monkeypatch.setattr(infogan_update, "discriminator_objective", discriminator_objective)
    metrics = ours.apply_update(real_images)
    information = sum(
        weight * float(metrics[f"mutual_information/{name}"]) for name, weight in (("c1", 1), ("c2", 0.1), ("c3", 0.1))
    )
    yield {
        "latents": drawn,
        "weights": weights,
        "gradients": given,
        "g_loss": float(metrics["loss/generator"]) - information,
        "d_loss": float(losses[0][0]),
    }
    gc.collect()  # Two models and their optimizers in float64 are a gigabyte.


@contextlib.contextmanager
def float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def keras_port(update, real_images):
    """Losses and gradients of the plain Keras port from our weights, in float64, and our gradients in their order."""
    with float64():
        plain = PlainInfoGAN()
        plain.generator.set_weights(update["weights"][0])
        plain.discriminator.set_weights(reordered(update["weights"][1], WEIGHTS, OURS, PLAIN))
        d_latents, g_latents = (tf.cast(latents, tf.float64) for latents in update["latents"])
        given = given_gradients(plain.d_optimizer, plain.g_optimizer)
        d_loss = plain.update_discriminator(tf.cast(real_images, tf.float64), d_latents)
        g_loss = plain.update_generator(g_latents)
    ours = [reordered(update["gradients"][0], TRAINABLE, OURS, PLAIN), update["gradients"][1]]
    return float(d_loss), float(g_loss), given, ours


# Keras lists a functional model's layers by depth, so the plain port's Q head begins before D's head.
WEIGHTS = {"body": 12, "real_head": 2, "q_hidden": 5, "q_out": 2}
TRAINABLE = {"body": 8, "real_head": 2, "q_hidden": 3, "q_out": 2}
OURS = ("body", "real_head", "q_hidden", "q_out")
PLAIN = ("body", "q_hidden", "real_head", "q_out")


def reordered(values, sizes, before, after):
    """A list of D's weights or gradients, listed by parts in one order, in another."""
    values = iter(values)
    parts = {part: [next(values) for _ in range(sizes[part])] for part in before}
    return [value for part in after for value in parts[part]]


def torch_port(update, real_images):
    """The same of the PyTorch port."""
    import torch
    from plain_torch import TorchInfoGAN

    model = TorchInfoGAN()
    copy_into_torch(torch, model, update["weights"])
    for network in (model.generator, model.discriminator):
        network.double()
    # Without a step D stays as it is, as in the other sides of this comparison.
    model.d_optimizer.step = model.g_optimizer.step = lambda: None
    d_latents, g_latents = (torch.tensor(latents.numpy()).double() for latents in update["latents"])
    d_loss = model.update_discriminator(torch.tensor(real_images.numpy().transpose(0, 3, 1, 2)).double(), d_latents)
    given = [gradients_of(model.discriminator)]
    g_loss = model.update_generator(g_latents)
    given.append(gradients_of(model.generator))
    ours = [[in_torch_layout(gradient) for gradient in part] for part in update["gradients"]]
    return float(d_loss), float(g_loss), given, ours


@pytest.fixture(params=["plain Keras", "PyTorch"])
def port(request):
    if request.param == "plain Keras":
        return keras_port
    pytest.importorskip("torch")
    return torch_port


def test_a_port_has_the_same_losses(port, update, real_images):
    d_loss, g_loss, _, _ = port(update, real_images)
    assert d_loss == pytest.approx(update["d_loss"], rel=1e-5)
    assert g_loss == pytest.approx(update["g_loss"], rel=1e-5)


@pytest.mark.usefixtures("smooth_activations")
def test_a_port_has_the_same_gradients(port, update, real_images):
    _, _, theirs, ours = port(update, real_images)
    for mine, plain in zip(ours, theirs, strict=True):
        for a, b in zip(mine, plain, strict=True):
            assert a.shape == b.shape
            assert np.linalg.norm(a - b) <= ROUNDING * np.linalg.norm(b)


def gradients_of(network):
    return [parameter.grad.numpy().copy() for parameter in network.parameters()]


def copy_into_torch(torch, model, weights):
    """Our weights into PyTorch's layouts, whose images are [channels, height, width]."""
    for network, values in ((model.generator, weights[0]), (model.discriminator, weights[1])):
        tensors = [t for name, t in network.state_dict().items() if "num_batches" not in name]
        for tensor, value in zip(tensors, values, strict=True):
            tensor.copy_(torch.tensor(in_torch_layout(value)))


def in_torch_layout(value):
    if value.ndim == 4:
        return value.transpose(3, 2, 0, 1).copy()
    if value.shape == (1024, 7 * 7 * 128):
        return value.reshape(1024, 7, 7, 128).transpose(3, 1, 2, 0).reshape(-1, 1024).copy()
    if value.shape == (7 * 7 * 128, 1024):
        return value.reshape(7, 7, 128, 1024).transpose(3, 2, 0, 1).reshape(1024, -1).copy()
    if value.shape == (7 * 7 * 128,):
        return value.reshape(7, 7, 128).transpose(2, 0, 1).reshape(-1).copy()
    return value.T.copy()


def test_arithmetic_is_counted_from_the_layers():
    # By hand: 74x1024, 1024x6272, 49 places of 4x4x128x64, 196 places of 4x4x64.
    g = [74 * 1024, 1024 * 6272, 49 * 16 * 128 * 64, 196 * 16 * 64]
    assert arithmetic.multiply_adds(arithmetic.generator()) == g
    d = [196 * 16 * 64, 49 * 16 * 64 * 128, 6272 * 1024, 1024, 1024 * 128, 128 * 14]
    assert sorted(arithmetic.multiply_adds(arithmetic.discriminator())) == sorted(d)
    assert arithmetic.update_flops(128, "alternating") == pytest.approx(40.4e9, rel=0.01)
    assert arithmetic.update_flops(128, "simultaneous") == pytest.approx(33.6e9, rel=0.01)
    # A pass of D over augmented images: forward once, and back once to the weights and twice to the inputs.
    assert arithmetic.update_flops(128, "simultaneous", augmented=True) == pytest.approx(47.1e9, rel=0.01)


def run(script, *arguments):
    return processes.run([sys.executable, str(ROOT / "benchmarks" / f"{script}.py"), *arguments])


# As little as can be timed.
ONE_ROUND = ("--rounds=1", "--sgemm_size=64")


def test_one_command_times_both_settings_of_onednn_in_turn(tmp_path):
    file = tmp_path / "numbers.json"
    flags = ("--batch_size=4", "--updates=1", "--onednn=both", "--only=preset best", f"--json={file}")
    finished = run("train_step", *ONE_ROUND, *flags)
    assert finished.returncode == 0, finished.stderr
    assert "round 1 of 1" in finished.stderr
    result = json.loads(file.read_text())
    rows = [(row["name"], row["onednn"]) for row in result["contenders"]]
    bfloat16 = [("infogan_tf, preset best, bfloat16", True)] * (not bfloat16_obstacle())
    assert rows == [("infogan_tf, preset best", True), *bfloat16, ("infogan_tf, preset best", False)]
    assert result["contenders"][0]["relative_to_ours"] == 1
    for row in result["contenders"]:
        onednn = "on" if row["onednn"] else "off"
        assert f"| {row['name']} | {onednn} | {row['ms_per_update']:.1f} |" in finished.stdout
        expected = row["gflops"] / max(result["sgemm_gflops"].values())
        assert row["share_of_sgemm"] == pytest.approx(expected)
    assert list(result["sgemm_gflops"]) == ["TensorFlow, oneDNN on", "TensorFlow, oneDNN off"]


def test_all_of_ours_are_timed():
    names = ["infogan_tf, alternating", "infogan_tf, simultaneous", "infogan_tf, preset best"]
    bfloat16 = ["infogan_tf, preset best, bfloat16"] * (not bfloat16_obstacle())
    assert list(train_step_worker.OURS) == names + bfloat16


def test_bad_input_is_refused_in_one_line(tmp_path):
    missing = tmp_path / "no" / "numbers.json"
    for arguments, text in (
        (["--batch_size=1"], "batch_size"),
        ([f"--json={missing}"], f"flag --json: expected a file in a folder that is there, got {missing}"),
        (["--onednn=maybe"], "onednn"),
    ):
        finished = run("train_step", *arguments)
        assert finished.returncode != 0
        assert text in finished.stderr
        assert "Traceback" not in finished.stderr
