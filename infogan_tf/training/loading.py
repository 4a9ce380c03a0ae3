"""A trained model from its run folder."""

import dataclasses
import os
import warnings
from pathlib import Path

import numpy as np

from infogan_tf.building import build_model
from infogan_tf.config import Config
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import Record, recorded_config


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run at one of its checkpoints.

    Attributes:
        folder: where it is kept.
        record: what its `config.json` says.
        config: its settings.
        step: updates done.
        model: its model, ready to `generate` and `infer_codes`.
    """

    folder: RunFolder
    record: Record
    config: Config
    step: int
    model: InfoGAN


def load(run_folder: str | os.PathLike, step: int | None = None) -> InfoGAN:
    """The model of a run, ready to `generate` and `infer_codes`.

    Args:
        run_folder: the folder that training made; nothing in it is changed.
        step: the update whose checkpoint is loaded (see `--keep_every`). None for the newest; if that one is damaged,
            a warning says so, and the one before is taken.

    Raises:
        TypeError: `run_folder` is not a path, or `step` not an integer.
        RunNotFoundError: there is no run, or no checkpoint yet; a `FileNotFoundError`.
        SettingError: the folder holds something else, or no checkpoint of this update; a `ValueError`.
        TrainingError: the checkpoint of this update is damaged or, without `step`, every checkpoint.
    """
    return load_run(run_folder, step).model


def load_run(run_folder: str | os.PathLike, step: int | None = None) -> TrainedRun:
    """The same with everything else that is known of the run."""
    if not isinstance(run_folder, str | os.PathLike):
        raise TypeError(f"run_folder: expected a path (str or os.PathLike), got {run_folder!r}")
    if step is not None and (isinstance(step, bool) or not isinstance(step, int | np.integer)):
        raise TypeError(f"step: expected an integer or None, got {step!r}")
    folder = RunFolder(Path(run_folder).expanduser())
    try:
        record = folder.read_record()
    except SettingError as error:
        raise SettingError(error.name, "the folder of a run", error.got) from error
    if record is None:
        raise RunNotFoundError(f"run_folder: expected the folder of a run, got {folder.path}, where there is none")
    config = recorded_config(record)
    model = build_model(config, tuple(record["data"]["image_shape"]), record["data"]["max_shift"])
    checkpoints = Checkpoints(folder.checkpoints, model)
    if not checkpoints.steps():
        raise RunNotFoundError(f"run_folder: expected a run with a checkpoint, got {folder.path} without one")
    if step is None:
        step, damaged = checkpoints.restore_newest()
        for line in damaged:
            warnings.warn(f"{line}; update {step} is loaded instead", stacklevel=3)
    else:
        checkpoints.restore(step)
    return TrainedRun(folder, record, config, int(step), model)
