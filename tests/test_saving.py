"""Whole models in `.keras` files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.augmentation import PhotographAugmentation
from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Bernoulli, Categorical, Gaussian, Uniform
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.optimizers import FusedAdam

SPEC = LatentSpec(
    (
        LatentCode("z", Gaussian(0.5, 2.0, size=4), regularized=False),
        LatentCode("shape", Categorical(3, probs=[0.5, 0.25, 0.25]), weight=0.5),
        LatentCode("tilt", Uniform(-2, 2, size=2, posterior_std=0.5)),
        LatentCode("width", Uniform(0, 1, min_std=0.1)),
        LatentCode("glasses", Bernoulli(0.25)),
    )
)
GENERATOR = GeneratorSpec(grid=(2, 2, 4), ups=(Up(3, bn=True),), output="tanh")
DISCRIMINATOR = DiscriminatorSpec(convs=(Conv(4), Conv(5, bn=True)), code_hidden=5, signed_input=True)
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


@pytest.fixture
def real_images():
    return tf.random.stateless_uniform([6, 8, 8, 3], [1, 2])


def make_model():
    return InfoGAN(
        Generator(GENERATOR, SPEC.size, (8, 8, 3)),
        Discriminator(DISCRIMINATOR, (8, 8, 3), SPEC.posterior_size, leaky_slope=0.2, q_features="own"),
        SPEC,
        **SETTINGS,
    )


def test_a_loaded_model_is_the_same_and_continues_training_to_the_same_bits(tmp_path, real_images):
    model = make_model()
    model.compile(FusedAdam(1e-3, beta_1=0.4), keras.optimizers.SGD(0.1, momentum=0.9))
    model.g_optimizer.iterations.assign(4)  # The fifth update moves the averaged weights.
    model.apply_update(real_images)
    model.save(tmp_path / "model.keras")
    loaded = infogan_tf.load(tmp_path / "model.keras")
    assert str(loaded.spec) == str(SPEC)
    assert {name: getattr(loaded, name) for name in SETTINGS} == SETTINGS
    assert (loaded.generator.spec, loaded.discriminator.spec) == (GENERATOR, DISCRIMINATOR)
    assert loaded.d_optimizer.get_config() == model.d_optimizer.get_config()
    assert int(loaded.g_optimizer.iterations) == 5
    codes = {"shape": 1, "glasses": 1}
    np.testing.assert_array_equal(loaded.generate(codes, seed=1), model.generate(codes, seed=1))
    for name, posterior in model.infer_codes(real_images).items():
        np.testing.assert_array_equal(loaded.infer_codes(real_images)[name].mean, posterior.mean)
    metrics, loaded_metrics = model.apply_update(real_images), loaded.apply_update(real_images)
    assert {name: float(value) for name, value in loaded_metrics.items()} == {
        name: float(value) for name, value in metrics.items()
    }
    variables, loaded_variables = (
        [*one.variables, *one.d_optimizer.variables, *one.g_optimizer.variables] for one in (model, loaded)
    )
    for variable, loaded_variable in zip(variables, loaded_variables, strict=True):
        np.testing.assert_array_equal(variable, loaded_variable)


def test_a_model_that_was_not_compiled_stays_so(tmp_path):
    model = make_model()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded.generate(seed=1), model.generate(seed=1))


def test_distributions_round_trip():
    for latent in SPEC.latents:
        saved = keras.saving.serialize_keras_object(latent.distribution)
        assert repr(keras.saving.deserialize_keras_object(saved)) == repr(latent.distribution)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(
        RunNotFoundError, match=r"run_folder: expected a \.keras file, got .*none\.keras, where there is none"
    ):
        infogan_tf.load(tmp_path / "none.keras")
    (tmp_path / "text.keras").write_text("text")
    with pytest.raises(SettingError, match=r"run_folder: expected a \.keras file with an InfoGAN, got .*text\.keras: "):
        infogan_tf.load(tmp_path / "text.keras")
    keras.Sequential([keras.Input([1]), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    with pytest.raises(SettingError, match=r"with an InfoGAN, got .*other\.keras with a Sequential"):
        infogan_tf.load(str(tmp_path / "other.keras"))
    with pytest.raises(SettingError, match=r"step: expected None with a \.keras file, which holds one update, got 5"):
        infogan_tf.load(tmp_path / "other.keras", step=5)
