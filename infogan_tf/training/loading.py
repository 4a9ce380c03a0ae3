"""A trained model from its run folder, or from a file."""

import contextlib
import operator
import os
import warnings
import zipfile
from pathlib import Path
from typing import NamedTuple

import keras

from infogan_tf.build_model import build_model
from infogan_tf.config import MODEL, Config
from infogan_tf.data.paths import given_path
from infogan_tf.data.preparation import WHITE
from infogan_tf.errors import RunNotFoundError, SettingError, first_line
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import keras_settings
from infogan_tf.training.record import Record
from infogan_tf.training.run import Run


class TrainedRun(NamedTuple):
    """A run after `step` updates, whose `model` is ready to `generate` and `infer_codes`."""

    run: Run
    step: int
    model: InfoGAN

    @property
    def config(self) -> Config:
        """Its settings."""
        return self.run.config

    @property
    def record(self) -> Record:
        """What is known of its data and versions."""
        return self.run.record


class LoadedModel(NamedTuple):
    """A trained model, of a run or from a `.keras` file, which knows no `step` and has no `record`.

    `crop` is how the images that it was trained on became squares, as `Config.crop`. `introduction` is the first
    paragraph of the README.md that a person may have put into the run folder, such as what the codes became.
    """

    model: InfoGAN
    name: str
    step: int | None
    crop: str
    record: Record | None
    introduction: str = ""

    @property
    def white(self) -> int:
        """The value that became white in pictures of more than 8 bits."""
        return self.record.data.white if self.record else WHITE

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

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     build_model(Config(width=0.1)).save(f"{folder}/digits.keras")
    ...     load(f"{folder}/digits.keras").generate(codes={"c1": 3}).shape
    TensorShape([1, 28, 28, 1])
    """
    return load_model(given_path("run_folder", os.fspath(path), MODEL), step).model


def load_model(run_folder: Path, step: int | None = None) -> LoadedModel:
    """Like `load`, with what is known of the model."""
    if run_folder.suffix == ".keras" and not run_folder.is_dir():
        return LoadedModel(_load_file(run_folder, step), run_folder.name, None, "center", None)
    if run_folder.is_file():
        raise SettingError("run_folder", MODEL, run_folder)
    run = load_run(run_folder, step)
    name = run_folder.resolve().name
    return LoadedModel(run.model, name, run.step, run.config.crop, run.record, _introduction(run_folder))


@keras_settings()
def load_run(run_folder: str | os.PathLike, step: int | None = None) -> TrainedRun:
    """Like `load`, with everything else that is known about the run."""
    run = Run.open(run_folder)
    if not run.checkpoint_steps():
        raise RunNotFoundError(f"run_folder: expected a run with a checkpoint, got {run.path} without one")
    model = build_model(run.config, run.record.data.image_shape, run.record.data.max_shift)
    checkpoints = run.checkpoints(model)
    if step is None:
        step, damaged = checkpoints.restore_newest()
        for line in damaged:
            warnings.warn(f"{line}; update {step} is loaded instead", stacklevel=5)
    else:
        step = operator.index(step)
        checkpoints.restore(step)
    return TrainedRun(run, step, model)


def _introduction(run_folder: Path) -> str:
    """The first paragraph of the folder's README.md below its title, in one line; none if there is none."""
    with contextlib.suppress(OSError, UnicodeError):
        paragraphs = (run_folder / "README.md").read_text(encoding="utf-8").split("\n\n")
        return next((" ".join(text.split()) for text in paragraphs if not text.startswith("#")), "")
    return ""


def _load_file(path: Path, step: int | None) -> InfoGAN:
    if step is not None:
        raise SettingError("step", "None with a .keras file, which holds one update", step)
    if not path.exists():
        raise RunNotFoundError(f"run_folder: expected a .keras file, got {path}, where there is none")
    # A file is no run: a mixed policy, whose weights are float32, may be meant for it.
    may_be_meant = keras.config.dtype_policy().variable_dtype == "float32"
    try:
        with contextlib.nullcontext() if may_be_meant else keras_settings():
            model = keras.saving.load_model(path)
    except (OSError, TypeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise SettingError("run_folder", "a .keras file with an InfoGAN", f"{path}: {first_line(error)}") from error
    if not isinstance(model, InfoGAN):
        raise SettingError("run_folder", "a .keras file with an InfoGAN", f"{path} with a {type(model).__name__}")
    return model
