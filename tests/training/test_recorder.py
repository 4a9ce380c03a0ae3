import dataclasses
import io
import re
import sys
import time
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.build_model import build_model
from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.optimizers import FusedAdam
from infogan_tf.training.recorder import Memorization, Progress
from tests.tiny_models import TINY_SPEC, tiny_model


@pytest.fixture
def few_images(embedded_digits):
    few = {"training": embedded_digits.training[::125], "held_out": embedded_digits.held_out[::32]}
    return dataclasses.replace(embedded_digits, **few)


def test_a_discriminator_that_has_learned_nothing_treats_both_alike(small_model, embedded_digits):
    metrics = Memorization(small_model, embedded_digits).metrics()
    assert set(metrics) == {"memorization/training", "memorization/held_out"}
    assert metrics["memorization/training"] == pytest.approx(metrics["memorization/held_out"], abs=0.01)


def test_a_discriminator_that_tells_both_apart_is_detected():
    images = keras.Input([8, 8, 1])
    bright = keras.layers.Flatten()(images)
    kernels = {"kernel_initializer": "ones", "bias_initializer": keras.initializers.Constant(-32)}  # Half of 64 pixels.
    heads = [keras.layers.Dense(size, **kernels)(bright) for size in (1, TINY_SPEC.posterior_size)]
    pixels = np.array([0, 255], np.uint8).repeat(9 * 64).reshape(2, 9, 8, 8, 1)
    data = types.SimpleNamespace(training=pixels[1], held_out=pixels[0])
    metrics = Memorization(tiny_model(discriminator=keras.Model(images, heads)), data).metrics()
    assert metrics == {"memorization/training": pytest.approx(1.0), "memorization/held_out": pytest.approx(0.0)}


@pytest.mark.slow
def test_d_of_joint_batches_is_measured_on_them(few_images):
    """It learns to tell bright images from G's gray ones, which it can't by the bright ones alone."""
    model = build_model(Config(seed=1, update="simultaneous", discriminator_batches="joint"))
    model.compile(FusedAdam(1e-3), FusedAdam(1e-12))
    step = tf.function(model.apply_update, autograph=False)
    for _ in range(30):
        seen = step(tf.constant(few_images.training, tf.float32) / 255)["discriminator/real_mean"]
    assert float(seen) > 0.9
    assert Memorization(model, few_images).metrics()["memorization/training"] == pytest.approx(float(seen), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("discriminator_batches", ["separate", "joint"])
def test_nothing_of_the_model_is_changed(discriminator_batches, embedded_digits):
    model = build_model(Config(update="simultaneous", discriminator_batches=discriminator_batches))
    before = model.get_weights()
    Memorization(model, embedded_digits).metrics()
    for weight, value in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, value)


METRICS = {
    "loss/discriminator": 1.0,
    "loss/generator": 2.0,
    "mutual_information/c1": 2.25,
    "mutual_information/c2": -0.5,
    "mutual_information/total": 1.75,
}


def test_without_a_terminal_one_plain_line_an_epoch_with_its_means(capsys):
    progress = Progress(["c1", "c2"], start=10, updates_per_epoch=10)
    for step in range(11, 36):
        progress.update(step, {**METRICS, "loss/discriminator": float(step)}, None if step <= 20 else 35)
    progress.close()
    second, third, fourth = capsys.readouterr().out.splitlines()
    assert second.startswith("epoch 2  update 20  ")
    assert second.endswith("D 15.50 G 2.00 MI c1 2.25 c2 -0.50")
    assert "updates/s" in second
    assert third.startswith("epoch 3/4  update 30/35  ")
    assert fourth.startswith("epoch 4/4  update 35/35  ")
    assert "D 33.00 G" in fourth


def test_speed_leaves_out_the_time_in_which_the_update_is_compiled(capsys):
    progress = Progress(["c1", "c2"], start=4, updates_per_epoch=3)
    time.sleep(0.5)
    for step in (5, 6):
        progress.update(step, METRICS, 100)
    progress.close()
    speed = float(re.search(r"([\d.]+) updates/s", capsys.readouterr().out)[1])
    assert speed > 8  # And not the 4 of two updates in half a second.


def test_on_a_terminal_a_bar_below_the_lines(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    progress = Progress(["c1", "c2"], start=0, updates_per_epoch=10)
    for step in range(1, 21):
        progress.update(step, METRICS, 20)
        if step == 15:
            logger.info("warning: update 15")
    progress.close()
    *_, line, bar = terminal.getvalue().strip().split("\n")
    assert line.endswith("\rwarning: update 15")
    assert re.search(r"\repoch 2/2 \|.*/s, D 1.00 G 2.00 MI c1 2.25 c2 -0.50$", bar)
