"""What commands share that take a trained model and write one new file or folder."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infogan_tf.cli.command import command_line
from infogan_tf.config import MODEL
from infogan_tf.console import logger
from infogan_tf.data.paths import given_path
from infogan_tf.errors import SettingError
from infogan_tf.options import Auto, Integer, Options, Text, option

if TYPE_CHECKING:
    import tensorflow as tf

    from infogan_tf.codes import LatentCode


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


def ending(output: str) -> str:
    """The ending of a path; none with a slash behind it.

    >>> ending("sheet.png"), ending("images"), ending("v1.0/")
    ('.png', '', '')
    """
    return "" if output.endswith("/") else Path(output).suffix


def say_next(what: str, command: str, options: ModelOptions | None = None, **flags: Any):
    """Prints a command to type next, with some flags; it takes the same model if options are given."""
    same_model = {"run_folder": options.run_folder, "step": options.step} if options else {}
    logger.info(f"  {what}  {command_line(command, **same_model | flags)}")


def code_columns(code: "LatentCode", values: "tf.Tensor") -> dict[str, np.ndarray]:
    """A code `[batch, event_size]` as columns of plain values, such as the numbers of categories, one a dimension.

    The column of a circular code ends in `_angle`, as in the tables of `encode`, so that an evaluation recognizes it.
    """
    name = f"{code.name}_angle" if code.distribution.is_circular else code.name
    return numbered(name, code.distribution.decode(values))


def numbered(name: str, values: "tf.Tensor") -> dict[str, np.ndarray]:
    """The columns of `[batch, size]` by name, numbered from 0 if there are several."""
    columns = np.transpose(values)
    return {name if len(columns) == 1 else f"{name}_{index}": column for index, column in enumerate(columns)}


def merged(parts: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The columns of several codes as those of one table.

    Raises:
        SettingError: two have the same name, as those of codes `a`, of two dimensions, and `a_0`.
    """
    columns: dict[str, np.ndarray] = {}
    for part in parts:
        if twice := sorted(part.keys() & columns.keys()):
            expected = "a model whose codes make columns of different names"
            raise SettingError("run_folder", expected, f"{', '.join(twice)} twice")
        columns |= part
    return columns
