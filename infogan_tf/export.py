"""A trained model in forms that are shared, or leave Python or this package: run folder, `.keras`, SavedModel, ONNX."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

import infogan_tf
from infogan_tf.files import write_atomically, write_json
from infogan_tf.model import InfoGAN
from infogan_tf.networks.contract import call_discriminator
from infogan_tf.training.checkpoints import write_weights
from infogan_tf.training.loading import LoadedModel
from infogan_tf.training.record import write_record

# Of a SavedModel; `assets.extra` is where TensorFlow leaves room for files of others.
METADATA_FILE = Path("assets.extra", "infogan_tf.json")
METADATA_KEY = "infogan_tf"  # Of the properties of an ONNX file.


def posterior_parameters(posteriors: Mapping[str, Any]) -> dict[str, tf.Tensor]:
    """Q's parameters by name, `[batch, size]`, from posteriors as `InfoGAN.infer_codes` gives them.

    `c1_probs` of categorical and binary codes, `c2_mean` and `c2_std` of uniform and Gaussian ones, `c3_angle` in
    degrees and `c3_concentration` of circular ones.
    """
    return {
        f"{name}_{parameter}": getattr(posterior, parameter)
        for name, posterior in posteriors.items()
        for parameter in posterior.parameters
    }


def metadata(model: InfoGAN, origin: str) -> dict[str, Any]:
    """What one must know to use an exported model: the latents in order, the images, and where it comes from."""
    return {
        "infogan_tf": infogan_tf.__version__,
        "origin": origin,
        "image_shape": list(model.image_shape),
        "image_range": [0, 1],
        "latents": [
            {
                "name": latent.name,
                "prior": latent.distribution.prior_name,
                "size": latent.distribution.event_size,
                "encoding": latent.distribution.encoding,
                "num_categories": latent.distribution.num_categories,
                "regularized": latent.regularized,
                "weight": latent.weight if latent.regularized else None,
                "posterior": latent.distribution.posterior_name if latent.regularized else None,
            }
            for latent in model.spec.latents
        ],
    }


def export_keras(model: InfoGAN, path: Path):
    """Writes a `.keras` file that `infogan_tf.load` and `keras.saving.load_model` read, atomically."""
    write_atomically(path, model.save)


def export_run(loaded: LoadedModel, path: Path):
    """Writes a new run folder of a few megabytes, which every command but `train` reads, atomically.

    It has the record of the run and, as float16, the weights of G, averaged if they are, and of D with Q.
    """

    def write(partial: Path):
        (partial / "checkpoints").mkdir(parents=True)
        write_record(partial, loaded.record)
        write_weights(partial / "checkpoints", loaded.step, loaded.model)

    write_atomically(path, write)


def export_saved_model(model: InfoGAN, path: Path, origin: str):
    """Writes a SavedModel, a new folder, with the signatures `generate` and `encode`, atomically.

    `generate` takes all latents by name, float32 `[batch, size]`, categories as one-hot rows and angles as (cos, sin),
    and gives `images`, `[batch, height, width, channels]` in [0, 1]. `encode` takes such `images` and gives what
    `posterior_parameters` names. The weights of G are the averaged ones, if there are any. `METADATA_FILE` holds the
    metadata.
    """

    def write(partial: Path):
        archive = keras.export.ExportArchive()
        for name, (function, inputs) in _endpoints(model).items():
            archive.add_endpoint(name, function, input_signature=inputs)
        archive.write_out(str(partial), verbose=False)
        (partial / METADATA_FILE).parent.mkdir()
        write_json(partial / METADATA_FILE, metadata(model, origin))

    write_atomically(path, write)


def export_onnx(model: InfoGAN, path: Path, origin: str):
    """Writes a new folder of `generate.onnx` and `encode.onnx`, as `export_saved_model` has them, atomically.

    The properties of both files hold the metadata as JSON, under `METADATA_KEY`. Needs tf2onnx and onnx.
    """
    import onnx
    import tf2onnx

    properties = {METADATA_KEY: json.dumps(metadata(model, origin))}

    def write(partial: Path):
        partial.mkdir()
        for name, (function, inputs) in _endpoints(model).items():
            converted, _ = tf2onnx.convert.from_function(tf.function(function, autograph=False), inputs)
            onnx.helper.set_model_props(converted, properties)
            onnx.save(converted, partial / f"{name}.onnx")

    write_atomically(path, write)


def _endpoints(model: InfoGAN) -> dict[str, tuple[Callable, list]]:
    """By name, functions of named arrays and the signatures of their inputs."""

    def generate(latents: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {"images": model(model.spec.join(latents))}

    def encode(images: tf.Tensor) -> dict[str, tf.Tensor]:
        _, posterior = call_discriminator(model.discriminator, images, training=False)
        return posterior_parameters(model.spec.split_posterior(posterior))

    latents = {
        latent.name: tf.TensorSpec([None, latent.distribution.event_size], tf.float32, latent.name)
        for latent in model.spec.latents
    }
    images = tf.TensorSpec([None, *model.image_shape], tf.float32, "images")
    return {"generate": (generate, [latents]), "encode": (encode, [images])}
