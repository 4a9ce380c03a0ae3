"""The content of a run's `config.json`: its settings, its data and why, versions, resumptions.

TensorFlow is not loaded, so that a command can look at a run before it takes seconds.
"""

import dataclasses
import datetime
import os
import shlex
import sys
from pathlib import Path
from typing import Any, Literal

import pydantic

import infogan_tf
from infogan_tf.config import Config
from infogan_tf.data.image_data import ImageData
from infogan_tf.errors import SettingError, first_line
from infogan_tf.experiments import describe_preset, find_experiment
from infogan_tf.files import write_text
from infogan_tf.options import as_text

CONFIG_FILE = "config.json"
# What is recorded about the source of the images.
ORIGIN = ("source", "name", "reason", "is_fallback")
# Settings that older records lack, whose defaults are what was done before there was a choice.
ADDED = {"width", "xla", "r1_gamma"}


@dataclasses.dataclass(frozen=True)
class RecordedData:
    """The images of a run, as `ImageData` describes them, and the largest shift that was chosen for them."""

    source: str
    name: str
    reason: str
    is_fallback: bool
    description: str
    fingerprint: str
    held_out_fingerprint: str | None
    image_shape: tuple[int, int, int]
    max_shift: int
    white: int = 2**16 - 1


@dataclasses.dataclass(frozen=True)
class Record:
    """What is known of a run; `resumed` has the time, command and versions of each resumption."""

    format: Literal[2]
    preset: str
    command: str
    settings: dict[str, Any]
    data: RecordedData
    versions: dict[str, str | None]
    resumed: list[dict[str, str | None]]

    @property
    def config(self) -> Config:
        """The settings; TypeError or ValueError if there can't be such ones."""
        for field in dataclasses.fields(Config):
            # A default in its place could train or draw something other than what was trained.
            if field.name not in self.settings and field.name not in ADDED and not field.metadata["may_change"]:
                raise ValueError(f"settings: {field.name!r} is missing")
        config = Config(**self.settings)
        find_experiment(config.experiment)
        return config

    @property
    def replicas(self) -> int:
        """How many devices divided the batches, when the run was last trained."""
        last = self.resumed[-1] if self.resumed else self.versions
        return int(last.get("replicas") or 1)

    def resume(self, config: Config) -> "Record":
        """The record of the resumed run: its data and the reason for it stay, and `max_epoch` never decreases."""
        settings = _movable(config)
        if config.max_epoch:
            settings["max_epoch"] = max(config.max_epoch, self.config.max_epoch or 0)
        resumption = {
            "time": f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}",
            "command": _command(),
            **_versions(config),
        }
        return dataclasses.replace(self, settings=settings, resumed=[*self.resumed, resumption])


JSON = pydantic.TypeAdapter(Record)


def new_record(config: Config, data: ImageData, max_shift: int) -> Record:
    """The record of a new run."""
    described = {
        name: getattr(data, name) for name in (*ORIGIN, "description", "held_out_fingerprint", "image_shape", "white")
    }
    recorded = RecordedData(**described, fingerprint=data.fingerprint(), max_shift=max_shift)
    return Record(2, describe_preset(config), _command(), _movable(config), recorded, _versions(config), [])


def write_record(folder: Path, record: Record):
    """Writes `config.json`, from which the run can be understood, resumed and loaded."""
    write_text(folder / CONFIG_FILE, JSON.dump_json(record, indent=2).decode() + "\n")


def read_record(folder: Path, expected: str = "the folder of a run") -> Record:
    """The record of an earlier run; SettingError if there is none, it is damaged, or an earlier version wrote it."""
    got = f"{folder} without a readable {CONFIG_FILE}"
    try:
        record = JSON.validate_json((folder / CONFIG_FILE).read_bytes())
        _ = record.config
        return record
    except pydantic.ValidationError as error:
        problems = {".".join(map(str, details["loc"])): details["msg"] for details in error.errors()}
        problem = ": ".join(filter(None, next(iter(problems.items()))))
        if "format" in problems and "settings" not in problems:
            got, problem = folder, "it was made by an earlier version of infogan_tf"
    except FileNotFoundError as error:
        near = [folder.parent, *folder.glob("*"), *folder.glob("*/*")]
        runs = [path for path in near if (path / CONFIG_FILE).is_file() and (path / "checkpoints").is_dir()]
        problem = f"do you mean {max(runs, key=os.path.getmtime)}?" if runs else first_line(error)
    except (OSError, TypeError, ValueError) as error:
        problem = first_line(error)
    raise SettingError("run_folder", expected, f"{got} ({problem})")


def check_resumable(record: Record, config: Config):
    """Refuses to resume an earlier run with settings other than its own; SettingError for the first that differs."""
    before = record.config
    if before.experiment != config.experiment:
        raise SettingError("run_folder", f"a run of {config.experiment}", f"a run of {before.experiment}")
    for field in dataclasses.fields(config):
        old, new = getattr(before, field.name), getattr(config, field.name)
        # A checkpoint of float16 has the scale of the loss, and no other has it.
        is_float16 = field.name == "precision" and "float16" in (old, new)
        if old != new and (is_float16 or not field.metadata["may_change"]):
            of_preset = f" of the preset {config.preset}" if config.preset not in (None, before.preset) else ""
            expected = f"{as_text(old)}, as this run folder was trained with"
            raise SettingError(field.name, expected, f"{as_text(new)}{of_preset}")


def with_recorded_origin(record: Record, data: ImageData) -> ImageData:
    """The images of an earlier run with the reason why they were chosen; SettingError if they differ."""
    recorded, expected = record.data, f"the images that this run was trained on: {record.data.description}"
    name = "images" if data.is_own else "data_source"
    if recorded.fingerprint != data.fingerprint():
        raise SettingError(name, expected, f"other images: {data.description}")
    if recorded.held_out_fingerprint != data.held_out_fingerprint:
        raise SettingError(name, expected, f"other held-out images: {data.description}")
    return dataclasses.replace(data, **{name: getattr(recorded, name) for name in ORIGIN})


def _movable(config: Config) -> dict[str, Any]:
    # The folder may be moved, and the run resumed from elsewhere.
    images = config.images and os.path.abspath(os.path.expanduser(config.images))
    return {**config.to_dict(), "run_folder": None, "images": images}


def _command() -> str:
    # JSON can't hold bytes that are not UTF-8.
    return shlex.join(sys.orig_argv).encode(errors="backslashreplace").decode()


def _versions(config: Config) -> dict[str, str | None]:
    """The versions, devices and precision that reproduce the same bits from the same settings and seed."""
    import keras
    import tensorflow as tf

    from infogan_tf.devices import describe_device
    from infogan_tf.runtime import describe_precision

    return {
        "infogan_tf": infogan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "python": sys.version.split()[0],
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
        "device": describe_device(),
        "replicas": str(tf.distribute.get_strategy().num_replicas_in_sync),
        "precision": describe_precision(config.precision),
    }
