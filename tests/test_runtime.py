"""The backend, oneDNN and precision. What must be decided before TensorFlow is loaded is tried in processes."""

import dataclasses
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf import runtime
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.runtime import (
    check_precision,
    describe_precision,
    network_precision,
    product_precision,
)
from infogan_tf.startup import load_tensorflow
from infogan_tf.training import loop
from infogan_tf.training.loop import train
from tests.tiny_models import compiled_tiny_model, tiny_images

MESSAGE = "I0000 00:00:17 1 port.cc:153] oneDNN custom operations are on. You may see slightly different results.\n"
SHOW = "import os, infogan_tf; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'), os.environ['KERAS_BACKEND'])"
LOAD = "from infogan_tf.startup import load_tensorflow; load_tensorflow()"
needs_bfloat16 = pytest.mark.skipif("runtime.precision_obstacle('bfloat16')", reason="bfloat16 would be no faster here")


@pytest.fixture
def run(tmp_path):
    """Runs code in a process: its status, stdout and stderr; `modules` are the source of modules by name."""

    def run(code, modules=None, **variables):
        for name, source in (modules or {}).items():
            (tmp_path / f"{name}.py").write_text(source)
        chosen = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS")
        environment = {name: value for name, value in os.environ.items() if name not in chosen} | variables
        environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *sys.path])
        finished = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, env=environment, text=True, timeout=240, check=False
        )
        return finished.returncode, finished.stdout, finished.stderr

    return run


def loud_tensorflow(code=""):
    """A `tensorflow` that says something to stderr, below Python, and then runs some code."""
    config = "class config:\n"
    for name in ("list_physical_devices", "list_logical_devices", "set_visible_devices"):
        config += f"    {name} = staticmethod(lambda *given: ['cpu'] if given == ('CPU',) else [])\n"
    return {"tensorflow": f"import os\nos.write(2, {MESSAGE.encode()!r})\n{config}{code}"}


def test_onednn_is_turned_on_unless_the_user_decided_or_it_would_come_too_late(run):
    assert run(SHOW) == (0, "1 tensorflow\n", "")
    assert run(SHOW, TF_ENABLE_ONEDNN_OPTS="0") == (0, "0 tensorflow\n", "")
    assert run(f"import tensorflow; {SHOW}", loud_tensorflow()) == (0, "None tensorflow\n", MESSAGE)
    assert runtime.onednn_is_on() == (os.environ["TF_ENABLE_ONEDNN_OPTS"] == "1")


def test_a_command_loads_tensorflow_silently_unless_it_fails(run):
    assert run(LOAD, loud_tensorflow()) == (0, "", "")
    status, _, err = run(LOAD, loud_tensorflow("raise ImportError('broken')"))
    assert status == 1
    assert MESSAGE in err
    assert err.endswith("ImportError: broken\n")


def test_what_keras_would_end_at_in_its_file_is_refused_by_the_name_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    file = tmp_path / "keras.json"
    for text in ('{"floatx": "bfloat16"}', '{"image_data_format": "th"}', '{"epsilon": 1}', "[]"):
        file.write_text(text)
        with pytest.raises(OSError, match=f"^{file}: Keras can't use "):
            load_tensorflow()
    for text in ('{"floatx": "float16", "image_dim_ordering": "th", "backend": "theano"}', "no JSON"):
        file.write_text(text)
        load_tensorflow()


def test_another_backend_of_keras_is_replaced_with_a_warning_or_refused_if_it_is_loaded(run):
    status, out, err = run(SHOW, KERAS_BACKEND="jax")
    assert (status, out) == (0, "1 tensorflow\n")
    assert err == (
        "infogan_tf:0: UserWarning: KERAS_BACKEND=jax is replaced by tensorflow, the only backend that infogan_tf "
        "runs on\n"
    )
    loaded = {"keras": "class backend:\n    backend = staticmethod(lambda: 'jax')\n"}
    status, _, err = run("import keras, infogan_tf", loaded)
    assert status == 1
    assert err.endswith(
        "ImportError: Keras is already loaded with the backend jax, expected tensorflow: import infogan_tf before "
        "keras, or set KERAS_BACKEND=tensorflow\n"
    )


def gradients(images):
    """Those of a small network without kinks, where rounding can't decide on which side of one a unit is."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.layers.Conv2D(16, 4, 2, activation="tanh"),
            keras.layers.Conv2DTranspose(8, 4, 2, activation="tanh"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, use_bias=False),
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


@pytest.mark.parametrize("flags", [{"avx2"}, {"avx2", "avx512f"}])
def test_fit_leaves_out_the_pass_that_would_fail_without_avx512_and_no_one_else_does(monkeypatch, flags):
    monkeypatch.setattr(runtime, "_processor_flags", lambda: flags)
    seen = []
    logged = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: seen.append(fusing()))
    compiled_tiny_model().fit(tiny_images(), epochs=0, verbose=0, callbacks=[logged])
    assert (seen, fusing()) == (["avx512f" in flags], True)


def fusing():
    return tf.config.optimizer.get_experimental_options().get("remapping", True)


@needs_bfloat16
@pytest.mark.slow
@pytest.mark.usefixtures("small_networks")
def test_a_run_says_so_and_may_be_resumed_with_float32(tmp_path):
    folder = tmp_path / "run"
    config = Config(run_folder=folder, data_source="embedded", batch_size=8, updates_per_epoch=1, max_epoch=1)
    train(dataclasses.replace(config, precision="bfloat16"))
    assert "precision: convolutions and matrix products of bfloat16 numbers" in (folder / "log.txt").read_text()
    train(dataclasses.replace(config, max_epoch=2))
    assert json.loads((folder / "config.json").read_text())["settings"]["precision"] == "float32"


@pytest.fixture
def gpus(monkeypatch):
    """Lets TensorFlow say that it sees GPUs, by compute capability; what it makes of them is not tried here."""

    def see(*capabilities):
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: list(capabilities))
        monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: list(capabilities))
        details = {"device_name": "NVIDIA X"}
        monkeypatch.setattr(
            tf.config.experimental, "get_device_details", lambda gpu: details | {"compute_capability": gpu}
        )

    return see


@pytest.mark.parametrize(
    ("flags", "onednn", "capabilities", "precision", "text"),
    [
        ({"avx512f"}, True, [], "bfloat16", "since /proc/cpuinfo of Linux shows neither AVX512-BF16 nor AMX"),
        ({"avx512_bf16"}, False, [], "bfloat16", r"since oneDNN is off .TF_ENABLE_ONEDNN_OPTS."),
        ({"amx_bf16"}, True, [(7, 5)], "bfloat16", r"since the GPU has a compute capability below 8\.0"),
        ({"amx_bf16"}, True, [], "float16", "since TensorFlow computes on a CPU, which is slower with float16"),
    ],
)
def test_a_precision_is_refused_where_it_would_be_slow(
    monkeypatch, tmp_path, gpus, flags, onednn, capabilities, precision, text
):
    monkeypatch.setattr(runtime, "_processor_flags", lambda: flags)
    monkeypatch.setattr(runtime, "onednn_is_on", lambda: onednn)
    monkeypatch.setattr(loop.devices, "prepare_devices", lambda devices: None)
    gpus(*capabilities)
    with pytest.raises(SettingError, match=f"precision: expected float32, {text}.*, got {precision}"):
        train(Config(run_folder=tmp_path / "run", precision=precision))
    assert not (tmp_path / "run").exists()
    check_precision("float32")


def test_on_a_gpu_networks_have_a_mixed_policy_and_products_are_announced(gpus):
    gpus((8, 0))
    for precision in ("bfloat16", "float16"):
        check_precision(precision)
        with network_precision(precision):
            assert keras.config.dtype_policy().name == f"mixed_{precision}"
        assert describe_precision(precision).startswith(f"mixed_{precision}, a policy of Keras")
    assert keras.config.dtype_policy().name == "float32"
    assert describe_precision("float32") == "float32 (products in TF32)"
    gpus((7, 5))
    check_precision("float16")
    assert describe_precision("float32") == "float32"


def test_an_update_whose_gradients_overflow_float16_reports_no_step():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = compiled_tiny_model()
    finally:
        keras.config.set_dtype_policy("float32")
    model.d_optimizer.dynamic_scale.assign(2.0**40)
    before = model.discriminator.get_weights()
    norm = model.apply_update(tiny_images(8))["gradient_norm/discriminator"]
    assert float(norm) == 0
    for weight, expected in zip(model.discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)
