"""The work of `infogan generate`."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from infogan_tf.cli.columns import as_columns, plain_values
from infogan_tf.cli.command import say_next
from infogan_tf.cli.options import GenerateOptions, ending
from infogan_tf.console import logger
from infogan_tf.data.batches import as_pixels
from infogan_tf.data.preparation import in_parallel
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.figures.pictures import SCALE, as_grid, save_picture
from infogan_tf.files import write_atomically
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.loading import load_model

MAX_BYTES = 2**30  # All images are in memory.
MAX_SHEET_PIXELS = 50_000_000


def run(options: GenerateOptions):
    """Generates images and writes them as the ending of `output` says."""
    loaded = load_model(options.model_path, options.step)
    model, values, path, kind = loaded.model, options.codes or {}, options.output_path, ending(options.output)
    check_size(model.image_shape, options.num_images, is_sheet=kind == ".png")
    latents, images = generate_images(model, values, options.number, options.seed)
    columns = as_columns(plain_values(code, latents[code.name]) for code in model.spec.codes)
    if kind == ".png":
        save_picture(path, _sheet(images, values))
    elif kind == ".npz":
        noise = [latents[latent.name] for latent in model.spec.noise] or [np.empty([len(images), 0], np.float32)]
        labels = np.stack(list(columns.values()), axis=1)  # As training and evaluation take them.
        arrays = {"images": images, "labels": labels, "label_names": list(columns), "noise": np.concatenate(noise, 1)}
        write_atomically(path, lambda partial: np.savez(partial, **arrays))
    else:
        write_atomically(path, lambda partial: _write_folder(partial, images, columns))
    logger.info(f"{len(images):,} images of {loaded.caption}: {path}")
    if kind == ".png":
        say_next("every code:", "traverse", **options.model_flags, output="traversals.png")
    else:
        outputs = {"images": path, "output": f"{path.stem}_codes.csv"}
        say_next("what Q predicts from them:", "encode", **options.model_flags, **outputs)


def generate_images(
    model: InfoGAN, values: Mapping[str, Sequence[float]], number: int, seed: int
) -> tuple[dict[str, tf.Tensor], np.ndarray]:
    """Makes every random sample with every combination of values by code; the last code varies fastest.

    Returns:
        The latents by name, `[images, event_size]`, and the images, uint8 `[images, height, width, channels]`.
    """
    latents = model.spec.sample(number, stream_seed(seed, Stream.GENERATE))
    for name, of_code in values.items():
        try:
            # One by one: a single number stands for all dimensions of a code, several don't.
            encoded = np.concatenate([model.spec.encode({name: value})[name] for value in of_code])
        except ValueError as error:
            names = ", ".join(code.name for code in model.spec.codes)
            raise SettingError("codes", f"values that the codes {names} take", error) from error
        latents = model.spec.vary(name, latents, encoded)
    return latents, BatchedModel(model).measure_generated(latents, as_pixels).numpy()


def check_size(image_shape: tuple[int, int, int], number: int, is_sheet: bool):
    """Refuses more images than fit into memory or into a sheet."""
    most = MAX_BYTES // math.prod(image_shape)
    if is_sheet:
        most = min(most, MAX_SHEET_PIXELS // (math.prod(image_shape[:2]) * SCALE**2))
    if number > most:
        expected = f"at most {most:,} images of {'x'.join(map(str, image_shape))}{' in a sheet' if is_sheet else ''}"
        raise SettingError("number", expected, f"{number:,} of all values of --codes")


def _sheet(images: np.ndarray, values: Mapping[str, Sequence[float]]) -> np.ndarray:
    """A picture of all images, with the values of the last range in a row."""
    ranges = [len(of_code) for of_code in values.values() if len(of_code) > 1]
    shape = (-1, ranges[-1], *images.shape[1:]) if ranges else images.shape
    return as_grid(images.reshape(shape).astype(np.float32) / 255)


def _write_folder(folder: Path, images: np.ndarray, columns: Mapping[str, np.ndarray]):
    def save(named: tuple[str, np.ndarray]):
        name, image = named
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(folder / name)

    folder.mkdir()
    names = [f"{index:0{len(str(len(images) - 1))}d}.png" for index in range(len(images))]
    for _ in in_parallel(save, zip(names, images, strict=True), len(images), "writing images"):
        pass
    with (folder / "codes.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(["image", *columns])
        csv.writer(file).writerows(zip(names, *columns.values(), strict=True))
