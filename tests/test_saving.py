"""Whole models in `.keras` files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.augmentation import PhotographAugmentation
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.optimizers import FusedAdam
from tests.tiny_models import DISCRIMINATOR, EVERY_KIND, GENERATOR, model_of_every_kind, tiny_model

SETTINGS = {
    "info_reg_coeff": 0.7,
    "max_shift": 1,
    "code_augmentation": 1.0,
    "consistency": 0.5,
    "average_decay": 0.9,
    "seed": 3,
    "update": "simultaneous",
    "discriminator_batches": "joint",
    "augmentation": PhotographAugmentation(flips=False),
}


def test_a_loaded_model_is_the_same_and_continues_training_to_the_same_bits(tmp_path):
    real_images = tf.random.stateless_uniform([6, 8, 8, 3], [1, 2])
    model = model_of_every_kind(**SETTINGS)
    model.compile(FusedAdam(1e-3, beta_1=0.4), keras.optimizers.SGD(0.1, momentum=0.9))
    model.updates_done.assign(4)  # The fifth update moves the averaged weights.
    model.apply_update(real_images)
    model.save(tmp_path / "model.keras")
    loaded = infogan_tf.load(tmp_path / "model.keras")
    assert repr(loaded.spec) == repr(EVERY_KIND)
    assert {name: getattr(loaded, name) for name in SETTINGS} == SETTINGS
    assert (loaded.generator.spec, loaded.discriminator.spec) == (GENERATOR, DISCRIMINATOR)
    assert loaded.d_optimizer.get_config() == model.d_optimizer.get_config()
    assert (int(loaded.updates_done), int(loaded.g_optimizer.iterations)) == (5, 1)
    codes = {"shape": 1, "glasses": 1}
    np.testing.assert_array_equal(loaded.generate(codes, seed=1), model.generate(codes, seed=1))
    before = loaded.infer_codes(real_images)
    for name, posterior in model.infer_codes(real_images).items():
        np.testing.assert_array_equal(before[name].mean, posterior.mean)
    metrics, loaded_metrics = (one.apply_update(real_images) for one in (model, loaded))
    assert {name: float(value) for name, value in loaded_metrics.items()} == metrics
    variables, loaded_variables = (
        [*one.variables, *one.d_optimizer.variables, *one.g_optimizer.variables] for one in (model, loaded)
    )
    for variable, loaded_variable in zip(variables, loaded_variables, strict=True):
        np.testing.assert_array_equal(variable, loaded_variable)


def test_a_model_that_was_not_compiled_stays_so(tmp_path):
    model = tiny_model()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded.generate(seed=1), model.generate(seed=1))


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "text.keras").write_text("text")
    keras.Sequential([keras.Input([1]), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    for name, arguments, error, text in (
        ("none", {}, RunNotFoundError, r"run_folder: expected a \.keras file, got .*none\.keras, where there is none"),
        ("text", {}, SettingError, r"run_folder: expected a \.keras file with an InfoGAN, got .*text\.keras: "),
        ("other", {}, SettingError, r"with an InfoGAN, got .*other\.keras with a Sequential"),
        ("other", {"step": 5}, SettingError, r"step: expected None with a \.keras file, .* one update, got 5"),
    ):
        with pytest.raises(error, match=text):
            infogan_tf.load(tmp_path / f"{name}.keras", **arguments)
