"""The content of a run's `config.json`: its settings, its data and why, versions, resumptions."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import infogan_tf
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import describe_preset, experiment_names
from infogan_tf.options import as_text

if TYPE_CHECKING:
    from infogan_tf.data import ImageData  # Loads TensorFlow, which takes seconds.

Record = dict[str, Any]

# What a run records about the source of its images.
ORIGIN = ("source", "name", "reason", "is_fallback")

# The parts of a record that are read again, with their types.
PARTS = {"settings": dict, "data": dict, "versions": dict, "resumed": list}
JSON_NAMES = {str: "a string", bool: "true or false", int: "an integer", dict: "an object", list: "a list"}
DATA_PARTS = {
    "source": str,
    "name": str,
    "reason": str,
    "is_fallback": bool,
    "description": str,
    "fingerprint": str,
    "image_shape": list,
    "max_shift": int,
}


def new_record(config: Config, data: ImageData, max_shift: int) -> Record:
    """The record of a new run."""
    return {
        "preset": describe_preset(config),
        "command": _command(),
        "settings": _movable(config),
        "data": {
            **{name: getattr(data, name) for name in ORIGIN},
            "description": data.description,
            "fingerprint": data.fingerprint(),
            "held_out_fingerprint": data.held_out_fingerprint,
            "image_shape": list(data.training.shape[1:]),
            "max_shift": max_shift,
        },
        "versions": _versions(),
        "resumed": [],
    }


def resumed_record(record: Record, config: Config) -> Record:
    """The record of a resumed run: its data and the reason for it stay, and `max_epoch` never decreases."""
    settings = _movable(config)
    settings["max_epoch"] = max(config.max_epoch, recorded_config(record).max_epoch)
    resumption = {"time": f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}", "command": _command(), **_versions()}
    return {**record, "settings": settings, "resumed": [*record["resumed"], resumption]}


def check_record(record: Any):
    """Raises a ValueError that names what is wrong if a record is not one that this version can read."""
    _check_parts("record", record, PARTS)
    _check_parts("data", record["data"], DATA_PARTS)
    fields = {field.name: field for field in dataclasses.fields(Config)}
    unknown = sorted(set(record["settings"]) - set(fields))
    if unknown:
        raise ValueError(f"settings: {unknown[0]!r} is unknown")
    for name, field in fields.items():
        # A default in its place could train or draw something other than what was trained.
        if name not in record["settings"] and not field.metadata["may_change"]:
            raise ValueError(f"settings: {name!r} is missing")
    experiment = recorded_config(record).experiment
    if experiment not in experiment_names():
        raise ValueError(f"experiment: expected one of {', '.join(experiment_names())}, got {experiment!r}")


def _check_parts(name: str, value: Any, parts: dict[str, type]):
    if type(value) is not dict:
        raise ValueError(f"{name}: expected a JSON object, got {json.dumps(value)}")
    for part, kind in parts.items():
        if part not in value:
            raise ValueError(f"{name}: {part!r} is missing")
        if type(value[part]) is not kind:
            raise ValueError(f"{part}: expected {JSON_NAMES[kind]}, got {json.dumps(value[part])}")


def recorded_config(record: Record) -> Config:
    """The config of an earlier run, from its record."""
    return Config(**record["settings"])


def check_resumable(record: Record, config: Config):
    """Refuses to resume an earlier run with settings other than its own.

    Raises:
        SettingError: naming the first setting that differs.
    """
    before = recorded_config(record)
    if before.experiment != config.experiment:
        raise SettingError("run_folder", f"a run of {config.experiment}", f"a run of {before.experiment}")
    for field in dataclasses.fields(config):
        old, new = getattr(before, field.name), getattr(config, field.name)
        if old != new and not field.metadata["may_change"]:
            raise SettingError(field.name, f"{as_text(old)}, as this run folder was trained with", as_text(new))


def with_recorded_origin(record: Record, data: ImageData) -> ImageData:
    """The images of an earlier run with the reason why they were chosen; SettingError if they differ."""
    recorded = record["data"]
    name = "images" if data.source in ("folder", "npz") else "data_source"
    expected = f"the images that this run was trained on: {recorded['description']}"
    if recorded["fingerprint"] != data.fingerprint():
        raise SettingError(name, expected, f"other images: {data.description}")
    # Older records don't have it.
    if recorded.get("held_out_fingerprint", data.held_out_fingerprint) != data.held_out_fingerprint:
        raise SettingError(name, expected, f"other held-out images: {data.description}")
    return dataclasses.replace(data, **{name: recorded[name] for name in ORIGIN})


def _movable(config: Config) -> Record:
    # The folder may be moved, and the run resumed from elsewhere.
    images = config.images and os.path.abspath(os.path.expanduser(config.images))
    return {**config.to_dict(), "run_folder": None, "images": images}


def _command() -> str:
    """The command line of this process."""
    return shlex.join(sys.orig_argv)


def _versions() -> dict[str, str | None]:
    """The versions that reproduce the same bits from the same settings and seed."""
    import keras
    import tensorflow as tf

    return {
        "infogan_tf": infogan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "python": sys.version.split()[0],
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
        "device": "GPU" if tf.config.list_logical_devices("GPU") else "CPU",
    }
