"""Codes as columns of a table."""

from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentCode
from infogan_tf.errors import SettingError


def plain_values(code: LatentCode, values: tf.Tensor) -> tuple[str, tf.Tensor]:
    """The name and plain values, such as numbers of categories, of a code `[batch, event_size]`.

    The name of a circular code ends in `_angle`, as in the tables of `encode`, so that an evaluation recognizes it.
    """
    name = f"{code.name}_angle" if code.distribution.is_circular else code.name
    return name, code.distribution.decode(values)


def as_columns(named: Iterable[tuple[str, tf.Tensor]]) -> dict[str, np.ndarray]:
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
