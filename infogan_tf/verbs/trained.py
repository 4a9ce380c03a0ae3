"""The model that a verb works with, and the command that a verb suggests next."""

import shlex
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from infogan_tf import launching
from infogan_tf.codes import LatentCode
from infogan_tf.console import log
from infogan_tf.errors import SettingError
from infogan_tf.model import InfoGAN
from infogan_tf.training.loading import load, load_run
from infogan_tf.verbs.config import MODEL, ModelSettings


class Trained(NamedTuple):
    """A trained model and what is known of it.

    Attributes:
        model: the model.
        caption: which it is, for captions and metadata.
        crop: how images that it was trained on became squares, as `Config.crop`; `center` for a `.keras` file, which
            does not say.
    """

    model: InfoGAN
    caption: str
    crop: str


def load_trained(config: ModelSettings) -> Trained:
    """Loads the model of a run, or of a `.keras` file.

    Raises:
        RunNotFoundError: there is no run in the folder.
        SettingError: the folder or file holds something else, or no checkpoint of this update.
    """
    path = Path(config.run_folder).expanduser()
    if path.is_dir():
        run = load_run(path, config.step)
        return Trained(run.model, f"{path.resolve().name}, update {run.step:,}", run.config.crop)
    if path.suffix != ".keras":
        raise SettingError("run_folder", MODEL, path)
    try:
        return Trained(load(path, config.step), path.name, "center")
    except SettingError as error:
        raise SettingError("run_folder" if error.name == "path" else error.name, error.expected, error.got) from error


def code_columns(code: LatentCode, values: tf.Tensor) -> dict[str, np.ndarray]:
    """A code as columns of numbers `[batch]`: of categories their numbers, of several dimensions one column each.

    Args:
        code: the code.
        values: `[batch, event_size]`.
    """
    if code.distribution.num_categories:
        return {code.name: np.argmax(values, axis=1)}
    return numbered(code.name, values)


def numbered(name: str, values: tf.Tensor) -> dict[str, np.ndarray]:
    """The columns of `[batch, size]` by name, numbered from 0 where there are several."""
    columns = np.transpose(values)
    if len(columns) == 1:
        return {name: columns[0]}
    return {f"{name}_{index}": column for index, column in enumerate(columns)}


def say_next(what: str, launcher: str, **flags: object):
    """Prints a command to type next; flags that are None are left out."""
    given = " ".join(f"--{name}={shlex.quote(str(value))}" for name, value in flags.items() if value is not None)
    log(f"  {what}  {launching.command(launcher)} {given}")
