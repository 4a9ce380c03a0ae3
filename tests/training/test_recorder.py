import dataclasses
import io
import re
import sys

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.build_model import build_model
from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.optimizers import FusedAdam
from infogan_tf.training.recorder import Memorization, Progress


@pytest.fixture
def few_images(embedded_digits):
    few = {"training": embedded_digits.training[::125], "held_out": embedded_digits.held_out[::32]}
    return dataclasses.replace(embedded_digits, **few)


def test_a_discriminator_that_has_learned_nothing_treats_both_alike(small_model, embedded_digits):
    metrics = Memorization(small_model, embedded_digits).metrics()
    assert set(metrics) == {"memorization/training", "memorization/held_out"}
    assert metrics["memorization/training"] == pytest.approx(metrics["memorization/held_out"], abs=0.01)


@pytest.mark.slow
def test_a_discriminator_that_overfits_its_images_is_detected(few_images):
    model = build_model(Config(seed=1))
    discriminator, variables = model.discriminator, model.discriminator.trainable_variables
    real = tf.constant(few_images.training, tf.float32) / 255
    noise = tf.constant(few_images.held_out[:32], tf.float32) / 255
    optimizer = tf.keras.optimizers.Adam(1e-3)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits = [discriminator(images, training=True).real_logits for images in (real, noise)]
            loss = tf.reduce_mean(tf.nn.softplus(-logits[0])) + tf.reduce_mean(tf.nn.softplus(logits[1]))
        gradients = tape.gradient(loss, [v.value for v in variables])
        optimizer.apply_gradients((g, v) for g, v in zip(gradients, variables, strict=True) if g is not None)

    for _ in range(40):
        step()
    metrics = Memorization(model, few_images).metrics()
    assert metrics["memorization/training"] > 0.9
    assert metrics["memorization/held_out"] < 0.1


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
    progress = Progress(["c1", "c2"], start=10, total=35, updates_per_epoch=10)
    for step in range(11, 36):
        progress.update(step, {**METRICS, "loss/discriminator": float(step)})
    progress.close()
    second, third, fourth = capsys.readouterr().out.splitlines()
    assert second.startswith("epoch 2/4  update 20/35  ")
    assert second.endswith("D 15.50 G 2.00 MI c1 2.25 c2 -0.50")
    assert "updates/s" in second
    assert third.startswith("epoch 3/4  update 30/35  ")
    assert fourth.startswith("epoch 4/4  update 35/35  ")
    assert "D 33.00 G" in fourth


def test_on_a_terminal_a_bar_below_the_lines(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    progress = Progress(["c1", "c2"], start=0, total=20, updates_per_epoch=10)
    for step in range(1, 21):
        progress.update(step, METRICS)
        if step == 15:
            logger.info("warning: update 15")
    progress.close()
    *_, line, bar = terminal.getvalue().strip().split("\n")
    assert line.endswith("\rwarning: update 15")
    assert re.search(r"\repoch 2/2 \|.*/s, D 1.00 G 2.00 MI c1 2.25 c2 -0.50$", bar)
