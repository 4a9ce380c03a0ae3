"""Generates images by codes: `infogan generate --run_folder=RUN --codes="c1=3,c2=-2:2:9" --output=c2.png`.

It writes a PNG file each into a new folder, a sheet of all (.png), or arrays (.npz), by the ending of --output.
"""

import csv
import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from absl import flags
from PIL import Image

from infogan_tf.cli.command import SEED, ModelOptions, OutputPath
from infogan_tf.console import logger, progress
from infogan_tf.data.preparation import in_parallel
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import SCALE, as_grid, save_picture
from infogan_tf.files import write_atomically
from infogan_tf.options import Auto, Integer, MalformedError, option

if TYPE_CHECKING:
    import tensorflow as tf

    from infogan_tf.codes import LatentCode
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


def _spaced(first: str, last: str | None = None, count: str | None = None) -> tuple[float, ...]:
    number = 1 if count is None else int(count)
    ends = [float(first), float(first if last is None else last)]
    if (last is None) != (count is None) or not np.isfinite(ends).all() or not 1 <= number <= MAX_IMAGES:
        raise ValueError
    # Rounded, so that 0:1:11 has the value 0.3 and not 0.30000000000000004.
    return tuple(int(value) if value.is_integer() else value for value in np.linspace(*ends, number).round(12).tolist())


@dataclasses.dataclass(frozen=True)
class GenerateOptions(ModelOptions):
    """Which images are generated."""

    output: str = option(
        None,
        OutputPath("a new folder, or a new file that ends in .png or .npz", "", ".png", ".npz"),
        "A new folder for a PNG file each (with a slash at its end, any name is), or a file: .png for a sheet of all, "
        ".npz for arrays; required.",
    )
    codes: Mapping[str, tuple[float, ...]] | None = option(
        None,
        Auto(CodeValues(), "all are sampled"),
        "Values of codes, such as c1=3,c2=-2:2:9; of first:last:count every value, of several ranges every combination "
        "is made. Other codes are sampled.",
    )
    number: int = option(10, Integer(1, MAX_IMAGES), "Random samples, each made with every combination of --codes.")
    seed: int = option(0, SEED, "Decides what is sampled.")


def run(options: GenerateOptions):
    """Generates images and writes them as the ending of `output` says."""
    loaded, ending = options.load(), options.output_ending
    model, values, path = loaded.model, options.codes or {}, options.output_path
    number, most = options.number * math.prod(map(len, values.values())), MAX_BYTES // math.prod(model.image_shape)
    if ending == ".png":
        most = min(most, MAX_SHEET_PIXELS // (math.prod(model.image_shape[:2]) * SCALE**2))
    if number > most:
        expected = f"at most {most:,} images of {'x'.join(map(str, model.image_shape))}"
        raise SettingError("number", expected, f"{number:,} of all values of --codes")
    latents, images = generate_images(model, values, options.number, options.seed)
    columns = as_columns(plain_values(code, latents[code.name]) for code in model.spec.codes)
    if ending == ".png":
        ranges = [len(of_code) for of_code in values.values() if len(of_code) > 1]
        rows = images.reshape(-1, ranges[-1], *images.shape[1:]) if ranges else images  # The last range in each.
        save_picture(path, as_grid(rows.astype(np.float32) / 255))
    elif ending == ".npz":
        noise = [latents[latent.name] for latent in model.spec.noise] or [np.empty([len(images), 0], np.float32)]
        labels = np.stack(list(columns.values()), axis=1)  # As training and evaluation take them.
        arrays = {"images": images, "labels": labels, "label_names": list(columns), "noise": np.concatenate(noise, 1)}
        write_atomically(path, lambda partial: _write_arrays(partial, arrays))
    else:
        write_atomically(path, lambda partial: _write_folder(partial, images, columns))
    logger.info(f"{len(images):,} images of {loaded.caption}: {path}")
    if ending == ".png":
        options.say_next("every code:", "traverse", output="traversals.png")
    else:
        outputs = {"images": path, "output": f"{path.stem}_codes.csv"}
        options.say_next("what Q predicts from them:", "encode", **outputs)


def generate_images(
    model: "InfoGAN", values: Mapping[str, Sequence[float]], number: int, seed: int
) -> tuple[dict[str, "tf.Tensor"], np.ndarray]:
    """Makes every random sample with every combination of values by code; the last code varies fastest.

    Returns:
        The latents by name, `[images, event_size]`, and the images, uint8 `[images, height, width, channels]`.
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


def _write_arrays(path: Path, arrays: Mapping[str, np.ndarray]):
    with path.open("wb") as file:  # To a path that ends in .NPZ, NumPy would add .npz.
        np.savez(file, **arrays)


def _write_folder(folder: Path, images: np.ndarray, columns: Mapping[str, np.ndarray]):
    def save(named: tuple[str, np.ndarray]):
        name, image = named
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(folder / name)

    folder.mkdir()
    names = [f"{index:0{len(str(len(images) - 1))}d}.png" for index in range(len(images))]
    for _ in progress(in_parallel(save, zip(names, images, strict=True)), len(images), "writing images"):
        pass
    with (folder / "codes.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(["image", *columns])
        csv.writer(file).writerows(zip(names, *columns.values(), strict=True))


def plain_values(code: "LatentCode", values: "tf.Tensor") -> tuple[str, "tf.Tensor"]:
    """The name and plain values, such as numbers of categories, of a code `[batch, event_size]`.

    The name of a circular code ends in `_angle`, as in the tables of `encode`, so that an evaluation recognizes it.
    """
    name = f"{code.name}_angle" if code.distribution.is_circular else code.name
    return name, code.distribution.decode(values)


def as_columns(named: Iterable[tuple[str, "tf.Tensor"]]) -> dict[str, np.ndarray]:
    """Values `[batch, size]` with their names as columns by name, numbered from 0 where `size` is more than 1."""
    columns: dict[str, np.ndarray] = {}
    for name, values in named:
        of_name = np.transpose(values)
        for index, column in enumerate(of_name):
            title = name if len(of_name) == 1 else f"{name}_{index}"
            if title in columns:  # As of codes `a`, of two dimensions, and `a_0`.
                expected = "a model whose codes make columns of different names"
                raise SettingError("run_folder", expected, f"{title} twice")
            columns[title] = column
    return columns
