"""Exported models are read back by other programs' readers."""

import json

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.export import METADATA_FILE, METADATA_KEY, export_keras, export_onnx, export_saved_model
from tests.tiny_models import EVERY_KIND, model_of_every_kind

pytestmark = pytest.mark.slow

PARAMETERS = {
    **{"shape_probs": 3, "tilt_mean": 2, "tilt_std": 2, "width_mean": 1, "width_std": 1, "glasses_probs": 1},
    **{"turn_angle": 1, "turn_concentration": 1},
}


@pytest.fixture(scope="module")
def model():
    """A model that was trained for six updates, whose averaged weights differ from G's."""
    model = model_of_every_kind(average_decay=0.9)
    model.compile(keras.optimizers.Adam(0.05), keras.optimizers.Adam(0.05))
    for _ in range(6):
        model.apply_update(tf.random.stateless_uniform([6, 8, 8, 3], [1, 2]))
    return model


@pytest.fixture(scope="module")
def latents():
    return EVERY_KIND.sample(5, tf.constant([1, 2], tf.int64))


@pytest.fixture(scope="module")
def images():
    return tf.random.stateless_uniform([7, 8, 8, 3], [3, 4])


def check_generated(model, latents, images):
    joined = EVERY_KIND.join(latents)
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
    assert (metadata["origin"], metadata["image_shape"]) == ("a run", [8, 8, 3])
    noise, shape, tilt, _, _, turn = metadata["latents"]
    assert (noise["name"], noise["size"], noise["regularized"], noise["posterior"]) == ("z", 4, False, None)
    assert (shape["num_categories"], shape["weight"], shape["encoding"]) == (3, 0.5, "one-hot")
    assert (tilt["prior"], tilt["size"], tilt["num_categories"]) == ("Uniform(-2, 2)", 2, None)
    assert (turn["prior"], turn["encoding"], turn["posterior"]) == ("Circular", "(cos, sin)", "von Mises")


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
    files = [tmp_path / "onnx" / f"{name}.onnx" for name in ("generate", "encode")]
    generate, encode = sessions = [onnxruntime.InferenceSession(file) for file in files]
    (generated,) = generate.run(["images"], {name: values.numpy() for name, values in latents.items()})
    check_generated(model, latents, generated)
    names = [output.name for output in encode.get_outputs()]
    check_encoded(model, images, dict(zip(names, encode.run(names, {"images": images.numpy()}), strict=True)))
    for file, session in zip(files, sessions, strict=True):
        check_metadata(json.loads(session.get_modelmeta().custom_metadata_map[METADATA_KEY]))
        onnx.checker.check_model(file, full_check=True)


def test_a_keras_file_is_loaded_again(model, latents, tmp_path):
    export_keras(model, tmp_path / "model.keras")
    check_generated(model, latents, infogan_tf.load(tmp_path / "model.keras")(EVERY_KIND.join(latents)))
