"""Exported models are read back by other programs' readers."""

import json

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf import export
from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Gaussian, Uniform
from infogan_tf.export import METADATA_FILE, METADATA_KEY, export_keras, export_onnx, export_saved_model
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

pytestmark = pytest.mark.slow

SPEC = LatentSpec(
    (
        LatentCode("z", Gaussian(size=4), regularized=False),
        LatentCode("shape", Categorical(3), weight=0.5),
        LatentCode("tilt", Uniform(-2, 2, size=2)),
        LatentCode("glasses", Bernoulli(0.25)),
        LatentCode("turn", Circular()),
    )
)
PARAMETERS = {
    **{"shape_probs": 3, "tilt_mean": 2, "tilt_std": 2, "glasses_probs": 1},
    **{"turn_angle": 1, "turn_concentration": 1},
}


@pytest.fixture(scope="module")
def model():
    """A model of every kind of code that was trained for ten updates, whose averaged weights differ from G's."""
    model = InfoGAN(
        Generator(GeneratorSpec(grid=(2, 2, 4), ups=(Up(3, bn=True),)), SPEC.size, (8, 8, 3)),
        Discriminator(
            DiscriminatorSpec((Conv(4), Conv(5, bn=True)), code_hidden=5), (8, 8, 3), SPEC.posterior_size, 0.2
        ),
        SPEC,
        average_decay=0.9,
    )
    model.compile(keras.optimizers.Adam(0.05), keras.optimizers.Adam(0.05))
    for _ in range(10):
        model.apply_update(tf.random.stateless_uniform([6, 8, 8, 3], [1, 2]))
    return model


@pytest.fixture(scope="module")
def latents():
    return SPEC.sample(5, tf.constant([1, 2], tf.int64))


@pytest.fixture(scope="module")
def images():
    return tf.random.stateless_uniform([7, 8, 8, 3], [3, 4])


def check_generated(model, latents, images):
    joined = SPEC.join(latents)
    np.testing.assert_allclose(images, model(joined), atol=1e-5)
    last = model.generator(joined, training=False)
    assert np.abs(np.asarray(images) - last).max() > 1e-3, "not the averaged weights"


def check_encoded(model, images, outputs):
    posteriors = model.infer_codes(images)
    assert {name: np.shape(values)[1] for name, values in outputs.items()} == PARAMETERS
    for name, values in outputs.items():
        code, parameter = name.rsplit("_", 1)
        np.testing.assert_allclose(values, getattr(posteriors[code], parameter), rtol=1e-5, atol=1e-5)


def check_metadata(metadata):
    assert metadata["infogan_tf"] == infogan_tf.__version__
    assert metadata["origin"] == "a run"
    assert metadata["image_shape"] == [8, 8, 3]
    assert [latent["name"] for latent in metadata["latents"]] == ["z", "shape", "tilt", "glasses", "turn"]
    noise, shape, tilt, _, turn = metadata["latents"]
    assert (noise["size"], noise["regularized"], noise["posterior"]) == (4, False, None)
    assert (shape["num_categories"], shape["weight"], shape["prior"]) == (3, 0.5, "Categorical(3)")
    assert (tilt["prior"], tilt["size"], tilt["num_categories"]) == ("Uniform(-2, 2)", 2, None)
    assert (turn["prior"], turn["size"], turn["posterior"]) == ("Circular", 2, "von Mises")
    assert [latent["encoding"] for latent in metadata["latents"]] == [None, "one-hot", None, None, "(cos, sin)"]


def test_a_saved_model_generates_and_encodes_by_its_signatures(model, latents, images, tmp_path):
    export_saved_model(model, tmp_path / "saved", "a run")
    saved = tf.saved_model.load(tmp_path / "saved")
    assert sorted(saved.signatures) == ["encode", "generate", "serving_default"]
    check_generated(model, latents, saved.signatures["generate"](**latents)["images"])
    check_encoded(model, images, saved.signatures["encode"](images=images))
    check_metadata(json.loads((tmp_path / "saved" / METADATA_FILE).read_text()))
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_onnx_files_generate_and_encode(model, latents, images, tmp_path):
    export_onnx(model, tmp_path / "onnx", "a run")
    generate, encode = (
        onnxruntime.InferenceSession(tmp_path / "onnx" / f"{name}.onnx") for name in ("generate", "encode")
    )
    (generated,) = generate.run(["images"], {name: values.numpy() for name, values in latents.items()})
    check_generated(model, latents, generated)
    names = [output.name for output in encode.get_outputs()]
    check_encoded(model, images, dict(zip(names, encode.run(names, {"images": images.numpy()}), strict=True)))
    for session in (generate, encode):
        check_metadata(json.loads(session.get_modelmeta().custom_metadata_map[METADATA_KEY]))
    for name in ("generate", "encode"):
        onnx.checker.check_model(tmp_path / "onnx" / f"{name}.onnx", full_check=True)


def test_a_keras_file_is_loaded_again(model, latents, tmp_path):
    export_keras(model, tmp_path / "model.keras")
    check_generated(model, latents, infogan_tf.load(tmp_path / "model.keras")(SPEC.join(latents)))


def test_nothing_is_left_of_an_export_that_fails(model, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("full")

    monkeypatch.setattr(export, "metadata", fail)  # Comes last, when all else is written.
    with pytest.raises(OSError, match="full"):
        export_saved_model(model, tmp_path / "saved", "a run")
    assert not list(tmp_path.iterdir())
