"""What verbs write: codes as columns of a table, and the command to type next."""

import shlex
from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from infogan_tf.cli import command as launching
from infogan_tf.codes import LatentCode
from infogan_tf.console import log
from infogan_tf.errors import SettingError


def code_columns(code: LatentCode, values: tf.Tensor) -> dict[str, np.ndarray]:
    """A code as columns of plain values `[batch]`, such as the numbers of categories; one column for each dimension.

    The column of a circular code ends in `_angle`, as in the tables of `encode`, so that an evaluation recognizes it.

    Args:
        code: the code.
        values: `[batch, event_size]`.
    """
    name = f"{code.name}_angle" if code.distribution.is_circular else code.name
    return numbered(name, code.distribution.decode(values))


def numbered(name: str, values: tf.Tensor) -> dict[str, np.ndarray]:
    """The columns of `[batch, size]` by name, numbered from 0 where there are several."""
    columns = np.transpose(values)
    if len(columns) == 1:
        return {name: columns[0]}
    return {f"{name}_{index}": column for index, column in enumerate(columns)}


def merged(parts: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The columns of several codes as those of one table.

    Raises:
        SettingError: two have the same name, as those of codes `a`, of two dimensions, and `a_0`.
    """
    columns: dict[str, np.ndarray] = {}
    for part in parts:
        twice = sorted(part.keys() & columns.keys())
        if twice:
            expected = "a model whose codes make columns of different names"
            raise SettingError("run_folder", expected, f"{', '.join(twice)} twice")
        columns |= part
    return columns


def say_next(what: str, launcher: str, **flags: object):
    """Prints a command to type next; flags that are None are left out."""
    given = " ".join(f"--{name}={shlex.quote(str(value))}" for name, value in flags.items() if value is not None)
    log(f"  {what}  {launching.command(launcher)} {given}")
