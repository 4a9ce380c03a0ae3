"""What bfloat16 changes, and where it is refused; where the processor has none, what needs it is skipped."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf import precision
from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.networks.dense import Dense
from infogan_tf.precision import check_precision, product_precision
from infogan_tf.training import train


def tiny(folder, **changes):
    return Config(
        **{"run_folder": str(folder), "data_source": "embedded", "max_epoch": 1, "updates_per_epoch": 2, **changes}
    )


needs_bfloat16 = pytest.mark.skipif("precision.bfloat16_obstacle()", reason="bfloat16 would not be faster here")


def gradients(images):
    """Those of a small network without kinks, where rounding can't decide on which side of one a unit is."""
    network = keras.Sequential(
        [
            keras.layers.Conv2D(16, 4, 2, activation="tanh", kernel_initializer=initializer(1)),
            keras.layers.Conv2DTranspose(8, 4, 2, activation="tanh", kernel_initializer=initializer(2)),
            keras.layers.Flatten(),
            Dense(10, use_bias=False, kernel_initializer=initializer(3)),
        ]
    )

    @tf.function
    def compute(images):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(network(images) ** 2)
        return tape.gradient(loss, network.trainable_variables)

    return [gradient.numpy() for gradient in compute(images)]


def initializer(seed):
    return keras.initializers.GlorotUniform(seed)


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
        (set(), True, [], "since /proc/cpuinfo of Linux shows neither"),
        ({"avx512_bf16"}, False, [], r"since oneDNN is off .TF_ENABLE_ONEDNN_OPTS., got bfloat16"),
        ({"amx_bf16"}, True, ["gpu"], "since TensorFlow computes on a GPU, got bfloat16"),
    ],
)
def test_bfloat16_is_refused_where_it_would_be_slow(monkeypatch, tmp_path, flags, onednn, gpus, text):
    monkeypatch.setattr(precision, "_processor_flags", lambda: flags)
    monkeypatch.setattr(precision, "onednn_is_on", lambda: onednn)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus)
    with pytest.raises(SettingError, match=f"precision: expected float32, {text}"):
        train(tiny(tmp_path / "run", precision="bfloat16"))
    assert not (tmp_path / "run").exists()
    check_precision("float32")
