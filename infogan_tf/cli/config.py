"""The settings of the verbs. Nothing here loads TensorFlow."""

import dataclasses
import importlib.util
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from infogan_tf.config import MODEL, find_images, given_path
from infogan_tf.errors import SettingError
from infogan_tf.settings import Automatic, Choice, Integer, Number, ReadableText, Required, Settings, as_text, setting

IMAGES = "a folder of images, an image or an .npz file"
FORMATS = {"keras": ".keras", "saved_model": "", "onnx": "", "html": ".html"}  # And their endings.
MAX_IMAGES = 100_000
MAX_ROWS = 50
ALL_CODES = "all"
INSTALL_ONNX = "pip install tf2onnx onnx"


@dataclasses.dataclass(frozen=True)
class Output(Required):
    """A path with one of some endings; an empty ending stands for a folder."""

    endings: tuple[str, ...] = ()

    def accepts(self, value: Any) -> bool:
        return super().accepts(value) and (value is None or ending(value) in self.endings)


@dataclasses.dataclass(frozen=True)
class CodeValues(ReadableText):
    """Values of codes, such as `c1=3,c2=-2:2:9`."""

    expected = "values of codes such as c1=3,c2=-2:2:9, each name=number or name=first:last:count"

    def read(self, text: str):
        parse_code_values(text)


@dataclasses.dataclass(frozen=True)
class ModelSettings(Settings):
    """Which model a verb works with."""

    run_folder: str | None = setting(
        None,
        Required(MODEL),
        "The folder of a trained run, or a .keras file; required.",
    )
    step: int | None = setting(
        None, Automatic(Integer(1), "the newest"), "The checkpoint of a run, by its number of updates."
    )

    def check(self):
        """Also refuses a model that is not there, and an output that is there already: nothing is overwritten."""
        super().check()
        if not given_path("run_folder", self.run_folder, "a path").exists():
            raise SettingError("run_folder", MODEL, f"{self.run_folder}, where there is none")
        output = given_path("output", self.output, "a path")
        if os.path.lexists(output):
            raise SettingError("output", "a new path, since nothing is overwritten", f"{output}, which exists")
        if not os.access(output.parent, os.W_OK | os.X_OK):
            problem = "which can't be written" if output.parent.is_dir() else "which is not there"
            raise SettingError("output", "a path in a folder that can be written", f"{output.parent}, {problem}")

    @property
    def model_flags(self) -> dict[str, Any]:
        """What another command needs to take the same model."""
        return {"run_folder": self.run_folder, "step": self.step}

    @property
    def given_flags(self) -> dict[str, Any]:
        """All that differs from the defaults."""
        values = {field.name: (getattr(self, field.name), field.default) for field in dataclasses.fields(self)}
        return {name: as_text(value) for name, (value, default) in values.items() if value != default}

    @property
    def model_path(self) -> Path:
        """Where the model is."""
        return Path(self.run_folder).expanduser()

    @property
    def output_path(self) -> Path:
        """Where the result is written."""
        return Path(self.output).expanduser()


@dataclasses.dataclass(frozen=True)
class GenerateConfig(ModelSettings):
    """Which images are generated.

    >>> GenerateConfig(codes="c1=3,c2=-2:2:9", number=5).num_images
    45
    """

    output: str | None = setting(
        None,
        Output("a new folder, or a new file that ends in .png or .npz", ("", ".png", ".npz")),
        "A new folder for a PNG file each, or a file: .png for a sheet of all, .npz for arrays; required.",
    )
    codes: str | None = setting(
        None,
        Automatic(CodeValues(), "all are sampled"),
        "Values of codes, such as c1=3,c2=-2:2:9; of first:last:count every value, of several ranges every combination "
        "is made. Other codes are sampled.",
    )
    number: int = setting(
        10, Integer(1, MAX_IMAGES), "Random samples, each of which is made with every combination of --codes."
    )
    seed: int = setting(0, Integer(0, 2**31 - 1), "Decides what is sampled.")

    @property
    def num_images(self) -> int:
        """Number of all images."""
        return self.number * math.prod(map(len, parse_code_values(self.codes).values() if self.codes else ()))

    def check(self):
        super().check()
        if self.num_images > MAX_IMAGES:
            expected = f"at most {MAX_IMAGES:,} images"
            raise SettingError("codes", expected, f"{self.num_images:,} with --number={self.number}")


@dataclasses.dataclass(frozen=True)
class EncodeConfig(ModelSettings):
    """Which images are encoded."""

    images: str | None = setting(
        None,
        Required(IMAGES),
        "A folder of images, an image, or an .npz file with `images`; required.",
    )
    output: str | None = setting(
        None,
        Output("a new file that ends in .csv or .jsonl", (".csv", ".jsonl")),
        "A new file, .csv or .jsonl (a line of JSON for each image); required.",
    )

    def check(self):
        super().check()
        find_images(self.images, or_one=True)


@dataclasses.dataclass(frozen=True)
class TraverseConfig(ModelSettings):
    """Which codes are varied."""

    output: str | None = setting(
        None,
        Output("a new file that ends in .png or .gif", (".png", ".gif")),
        "A new file: .png for a sheet, .gif for an animation; required.",
    )
    codes: str = setting(
        ALL_CODES,
        Required("names of codes, separated by commas, or all"),
        "A code; two codes, such as c2,c3, for a plane: the first across, the second down or, in a .gif, over time; "
        "three or more; or all.",
    )
    number: int | None = setting(
        None, Automatic(Integer(1, MAX_ROWS), "1 for a plane, else 5"), "Random samples that are shown."
    )
    scale: float = setting(
        2.0, Number(positive=True), "Continuous codes vary over so many times the range that they have in training."
    )
    seed: int = setting(0, Integer(0, 2**31 - 1), "Decides noise and the other codes of each sample.")


@dataclasses.dataclass(frozen=True)
class ExportConfig(ModelSettings):
    """How a model is exported."""

    format: str = setting(
        "keras",
        Choice(tuple(FORMATS)),
        "keras: a file for infogan_tf.load; saved_model: a folder with the signatures generate and encode; onnx: a "
        "folder with generate.onnx and encode.onnx; html: a page with knobs that needs neither Python nor a network.",
    )
    output: str | None = setting(
        None,
        Output(
            "a new file that ends in .keras or .html, or a new folder for saved_model and onnx",
            tuple(FORMATS.values()),
        ),
        "A new file that ends in .keras or .html, or a new folder for saved_model and onnx; required.",
    )
    seed: int = setting(0, Integer(0, 2**31 - 1), "Decides the noise of the samples, with --format=html.")

    def check(self):
        super().check()
        right = FORMATS[self.format]
        if ending(self.output) != right:
            expected = f"a file that ends in {right}" if right else "a folder, without an ending"
            raise SettingError("output", f"{expected}, with --format={self.format}", self.output)
        if self.seed and self.format != "html":
            raise SettingError("seed", f"none with --format={self.format}, which samples nothing", self.seed)
        if self.format == "onnx" and not all(map(importlib.util.find_spec, ("tf2onnx", "onnx"))):
            others = ", ".join(name for name in FORMATS if name != "onnx")
            raise SettingError("format", f"one of {others}, or first: {INSTALL_ONNX}", "onnx without its packages")


def ending(output: str) -> str:
    """The ending of a path; none with a slash behind it.

    >>> ending("sheet.png"), ending("images"), ending("v1.0/")
    ('.png', '', '')
    """
    return "" if output.endswith("/") else Path(output).suffix


def parse_code_values(text: str) -> dict[str, tuple[float, ...]]:
    """Reads values of codes, by name; whole numbers are integers, as categories are.

    Raises:
        ValueError: the text has another form; the message quotes the wrong term.

    >>> parse_code_values("c1=3, c2=-2:2:5")
    {'c1': (3,), 'c2': (-2, -1, 0, 1, 2)}
    """
    values: dict[str, tuple[float, ...]] = {}
    for term in text.split(","):
        name, _, numbers = map(str.strip, term.partition("="))
        if not name or not numbers:
            raise ValueError(f"the term {term.strip()!r}")
        if name in values:
            raise ValueError(f"the code {name!r} for the second time")
        try:
            values[name] = _numbers(*numbers.split(":"))
        except (TypeError, ValueError) as error:
            raise ValueError(f"the term {term.strip()!r}") from error
    return values


def _numbers(first: str, last: str | None = None, count: str | None = None) -> tuple[float, ...]:
    if (last is None) != (count is None):
        raise ValueError("a range without a count")
    ends = [float(text) for text in (first, last) if text is not None]
    number = 1 if count is None else int(count)
    if not np.isfinite(ends).all() or not 1 <= number <= MAX_IMAGES:
        raise ValueError("a number out of range")
    # Rounded, so that 0:1:11 has the value 0.3 and not 0.30000000000000004.
    spaced = np.linspace(ends[0], ends[-1], number).round(12).tolist()
    return tuple(int(value) if value.is_integer() else value for value in spaced)
