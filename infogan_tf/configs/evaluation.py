"""Settings of an evaluation."""

import dataclasses
from typing import Any

from infogan_tf.configs.base import Settings
from infogan_tf.configs.fields import Automatic, Integer, Text, setting


class RequiredFolder(Text):
    """The folder of a trained run, which has no default: None stands for a flag that was not given."""

    expected = "the folder of a trained run"

    def accepts(self, value: Any) -> bool:
        return value is None or super().accepts(value)


@dataclasses.dataclass(frozen=True)
class EvaluationConfig(Settings):
    """Which run is evaluated.

    >>> EvaluationConfig(run_folder="logs/mnist/mine").data_dir
    """

    run_folder: str | None = setting(None, RequiredFolder(), "The folder of a trained run; required.")
    step: int | None = setting(
        None, Automatic(Integer(1), "the newest"), "The checkpoint to evaluate, by its number of updates."
    )
    data_dir: str | None = setting(
        None, Automatic(Text(), "where the run found its data"), "Where TFDS keeps prepared data."
    )
