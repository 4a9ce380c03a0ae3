"""A trained model from its run folder."""

import dataclasses
import warnings
from pathlib import Path

from infogan_tf.configs import ExperimentConfig
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.experiments import build_model
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import Record, recorded_config


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run at its newest checkpoint.

    Attributes:
        folder: where it is kept.
        record: what its `config.json` says.
        config: its settings.
        step: updates done.
        model: its model, ready to `generate` and `infer_codes`.
    """

    folder: RunFolder
    record: Record
    config: ExperimentConfig
    step: int
    model: InfoGAN


def load(run_folder: str | Path) -> InfoGAN:
    """The model of a run at its newest checkpoint, ready to `generate` and `infer_codes`.

    A damaged checkpoint is warned of, and the one before is taken.

    Args:
        run_folder: the folder that training made; nothing in it is changed.

    Raises:
        RunNotFoundError: there is no run, or no checkpoint yet; a `FileNotFoundError`.
        SettingError: the folder holds something else.
        TrainingError: every checkpoint is damaged.
    """
    return load_run(run_folder).model


def load_run(run_folder: str | Path) -> TrainedRun:
    """The same with everything else that is known of the run."""
    folder = RunFolder(Path(run_folder).expanduser())
    try:
        record = folder.read_record()
    except SettingError as error:
        raise SettingError(error.name, "the folder of a run", error.got) from error
    if record is None:
        raise RunNotFoundError(f"run_folder: expected the folder of a run, got {folder.path}, where there is none")
    config = recorded_config(record)
    model = build_model(config, record["data"]["max_shift"])
    step, damaged = Checkpoints(folder.checkpoints, model).restore_newest()
    if not step:
        raise RunNotFoundError(f"run_folder: expected a run with a checkpoint, got {folder.path} without one")
    for line in damaged:
        warnings.warn(f"{line}; update {step} is loaded instead", stacklevel=3)
    return TrainedRun(folder, record, config, step, model)
