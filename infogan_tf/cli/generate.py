"""Generates images by codes: `infogan generate --run_folder=RUN --codes="c1=3,c2=-2:2:9" --output=c2.png`.

It writes a PNG file each into a new folder, a sheet of all (.png), or arrays (.npz), by the ending of --output.
"""

import csv
import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from absl import flags
from PIL import Image

from infogan_tf.cli.command import Command
from infogan_tf.cli.model_options import ModelOptions, OutputPath, code_columns, ending, merged, say_next
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import SCALE, as_grid, save_picture
from infogan_tf.files import write_atomically
from infogan_tf.options import Auto, Integer, MalformedError, option

if TYPE_CHECKING:
    import tensorflow as tf

    from infogan_tf.model import InfoGAN

MAX_IMAGES = 100_000
MAX_BYTES = 2**30  # All images are in memory.
MAX_SHEET_PIXELS = 50_000_000


class CodeValues(flags.ArgumentParser):
    """Values of codes by name; whole numbers are integers, as categories are.

    >>> CodeValues().parse("c1=3, c2=-2:2:5")
    {'c1': (3,), 'c2': (-2, -1, 0, 1, 2)}
    """

    syntactic_help = "values of codes such as c1=3,c2=-2:2:9, each name=number or name=first:last:count"

    def parse(self, argument: str) -> dict[str, tuple[float, ...]]:
        values: dict[str, tuple[float, ...]] = {}
        for term in map(str.strip, super().parse(argument).split(",")):
            name, _, numbers = map(str.strip, term.partition("="))
            if name in values:
                raise MalformedError(f"the code {name!r} for the second time")
            try:
                values[name] = _spaced(*numbers.split(":"))
            except (TypeError, ValueError) as error:
                raise MalformedError(f"the term {term!r}") from error
            if not name:
                raise MalformedError(f"the term {term!r}")
        return values


@dataclasses.dataclass(frozen=True)
class GenerateOptions(ModelOptions):
    """Which images are generated."""

    output: str = option(
        None,
        OutputPath("a new folder, or a new file that ends in .png or .npz", "", ".png", ".npz"),
        "A new folder for a PNG file each, or a file: .png for a sheet of all, .npz for arrays; required.",
    )
    codes: Mapping[str, tuple[float, ...]] | None = option(
        None,
        Auto(CodeValues(), "all are sampled"),
        "Values of codes, such as c1=3,c2=-2:2:9; of first:last:count every value, of several ranges every combination "
        "is made. Other codes are sampled.",
    )
    number: int = option(10, Integer(1, MAX_IMAGES), "Random samples, each made with every combination of --codes.")
    seed: int = option(0, Integer(0, 2**31 - 1), "Decides what is sampled.")

    def __post_init__(self):
        super().__post_init__()
        if self.num_images > MAX_IMAGES:
            got = f"{self.num_images:,} with --number={self.number}"
            raise SettingError("codes", f"at most {MAX_IMAGES:,} images", got)

    @property
    def num_images(self) -> int:
        """Number of all images."""
        return self.number * math.prod(map(len, (self.codes or {}).values()))


def run(options: GenerateOptions):
    """Generates images and writes them as the ending of `output` says.

    Raises:
        SettingError: the model has no such codes, they don't take such values, or the images don't fit into a sheet.
    """
    from infogan_tf.training.loading import load_model

    loaded = load_model(options.model_path, options.step)
    model, path, kind = loaded.model, options.output_path, ending(options.output)
    check_size(model.image_shape, options.num_images, is_sheet=kind == ".png")
    latents, images = generate_images(model, options.codes or {}, options.number, options.seed)
    columns = merged(code_columns(code, latents[code.name]) for code in model.spec.codes)
    if kind == ".png":
        save_picture(path, _sheet(images, options.codes or {}))
    elif kind == ".npz":
        noise = [latents[latent.name] for latent in model.spec.noise] or [np.empty([len(images), 0], np.float32)]
        labels = np.stack(list(columns.values()), axis=1)  # As training and evaluation take them.
        arrays = {"images": images, "labels": labels, "label_names": list(columns), "noise": np.concatenate(noise, 1)}
        write_atomically(path, lambda partial: np.savez(partial, **arrays))
    else:
        write_atomically(path, lambda partial: _write_folder(partial, images, columns))
    logger.info(f"{len(images):,} images of {loaded.caption}: {path}")
    if kind == ".png":
        say_next("every code:", "traverse", options, output="traversals.png")
    else:
        say_next("what Q predicts from them:", "encode", options, images=path, output=f"{path.stem}_codes.csv")


def generate_images(
    model: "InfoGAN", values: Mapping[str, Sequence[float]], number: int, seed: int
) -> tuple[dict[str, "tf.Tensor"], np.ndarray]:
    """Makes every random sample with every combination of values by code; the last code varies fastest.

    Returns:
        The latents by name, `[images, event_size]`, and the images, uint8 `[images, height, width, channels]`.

    Raises:
        SettingError: a name or value is wrong.
    """
    from infogan_tf.data.batches import as_pixels
    from infogan_tf.evaluation.batched_model import BatchedModel
    from infogan_tf.randomness import Stream, stream_seed

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


def _spaced(first: str, last: str | None = None, count: str | None = None) -> tuple[float, ...]:
    number = 1 if count is None else int(count)
    ends = [float(first), float(first if last is None else last)]
    if (last is None) != (count is None) or not np.isfinite(ends).all() or not 1 <= number <= MAX_IMAGES:
        raise ValueError
    # Rounded, so that 0:1:11 has the value 0.3 and not 0.30000000000000004.
    return tuple(int(value) if value.is_integer() else value for value in np.linspace(*ends, number).round(12).tolist())


def _sheet(images: np.ndarray, values: Mapping[str, Sequence[float]]) -> np.ndarray:
    """A picture of all images, with the values of the last range in a row."""
    ranges = [len(of_code) for of_code in values.values() if len(of_code) > 1]
    shape = (-1, ranges[-1], *images.shape[1:]) if ranges else images.shape
    return as_grid(images.reshape(shape).astype(np.float32) / 255)


def _write_folder(folder: Path, images: np.ndarray, columns: Mapping[str, np.ndarray]):
    from infogan_tf.data.preparation import in_parallel

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


COMMAND = Command("generate", __doc__, GenerateOptions, run)
