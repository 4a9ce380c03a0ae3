"""All sides of the benchmark compute one and the same update."""

import json
import subprocess
import sys
from pathlib import Path

import arithmetic
import numpy as np
import pytest
import tensorflow as tf
from plain_keras import PlainInfoGAN

from infogan_tf.configs import MnistConfig
from infogan_tf.experiments import build_model, compile_model

ROOT = Path(__file__).parents[2]
BATCH_SIZE = 128


def given_gradients(*optimizers):
    """What each optimiser is given from here on, which moves nothing."""
    given = []
    for optimizer in optimizers:
        optimizer.apply = lambda gradients, variables: given.append([gradient.numpy() for gradient in gradients])
    return given


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::31][:BATCH_SIZE], tf.float32) / 255


@pytest.fixture
def ours():
    config = MnistConfig(seed=3)
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
    discriminator_loss = ours._discriminator_loss
    ours._discriminator_loss = lambda *judged: losses.append(discriminator_loss(*judged)) or losses[0]
    metrics = ours.apply_update(real_images)
    information = sum(
        weight * float(metrics[f"mutual_information/{name}"]) for name, weight in (("c1", 1), ("c2", 0.1), ("c3", 0.1))
    )
    return {
        "latents": drawn,
        "weights": weights,
        "gradients": given,
        "g_loss": float(metrics["loss/generator"]) - information,
        "d_loss": float(losses[0][0]),
    }


def test_the_plain_keras_port_has_the_same_losses_and_gradients(update, real_images):
    plain = PlainInfoGAN()
    plain.generator.set_weights(update["weights"][0])
    plain.discriminator.set_weights(reordered(update["weights"][1], WEIGHTS, OURS, PLAIN))
    d_latents, g_latents = update["latents"]
    given = given_gradients(plain.d_optimizer, plain.g_optimizer)
    d_loss = plain.update_discriminator(real_images, d_latents)
    g_loss = plain.update_generator(g_latents)
    assert float(g_loss) == pytest.approx(update["g_loss"], rel=1e-5)
    assert float(d_loss) == pytest.approx(update["d_loss"], rel=1e-5)
    theirs = [reordered(given[0], TRAINABLE, PLAIN, OURS), given[1]]
    assert_same_gradients(update["gradients"], theirs)


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


def assert_same_gradients(ours, theirs):
    for mine, plain in zip(ours, theirs, strict=True):
        for a, b in zip(mine, plain, strict=True):
            assert a.shape == b.shape
            # Rounding is a hundred times smaller, but may carry one unit of one image over the kink of its ReLU.
            assert np.linalg.norm(a - b) <= 2e-3 * np.linalg.norm(b)


def test_the_torch_port_has_the_same_losses_and_gradients(update, real_images):
    torch = pytest.importorskip("torch")
    from plain_torch import TorchInfoGAN

    model = TorchInfoGAN()
    copy_into_torch(torch, model, update["weights"])
    # Without a step D stays as it is, as in the other sides of this comparison.
    model.d_optimizer.step = model.g_optimizer.step = lambda: None
    d_latents, g_latents = (torch.tensor(latents.numpy()) for latents in update["latents"])
    d_loss = model.update_discriminator(torch.tensor(real_images.numpy().transpose(0, 3, 1, 2)), d_latents)
    theirs = [gradients_of(model.discriminator)]
    g_loss = model.update_generator(g_latents)
    theirs.append(gradients_of(model.generator))
    assert float(g_loss) == pytest.approx(update["g_loss"], rel=1e-4)
    assert float(d_loss) == pytest.approx(update["d_loss"], rel=1e-4)
    assert_same_gradients([[in_torch_layout(gradient) for gradient in part] for part in update["gradients"]], theirs)


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
    # A pass of D over deformed images: forward once, and back once to the weights and twice to the inputs.
    assert arithmetic.update_flops(128, "simultaneous", deformed=True) == pytest.approx(47.1e9, rel=0.01)


def run(*arguments):
    command = [sys.executable, str(ROOT / "benchmarks" / "train_step.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_one_command_prints_a_table_and_writes_json(tmp_path):
    file = tmp_path / "numbers.json"
    finished = run("--batch_size=4", "--rounds=1", "--updates=1", "--noothers", f"--json={file}")
    assert finished.returncode == 0, finished.stderr
    result = json.loads(file.read_text())
    names = ["infogan_tf, alternating", "infogan_tf, simultaneous", "infogan_tf, preset best"]
    assert [row["name"] for row in result["contenders"]] == names
    for row in result["contenders"]:
        assert f"| {row['name']} | {row['ms_per_update']:.1f} |" in finished.stdout
        expected = row["gflops"] / max(result["sgemm_gflops"].values())
        assert row["share_of_sgemm"] == pytest.approx(expected)


def test_bad_input_is_refused_in_one_line(tmp_path):
    missing = tmp_path / "no" / "numbers.json"
    for arguments, text in (
        (["--batch_size=1"], "batch_size"),
        ([f"--json={missing}"], f"flag --json: expected a file in a folder that is there, got {missing}"),
    ):
        finished = run(*arguments)
        assert finished.returncode != 0
        assert text in finished.stderr
        assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    ("script", "arguments", "texts"),
    [
        ("fast_paths", ["--batch_size=4", "--rounds=1"], ["| all fast paths |", "| without Dense |"]),
        ("growth", ["--batch_sizes=4", "--threads=1", "--rounds=1"], ["| 4 | 1 |"]),
    ],
)
def test_the_other_benchmarks_print_their_tables(script, arguments, texts):
    command = [sys.executable, str(ROOT / "benchmarks" / f"{script}.py"), *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    for text in texts:
        assert text in finished.stdout


def test_curves_of_runs_are_drawn(tmp_path):
    (tmp_path / "run").mkdir()
    points = [{"step": step, "mutual_information/c1": step / 1000} for step in range(10, 1001, 10)]
    (tmp_path / "run" / "metrics.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points))
    command = [sys.executable, str(ROOT / "benchmarks" / "plot_runs.py"), f"--output={tmp_path / 'curves.png'}"]
    finished = subprocess.run([*command, f"--runs=a={tmp_path / 'run'}"], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "curves.png").stat().st_size > 5000
    finished = subprocess.run([*command, "--runs=a=/nowhere"], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "flag --runs: expected label=folder of a run, got a=/nowhere" in finished.stderr
