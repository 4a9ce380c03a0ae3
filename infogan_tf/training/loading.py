"""A trained model from its run folder, or from a file."""

import dataclasses
import os
import warnings
import zipfile
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from infogan_tf.build_model import build_model
from infogan_tf.config import MODEL, Config
from infogan_tf.errors import RunNotFoundError, SettingError, first_line
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import Record, recorded_config


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run at one of its checkpoints.

    Attributes:
        folder: where it is kept.
        record: the content of its `config.json`.
        config: its settings.
        step: updates done.
        model: its model, ready to `generate` and `infer_codes`.
    """

    folder: RunFolder
    record: Record
    config: Config
    step: int
    model: InfoGAN


class LoadedModel(NamedTuple):
    """A trained model, of a run or from a file, and what is known of it.

    Attributes:
        model: the model.
        name: of its run folder or file.
        step: updates done; None for a `.keras` file, which does not say.
        crop: how images that it was trained on became squares, as `Config.crop`; `center` for a `.keras` file.
        record: the content of the run's `config.json`; None for a `.keras` file.
    """

    model: InfoGAN
    name: str
    step: int | None
    crop: str
    record: Record | None

    @property
    def caption(self) -> str:
        """Which model it is, for captions and metadata."""
        return self.name if self.step is None else f"{self.name}, update {self.step:,}"


def load(path: str | os.PathLike, step: int | None = None) -> InfoGAN:
    """The model of a run, or one that `model.save` wrote, ready to `generate` and `infer_codes`.

    Args:
        path: the folder that training made, or a `.keras` file; nothing in it is changed.
        step: the update whose checkpoint of a run is loaded (see `--keep_every`). None for the newest; if that one is
            damaged, the one before is loaded with a warning.

    Raises:
        TypeError: `path` is not a path, or `step` not an integer.
        RunNotFoundError: there is no run, no checkpoint yet, or no file; a `FileNotFoundError`.
        SettingError: the folder or file holds something else, or no checkpoint of this update; a `ValueError`.
        TrainingError: the checkpoint of this update is damaged or, without `step`, every checkpoint.
    """
    if isinstance(path, str | os.PathLike) and Path(path).suffix == ".keras" and not Path(path).expanduser().is_dir():
        return _load_file(Path(path).expanduser(), step)
    return load_run(path, step).model


def _load_file(path: Path, step: int | None) -> InfoGAN:
    if step is not None:
        raise SettingError("step", "None with a .keras file, which holds one update", step)
    if not path.exists():
        raise RunNotFoundError(f"path: expected a .keras file, got {path}, where there is none")
    try:
        model = keras.saving.load_model(path)
    except (OSError, TypeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise SettingError("path", "a .keras file with an InfoGAN", f"{path}: {first_line(error)}") from error
    if not isinstance(model, InfoGAN):
        raise SettingError("path", "a .keras file with an InfoGAN", f"{path} with a {type(model).__name__}")
    return model


def load_model(run_folder: Path, step: int | None = None) -> LoadedModel:
    """Like `load`, with what is known of the model; errors name `run_folder`, which may also be a `.keras` file."""
    if run_folder.is_dir():
        run = load_run(run_folder, step)
        return LoadedModel(run.model, run_folder.resolve().name, run.step, run.config.crop, run.record)
    if run_folder.suffix != ".keras":
        raise SettingError("run_folder", MODEL, run_folder)
    try:
        return LoadedModel(_load_file(run_folder, step), run_folder.name, None, "center", None)
    except SettingError as error:
        raise SettingError("run_folder" if error.name == "path" else error.name, error.expected, error.got) from error


def load_run(run_folder: str | os.PathLike, step: int | None = None) -> TrainedRun:
    """Like `load`, with everything else that is known about the run."""
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
