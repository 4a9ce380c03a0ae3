"""Images by codes, as files, as a sheet or as arrays."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from infogan_tf.cli.config import GenerateConfig, ending, parse_code_values
from infogan_tf.cli.output import code_columns, merged, say_next
from infogan_tf.console import log
from infogan_tf.data import as_pixels
from infogan_tf.data.preparation import in_parallel
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.figures.pictures import SCALE, as_grid, save_picture
from infogan_tf.files import write_atomically
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.loading import load_model

CODES_FILE = "codes.csv"
MAX_BYTES = 2**30  # They are all in memory.
MAX_SHEET_PIXELS = 50_000_000


class Generated(NamedTuple):
    """Images and where they came from.

    Attributes:
        images: uint8 `[number, height, width, channels]`.
        latents: by name, `[number, event_size]`.
        columns: how many of them belong into a row of a sheet; None if they have no order.
    """

    images: np.ndarray
    latents: dict[str, tf.Tensor]
    columns: int | None


def generate(config: GenerateConfig):
    """Generates images and writes them as the ending of `output` says.

    Raises:
        SettingError: the model has no such codes, they don't take such values, or the images don't fit into a sheet.
    """
    loaded = load_model(config.model_path, config.step)
    values = parse_code_values(config.codes) if config.codes else {}
    kind, path = ending(config.output), config.output_path
    _check_size(loaded.model, config.num_images, is_sheet=kind == ".png")
    generated = generate_images(loaded.model, values, config.number, config.seed)
    {"": _write_folder, ".png": _write_sheet, ".npz": _write_npz}[kind](path, loaded.model, generated)
    log(f"{len(generated.images):,} images of {loaded.caption}: {path}")
    if kind == ".png":
        say_next("every code:", "traverse", **config.model_flags, output="traversals.png")
    else:
        say_next(
            "what Q predicts from them:", "encode", **config.model_flags, images=path, output=f"{path.stem}_codes.csv"
        )


def generate_images(model: InfoGAN, values: Mapping[str, Sequence[float]], number: int, seed: int) -> Generated:
    """Makes every random sample with every combination of values; the last code varies fastest.

    Args:
        model: a trained model.
        values: by code, one or more values.
        number: random samples.
        seed: decides them, as in `InfoGAN.generate`.

    Raises:
        SettingError: a name or value is wrong.
    """
    latents = model.spec.sample(number, stream_seed(seed, Stream.GENERATE))
    for name, of_code in values.items():
        latents = model.spec.vary(name, latents, _encoded(model, name, of_code))
    images = BatchedModel(model).measure_generated(latents, as_pixels)
    ranges = [len(of_code) for of_code in values.values() if len(of_code) > 1]
    return Generated(images.numpy(), latents, ranges[-1] if ranges else None)


def _encoded(model: InfoGAN, name: str, values: Sequence[float]) -> tf.Tensor:
    # One by one: a single number stands for all dimensions of a code, several don't.
    try:
        return tf.concat([model.spec.encode({name: value})[name] for value in values], axis=0)
    except ValueError as error:
        names = ", ".join(code.name for code in model.spec.codes)
        raise SettingError("codes", f"values that the codes {names} take", error) from error


def _check_size(model: InfoGAN, number: int, is_sheet: bool):
    height, width, channels = model.image_shape
    most = MAX_BYTES // (height * width * channels)
    if is_sheet:
        most = min(most, MAX_SHEET_PIXELS // (height * width * SCALE**2))
    if number > most:
        expected = f"at most {most:,} images of {height}x{width}x{channels}{' in a sheet' if is_sheet else ''}"
        raise SettingError("number", expected, f"{number:,} of all values of --codes")


def _write_sheet(path: Path, model: InfoGAN, generated: Generated):
    images = generated.images.astype(np.float32) / 255
    if generated.columns:
        images = images.reshape(-1, generated.columns, *model.image_shape)
    save_picture(path, as_grid(images))


def _write_npz(path: Path, model: InfoGAN, generated: Generated):
    columns = _columns(model, generated)
    noise = [generated.latents[latent.name] for latent in model.spec.noise]
    arrays = {
        "images": generated.images,
        # As training and evaluation take labels.
        "labels": np.stack(list(columns.values()), axis=1),
        "label_names": np.array(list(columns)),
        "noise": np.concatenate(noise, axis=1) if noise else np.empty([len(generated.images), 0], np.float32),
    }
    write_atomically(path, lambda partial: np.savez(partial, **arrays))


def _columns(model: InfoGAN, generated: Generated) -> dict[str, np.ndarray]:
    return merged(code_columns(code, generated.latents[code.name]) for code in model.spec.codes)


def _write_folder(path: Path, model: InfoGAN, generated: Generated):
    number = len(generated.images)
    width = len(str(number - 1))
    names = [f"{index:0{width}d}.png" for index in range(number)]
    columns = _columns(model, generated)

    def write(partial: Path):
        partial.mkdir()

        def save(index: int):
            image = generated.images[index]
            Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(partial / names[index])

        for _ in in_parallel(save, range(number), number, "writing images"):
            pass
        with (partial / CODES_FILE).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["image", *columns])
            writer.writerows(zip(names, *columns.values(), strict=True))

    write_atomically(path, write)
