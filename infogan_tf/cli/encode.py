"""Predicts the codes of images: `infogan encode --run_folder=RUN --images=FOLDER --output=codes.csv`.

It writes a row for each image with every parameter of Q, as .csv or .jsonl, by the ending of --output.
"""

import csv
import dataclasses
import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infogan_tf.cli.command import ModelOptions, OutputPath
from infogan_tf.cli.generate import as_columns, plain_values
from infogan_tf.console import logger
from infogan_tf.data.paths import IMAGES, find_images
from infogan_tf.errors import SettingError, printable
from infogan_tf.files import write_atomically
from infogan_tf.options import Text, option

if TYPE_CHECKING:
    from infogan_tf.codes import LatentSpec
    from infogan_tf.data.image_files import ImageFiles
    from infogan_tf.data.npz import Npz
    from infogan_tf.model import InfoGAN
    from infogan_tf.training.loading import LoadedModel

Row = dict[str, Any]
MAX_NAMED = 3


@dataclasses.dataclass(frozen=True)
class EncodeOptions(ModelOptions):
    """Which images are encoded."""

    images: str = option(
        None,
        Text(f"an image, {IMAGES}"),
        "An image, a folder or an archive of images, or an .npz file with `images`; required.",
    )
    output: str = option(
        None,
        OutputPath("a new file that ends in .csv or .jsonl", ".csv", ".jsonl"),
        "A new file, .csv or .jsonl (a line of JSON for each image); required.",
    )

    def __post_init__(self):
        super().__post_init__()
        find_images(self.images, or_one=True)


def run(options: EncodeOptions):
    """Predicts the codes of images and writes a row for each: its name, its discrete codes, every parameter of Q.

    Images are prepared as those were that the model was trained on. Files that can't be read are left out and named.
    """
    from infogan_tf.data.image_files import describe_others, own_images

    loaded = options.load()
    if loaded.record is None:
        logger.info("images are cropped to their centers, since a .keras file, unlike a run, keeps no other --crop")
    skipped: list[str] = []
    images = own_images(find_images(options.images, or_one=True))
    rows = _rows(loaded.model, _readable_images(images, loaded, skipped))
    first = next(rows, None)
    if first is None:
        raise SettingError("images", "images that can be read", f"{options.images} ({skipped[0]})")
    number = _write(options.output_path, options.output_ending, itertools.chain([first], rows))
    logger.info(f"codes of {number:,} image{'s' * (number > 1)} by {loaded.caption}: {options.output_path}")
    if skipped:
        more = f" and {len(skipped) - MAX_NAMED:,} more" if len(skipped) > MAX_NAMED else ""
        logger.info(f"  left out, since they can't be read: {'; '.join(skipped[:MAX_NAMED])}{more}")
    if images.others:
        logger.info(f"  left out: {describe_others(images.others)}")
    if codes := _as_flag(loaded.model.spec, first):
        options.say_next(f"the codes of {printable(first['image'])}:", "generate", codes=codes, output="again.png")


def _readable_images(
    images: "ImageFiles | Npz", loaded: "LoadedModel", skipped: list[str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Images by name; files that can't be read are described in `skipped`."""
    from infogan_tf.data.image_files import Unreadable
    from infogan_tf.data.preparation import Preparation

    height, width, channels = loaded.model.image_shape
    if height != width:
        raise SettingError("run_folder", "a model of square images", f"{loaded.caption}, of {height}x{width}")
    preparation = Preparation(height, channels, loaded.crop, loaded.white)
    for name, image in images.each(preparation):
        if isinstance(image, Unreadable):
            skipped.append(image)
        else:
            yield name, image


def _rows(model: "InfoGAN", images: Iterator[tuple[str, np.ndarray]]) -> Iterator[Row]:
    from infogan_tf.evaluation.batched_model import BATCH_SIZE, BatchedModel
    from infogan_tf.export import posterior_parameters

    batched = BatchedModel(model)
    while batch := list(itertools.islice(images, BATCH_SIZE)):
        names, pixels = zip(*batch, strict=True)
        named = []
        for name, posterior in batched.infer_codes(np.stack(pixels)).items():
            code = model.spec.code(name)
            if code.distribution.is_discrete:
                named.append(plain_values(code, posterior.mode))
            named += posterior_parameters({name: posterior}).items()
        columns = as_columns(named)
        for name, *values in zip(names, *columns.values(), strict=True):
            yield {"image": name} | dict(zip(columns, map(_plain, values), strict=True))


def _plain(value: np.number) -> float:
    """A Python number; of float32 the shortest that is the same in float32."""
    return float(str(value)) if isinstance(value, np.floating) else int(value)


def _write(path: Path, ending: str, rows: Iterable[Row]) -> int:
    """Writes rows as they come, atomically, and returns their number."""
    number = 0

    def write(partial: Path):
        nonlocal number
        # Names of files may hold bytes that are no text.
        with partial.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
            writer = csv.writer(file)
            for number, row in enumerate(rows, 1):
                if ending == ".jsonl":
                    file.write(json.dumps(row) + "\n")
                else:
                    writer.writerows([row, row.values()] if number == 1 else [row.values()])

    write_atomically(path, write)
    return number


def _as_flag(spec: "LatentSpec", row: Row) -> str:
    """The codes of a row as `generate --codes` takes them: those of one dimension, if there are any."""
    columns = {f"{code.name}{ending}": code.name for code in spec.codes for ending in ("", "_mean", "_angle")}
    return ",".join(f"{name}={row[column]}" for column, name in columns.items() if column in row)
