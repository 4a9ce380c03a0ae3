"""Settings of an evaluation."""

import dataclasses

from infogan_tf.configs.base import Settings
from infogan_tf.configs.fields import Automatic, Text, setting


@dataclasses.dataclass(frozen=True)
class EvaluationConfig(Settings):
    """Which run is evaluated.

    >>> EvaluationConfig(run_folder="logs/mnist/mine").data_dir
    """

    run_folder: str | None = setting(None, Automatic(Text(), "none, which is refused"), "The folder of a trained run.")
    data_dir: str | None = setting(
        None, Automatic(Text(), "where the run found its data"), "Where TFDS keeps prepared data."
    )
