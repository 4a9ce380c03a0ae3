"""The backend, oneDNN and precision. What must be decided before TensorFlow is loaded is tried in processes."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf import runtime
from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.runtime import check_precision, product_precision
from infogan_tf.training.loop import train

MESSAGE = b"I0000 00:00:17 1 port.cc:153] oneDNN custom operations are on. You may see slightly different results.\n"
SHOW = "import os, infogan_tf; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'), os.environ['KERAS_BACKEND'], end='')"
needs_bfloat16 = pytest.mark.skipif("runtime.bfloat16_obstacle()", reason="bfloat16 would not be faster here")


def run(code, folder=None, **variables):
    names = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS")
    environment = {name: value for name, value in os.environ.items() if name not in names} | variables
    if folder is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(folder), *sys.path])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=240, check=False)


@pytest.fixture
def stand_in(tmp_path):
    """Makes a `tensorflow` that says something to stderr, below Python, and then runs some code."""

    def make(code=""):
        config = "class config:\n    list_logical_devices = staticmethod(lambda: [])\n"
        (tmp_path / "tensorflow.py").write_text(f"import os\nos.write(2, {MESSAGE!r})\n{config}{code}")
        return tmp_path

    return make


def test_onednn_is_turned_on_unless_the_user_decided_or_it_would_come_too_late(stand_in):
    assert run(SHOW).stdout == b"1 tensorflow"
    assert run(SHOW, TF_ENABLE_ONEDNN_OPTS="0").stdout == b"0 tensorflow"
    assert run(f"import tensorflow; {SHOW}", stand_in()).stdout == b"None tensorflow"


def test_a_command_loads_tensorflow_silently_unless_it_fails(stand_in):
    load = "from infogan_tf.runtime import load_tensorflow; load_tensorflow()"
    assert run(load, stand_in()).stderr == b""
    failed = run(load, stand_in("raise ImportError('broken')"))
    assert failed.returncode == 1
    assert MESSAGE in failed.stderr
    assert failed.stderr.endswith(b"ImportError: broken\n")


def test_onednn_is_on_with_the_real_tensorflow():
    assert runtime.onednn_is_on() == (os.environ["TF_ENABLE_ONEDNN_OPTS"] == "1")


def test_another_backend_of_keras_is_replaced_with_a_warning_in_one_line():
    result = run(SHOW, KERAS_BACKEND="jax")
    assert result.stdout == b"1 tensorflow"
    assert result.stderr == (
        b"infogan_tf:0: UserWarning: KERAS_BACKEND=jax is replaced by tensorflow, the only backend that infogan_tf "
        b"runs on\n"
    )


def test_keras_loaded_with_another_backend_is_refused(tmp_path):
    (tmp_path / "keras.py").write_text("class backend:\n    backend = staticmethod(lambda: 'jax')\n")
    result = run("import keras, infogan_tf", tmp_path)
    assert result.returncode == 1
    assert result.stderr.endswith(
        b"ImportError: Keras is already loaded with the backend jax, expected tensorflow: import infogan_tf before "
        b"keras, or set KERAS_BACKEND=tensorflow\n"
    )


def tiny(folder, **changes):
    return Config(
        **{"run_folder": str(folder), "data_source": "embedded", "max_epoch": 1, "updates_per_epoch": 2, **changes}
    )


def gradients(images):
    """Those of a small network without kinks, where rounding can't decide on which side of one a unit is."""
    initializers = (keras.initializers.GlorotUniform(seed) for seed in (1, 2, 3))
    network = keras.Sequential(
        [
            keras.layers.Conv2D(16, 4, 2, activation="tanh", kernel_initializer=next(initializers)),
            keras.layers.Conv2DTranspose(8, 4, 2, activation="tanh", kernel_initializer=next(initializers)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, use_bias=False, kernel_initializer=next(initializers)),
        ]
    )

    @tf.function
    def compute(images):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(network(images) ** 2)
        return tape.gradient(loss, network.trainable_variables)

    return [gradient.numpy() for gradient in compute(images)]


@needs_bfloat16
def test_gradients_with_bfloat16_are_those_with_float32_up_to_rounding():
    images = tf.random.stateless_uniform([32, 16, 16, 1], [1, 2])
    expected = gradients(images)
    with product_precision("bfloat16"):
        rounded = gradients(images)
    for gradient, other, again in zip(expected, rounded, gradients(images), strict=True):
        # A factor has 8 significant bits, so rounding changes it by up to 0.4 %.
        assert 1e-4 < np.linalg.norm(other - gradient) / np.linalg.norm(gradient) < 0.02
        np.testing.assert_array_equal(again, gradient)


@needs_bfloat16
def test_an_update_reports_about_the_same_with_bfloat16():
    images = tf.random.stateless_uniform([32, 28, 28, 1], [1, 2])
    expected, rounded = first_update(images), first_update(images, "bfloat16")
    for name in ("loss/discriminator", "loss/generator", "discriminator/real_mean", "gradient_norm/discriminator"):
        assert rounded[name] == pytest.approx(expected[name], rel=0.05)
        assert rounded[name] != expected[name]


def first_update(images, precision="float32"):
    config = presets("mnist")["best"]
    model = build_model(config)
    compile_model(model, config)
    with product_precision(precision):
        return {name: float(value) for name, value in tf.function(model.apply_update)(images).items()}


@needs_bfloat16
def test_a_run_says_so_and_may_be_resumed_with_float32(tmp_path):
    folder = tmp_path / "run"
    train(tiny(folder, precision="bfloat16"))
    assert "precision: convolutions and matrix products of bfloat16 numbers" in (folder / "log.txt").read_text()
    train(tiny(folder, max_epoch=2))
    assert json.loads((folder / "config.json").read_text())["settings"]["precision"] == "float32"


@pytest.mark.parametrize(
    ("flags", "onednn", "gpus", "text"),
    [
        ({"avx512f"}, True, [], "since /proc/cpuinfo of Linux shows neither AVX512-BF16 nor AMX, got bfloat16"),
        ({"avx512_bf16"}, False, [], r"since oneDNN is off .TF_ENABLE_ONEDNN_OPTS., got bfloat16"),
        ({"amx_bf16"}, True, ["gpu"], "since TensorFlow computes on a GPU, got bfloat16"),
    ],
)
def test_bfloat16_is_refused_where_it_would_be_slow(monkeypatch, tmp_path, flags, onednn, gpus, text):
    monkeypatch.setattr(runtime, "_processor_flags", lambda: flags)
    monkeypatch.setattr(runtime, "onednn_is_on", lambda: onednn)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus)
    with pytest.raises(SettingError, match=f"precision: expected float32, {text}"):
        train(tiny(tmp_path / "run", precision="bfloat16"))
    assert not (tmp_path / "run").exists()
    check_precision("float32")
