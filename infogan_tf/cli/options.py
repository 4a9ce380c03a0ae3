"""Options of the commands that take trained runs. Nothing here loads TensorFlow.

The docstring of a class describes its command, for `--help`.
"""

import dataclasses
import importlib.util
import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from absl import flags

from infogan_tf.config import MODEL
from infogan_tf.data.paths import IMAGES, find_images, given_path
from infogan_tf.errors import SettingError
from infogan_tf.explorer import RUNS
from infogan_tf.options import Auto, Choice, Integer, MalformedError, Number, Options, Text, option

MAX_IMAGES = 100_000
ALL_CODES = "all"
ROWS = 5  # As in the paper's figures.
FORMATS = {"keras": ".keras", "saved_model": "", "onnx": "", "html": ".html"}  # And their endings.
NEW_EXPORT = "a new file that ends in .keras or .html, or a new folder for saved_model and onnx"
SEED = Integer(0, 2**31 - 1)


class OutputPath(Text):
    """A path with one of some endings; an empty ending stands for a folder."""

    def __init__(self, syntactic_help: str, *endings: str):
        super().__init__(syntactic_help)
        self.endings = endings

    def parse(self, argument: str) -> str:
        path = super().parse(argument)
        if ending(path) not in self.endings:
            raise ValueError
        return path


def ending(output: str) -> str:
    """The ending of a path; none with a slash behind it.

    >>> ending("sheet.png"), ending("images"), ending("v1.0/")
    ('.png', '', '')
    """
    return "" if output.endswith("/") else Path(output).suffix


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
class EvaluationOptions(Options):
    """Measures a trained run: `infogan evaluate --run_folder=logs/mnist/RUN`.

    It prints tables, and writes evaluation.json into the run folder and scalars for TensorBoard.
    """

    run_folder: str = option(None, Text("the folder of a trained run"), "The folder of a trained run; required.")
    step: int | None = option(
        None, Auto(Integer(1), "the newest"), "The checkpoint to evaluate, by its number of updates."
    )
    data_dir: str | None = option(None, Auto(Text(), "where the run found its data"), "Where TFDS keeps prepared data.")
    images: str | None = option(
        None, Auto(Text(), "where the run found them"), "The run's own images, if they were moved."
    )


@dataclasses.dataclass(frozen=True)
class ExplorerOptions(Options):
    """Shows trained runs in the browser, with a knob for each code: `infogan explore --run_folder=logs`.

    Ctrl-C ends it.
    """

    run_folder: str = option(None, Text(RUNS), f"{RUNS.capitalize()}; required.")
    host: str = option(
        "127.0.0.1",
        Text(),
        "The address to listen at. With any but the default, other machines can use the page: there is no password.",
    )
    port: int | None = option(8008, Auto(Integer(1, 65535), "a free one"), "The port to listen at.")


@dataclasses.dataclass(frozen=True)
class ModelOptions(Options):
    """Which model a command works with; a subclass adds `output`, where it writes.

    Raises:
        SettingError: also if there is no model, or an output already: nothing is overwritten.
    """

    run_folder: str = option(None, Text(MODEL), "The folder of a trained run, or a .keras file; required.")
    step: int | None = option(None, Auto(Integer(1), "the newest"), "The checkpoint of a run, by its updates.")

    def __post_init__(self):
        super().__post_init__()
        if not self.model_path.exists():
            raise SettingError("run_folder", MODEL, f"{self.run_folder}, where there is none")
        output = self.output_path
        if os.path.lexists(output):
            raise SettingError("output", "a new path, since nothing is overwritten", f"{output}, which exists")
        if not os.access(output.parent, os.W_OK | os.X_OK):
            problem = "which can't be written" if output.parent.is_dir() else "which is not there"
            raise SettingError("output", "a path in a folder that can be written", f"{output.parent}, {problem}")

    @property
    def model_path(self) -> Path:
        """Where the model is."""
        return given_path("run_folder", self.run_folder, "a path")

    @property
    def output_path(self) -> Path:
        """Where the result is written."""
        return given_path("output", self.output, "a path")

    @property
    def model_flags(self) -> dict[str, str | int | None]:
        """The flags with which another command takes the same model."""
        return {"run_folder": self.run_folder, "step": self.step}


@dataclasses.dataclass(frozen=True)
class GenerateOptions(ModelOptions):
    """Generates images by codes: `infogan generate --run_folder=RUN --codes="c1=3,c2=-2:2:9" --output=c2.png`.

    It writes a PNG file each into a new folder, a sheet of all (.png), or arrays (.npz), by the ending of --output.
    """

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
    seed: int = option(0, SEED, "Decides what is sampled.")

    def __post_init__(self):
        super().__post_init__()
        if self.num_images > MAX_IMAGES:
            got = f"{self.num_images:,} with --number={self.number}"
            raise SettingError("codes", f"at most {MAX_IMAGES:,} images", got)

    @property
    def num_images(self) -> int:
        """Number of all images."""
        return self.number * math.prod(map(len, (self.codes or {}).values()))


@dataclasses.dataclass(frozen=True)
class EncodeOptions(ModelOptions):
    """Predicts the codes of images: `infogan encode --run_folder=RUN --images=FOLDER --output=codes.csv`.

    It writes a row for each image with every parameter of Q, as .csv or .jsonl, by the ending of --output.
    """

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


@dataclasses.dataclass(frozen=True)
class TraverseOptions(ModelOptions):
    """Varies codes: `infogan traverse --run_folder=RUN --codes=c2 --output=c2.png`.

    It writes a sheet (.png) or an animation (.gif), by the ending of --output.
    """

    output: str = option(
        None,
        OutputPath("a new file that ends in .png or .gif", ".png", ".gif"),
        "A new file: .png for a sheet, .gif for an animation; required.",
    )
    codes: str = option(
        ALL_CODES,
        Text("names of codes, separated by commas, or all"),
        "A code; two codes, such as c2,c3, for a plane: the first across, the second down or, in a .gif, over time; "
        "three or more; or all.",
    )
    number: int | None = option(
        None, Auto(Integer(1, 50), f"1 for a plane, else {ROWS}"), "Random samples that are shown."
    )
    scale: float = option(
        2.0, Number(positive=True), "Continuous codes vary over so many times the range that they have in training."
    )
    seed: int = option(0, SEED, "Decides noise and the other codes of each sample.")


@dataclasses.dataclass(frozen=True)
class ExportOptions(ModelOptions):
    """Exports a trained model: `infogan export --run_folder=RUN --format=saved_model --output=FOLDER`."""

    format: str = option(
        "keras",
        Choice(*FORMATS),
        "keras: a file for infogan_tf.load; saved_model: a folder with the signatures generate and encode; onnx: a "
        "folder with generate.onnx and encode.onnx; html: a page with knobs that needs neither Python nor a network.",
    )
    output: str = option(None, OutputPath(NEW_EXPORT, *FORMATS.values()), f"{NEW_EXPORT.capitalize()}; required.")
    seed: int = option(0, SEED, "Decides the noise of the samples, with --format=html.")

    def __post_init__(self):
        super().__post_init__()
        right = FORMATS[self.format]
        if ending(self.output) != right:
            expected = f"a file that ends in {right}" if right else "a folder, without an ending"
            raise SettingError("output", f"{expected}, with --format={self.format}", self.output)
        if self.seed and self.format != "html":
            raise SettingError("seed", f"none with --format={self.format}, which samples nothing", self.seed)
        if self.format == "onnx" and not all(map(importlib.util.find_spec, ("tf2onnx", "onnx"))):
            others = ", ".join(name for name in FORMATS if name != "onnx")
            expected = f"one of {others}, or first: pip install tf2onnx onnx"
            raise SettingError("format", expected, "onnx without its packages")
