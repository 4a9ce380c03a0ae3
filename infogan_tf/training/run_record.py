"""What a run's `config.json` says: its settings, its data and why, its versions, its resumptions."""

import dataclasses
import datetime
import shlex
import sys
from typing import Any

import keras
import tensorflow as tf

import infogan_tf
from infogan_tf.configs import CONFIGS, ExperimentConfig, describe_preset
from infogan_tf.configs.fields import as_text
from infogan_tf.data import ImageData
from infogan_tf.errors import SettingError

Record = dict[str, Any]

# What a run keeps of where its images came from.
ORIGIN = ("source", "name", "reason", "is_fallback")


def new_record(config: ExperimentConfig, data: ImageData, max_shift: int) -> Record:
    """The record of a run that begins."""
    return {
        "experiment": config.experiment,
        "preset": describe_preset(config),
        "command": _command(),
        "settings": _movable(config),
        "data": {
            **{name: getattr(data, name) for name in ORIGIN},
            "description": data.description,
            "fingerprint": data.fingerprint(),
            "max_shift": max_shift,
        },
        "versions": _versions(),
        "resumed": [],
    }


def resumed_record(record: Record, config: ExperimentConfig) -> Record:
    """The record of a run that goes on: its data and the reason for it stay, its epochs never become fewer."""
    settings = _movable(config)
    settings["max_epoch"] = max(settings["max_epoch"], record["settings"]["max_epoch"])
    resumption = {"time": f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}", "command": _command(), **_versions()}
    return {**record, "settings": settings, "resumed": [*record["resumed"], resumption]}


def check_record(record: Any):
    """Raises LookupError, TypeError or ValueError if a record is not one that this version wrote."""
    recorded_config(record)
    for name in (*ORIGIN, "fingerprint", "max_shift"):
        record["data"][name]


def recorded_config(record: Record) -> ExperimentConfig:
    """The config of an earlier run, from its record; LookupError or TypeError where the record is of another kind."""
    return CONFIGS[record["experiment"]].from_dict(record["settings"])


def check_resumable(record: Record, config: ExperimentConfig):
    """Refuses to go on with an earlier run under other settings than its own.

    Raises:
        SettingError: naming the first setting that differs.
    """
    if record["experiment"] != config.experiment:
        raise SettingError("run_folder", f"a run of {config.experiment}", f"a run of {record['experiment']}")
    before = recorded_config(record)
    for field in dataclasses.fields(config):
        old, new = getattr(before, field.name), getattr(config, field.name)
        if old != new and not field.metadata["may_change"]:
            raise SettingError(field.name, f"{as_text(old)}, as this run folder was trained with", as_text(new))


def with_recorded_origin(record: Record, data: ImageData) -> ImageData:
    """The images of an earlier run with the reason for which they were chosen then; SettingError if they differ."""
    if record["data"]["fingerprint"] != data.fingerprint():
        expected = f"the images that this run was trained on: {record['data']['description']}"
        raise SettingError("data_source", expected, f"other images: {data.description}")
    return dataclasses.replace(data, **{name: record["data"][name] for name in ORIGIN})


def _movable(config: ExperimentConfig) -> Record:
    return {**config.to_dict(), "run_folder": None}  # The folder may be moved.


def _command() -> str:
    """The command line of this process."""
    return shlex.join(sys.orig_argv)


def _versions() -> dict[str, str]:
    return {
        "infogan_tf": infogan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "python": sys.version.split()[0],
    }
