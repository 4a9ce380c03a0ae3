"""A run's folder: everything that was asked for, found and made."""

import dataclasses
import datetime
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import filelock
import keras
import tensorflow as tf

import infogan_tf
from infogan_tf.configs import CONFIGS, ExperimentConfig
from infogan_tf.configs.fields import as_text
from infogan_tf.data import ImageData
from infogan_tf.errors import SettingError, first_line
from infogan_tf.files import PARTIAL_PREFIX, remove_partial, write_json
from infogan_tf.training.console import say

CONFIG_FILE = "config.json"
LOCK_FILE = ".lock"
# What a run keeps of where its images came from.
ORIGIN = ("source", "name", "reason", "is_fallback")
SPARE_BYTES = 64 * 2**20  # Event files and pictures of a run.


class RunFolder:
    """The folder of one run.

    `config.json` (settings, data, versions), `checkpoints/`, `samples/step_*.png`, `metrics.jsonl`, `log.txt` with
    every line that was announced, and TensorBoard's event files.

    Args:
        path: the folder, whether it is there yet or not.
    """

    def __init__(self, path: Path):
        self.path = path
        self.config_file = path / CONFIG_FILE
        self.checkpoints = path / "checkpoints"
        self.samples = path / "samples"
        self.metrics = path / "metrics.jsonl"
        self.log = path / "log.txt"
        self._lock = filelock.FileLock(path / LOCK_FILE, timeout=0)

    @classmethod
    def of(cls, config: ExperimentConfig) -> "RunFolder":
        """The folder that a config asks for; by default a new one named after the time, as in the original."""
        if config.run_folder is not None:
            return cls(Path(config.run_folder).expanduser())
        time = datetime.datetime.now().strftime("%Y_%m_%d_%H_%M_%S")
        path = Path(f"logs/{config.experiment}/{config.experiment}_{time}")
        number = 2
        while path.exists():
            path = path.with_name(f"{config.experiment}_{time}_{number}")
            number += 1
        return cls(path)

    def read_record(self) -> dict[str, Any] | None:
        """What `config.json` says of an earlier run; None if the folder is new.

        Raises:
            SettingError: there is a file of that name, or a folder that holds something else.
        """
        try:
            if self.path.exists() and not self.path.is_dir():
                raise SettingError("run_folder", "a folder", f"{self.path}, which is a file")
            if not self.path.exists() or all(map(_is_ours_before_a_run, self.path.iterdir())):
                return None
        except OSError as error:
            raise SettingError("run_folder", "a folder", f"{self.path} ({error.strerror})") from error
        expected = f"a new or empty folder, or one of an earlier run with its {CONFIG_FILE}"
        try:
            record = json.loads(self.config_file.read_text(encoding="utf-8"))
            recorded_config(record)
            for name in (*ORIGIN, "fingerprint", "max_shift"):
                record["data"][name]
        except (OSError, ValueError, LookupError, TypeError) as error:
            got = f"{self.path} without a readable {CONFIG_FILE} ({first_line(error)})"
            raise SettingError("run_folder", expected, got) from error
        return record

    def create(self, bytes_needed: int):
        """Makes the folder and claims it, once it is sure that it can be written and that a run fits on its disk.

        Args:
            bytes_needed: what the run's checkpoints will take in addition to what is there.

        Raises:
            SettingError: it can't be written, is claimed by another process, or the disk is too full; nothing is left
                behind.
        """
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        try:
            self._claim()
            self._check_space(bytes_needed + SPARE_BYTES)
        except SettingError:
            self.release()
            if missing:
                shutil.rmtree(missing[-1], ignore_errors=True)
            raise
        remove_partial(self.path)
        remove_partial(self.samples)

    def release(self):
        """Lets another process have the folder."""
        if self._lock.is_locked:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _claim(self):
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            probe = self.path / f"{PARTIAL_PREFIX}probe"
            probe.write_bytes(b"probe")
            probe.unlink()
        except filelock.Timeout as error:
            got = f"{self.path}, which another process is training"
            raise SettingError("run_folder", "a folder of one's own", got) from error
        except OSError as error:
            got = f"{self.path} ({error.strerror or error})"
            raise SettingError("run_folder", "a folder that can be written", got) from error

    def _check_space(self, needed: int):
        free = shutil.disk_usage(self.path).free
        if free < needed:
            expected = f"a disk with at least {needed / 2**20:,.0f} MiB free for checkpoints"
            raise SettingError("run_folder", expected, f"{free / 2**20:,.0f} MiB free at {self.path}")

    def write_record(self, config: ExperimentConfig, data: ImageData, max_shift: int):
        """Writes `config.json`, from which a new run can be understood, resumed and loaded."""
        self._write(
            {
                "experiment": config.experiment,
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
        )

    def write_resumption(self, record: dict[str, Any], config: ExperimentConfig):
        """Adds to `config.json` that an earlier run goes on, and with what; its data and its reason stay."""
        settings = _movable(config)
        settings["max_epoch"] = max(settings["max_epoch"], record["settings"]["max_epoch"])
        resumed = [*record.get("resumed", []), {"time": f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}", **_versions()}]
        self._write({**record, "settings": settings, "resumed": resumed})

    def _write(self, record: dict[str, Any]):
        write_json(self.config_file, record)
        self.samples.mkdir(exist_ok=True)
        self.checkpoints.mkdir(exist_ok=True)

    def announce(self, line: str):
        """Says something to the person at the terminal and keeps it in `log.txt`."""
        say(line)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}  {line}\n")


def _is_ours_before_a_run(path: Path) -> bool:
    # What a kill leaves before there is a config.
    return path.name == LOCK_FILE or path.name.startswith(PARTIAL_PREFIX)


def _movable(config: ExperimentConfig) -> dict[str, Any]:
    return {**config.to_dict(), "run_folder": None}  # The folder may be moved.


def _versions() -> dict[str, str]:
    return {
        "infogan_tf": infogan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "python": sys.version.split()[0],
    }


def recorded_config(record: dict[str, Any]) -> ExperimentConfig:
    """The config of an earlier run, from its record; LookupError or TypeError where the record is of another kind."""
    return CONFIGS[record["experiment"]].from_dict(record["settings"])


def check_resumable(record: dict[str, Any], config: ExperimentConfig):
    """Refuses to go on with an earlier run under other settings than its own.

    Raises:
        SettingError: naming the first setting that differs.
    """
    if record["experiment"] != config.experiment:
        raise SettingError("run_folder", f"a run of {config.experiment}", f"a run of {record['experiment']}")
    before = recorded_config(record)
    for name, field in type(config).__dataclass_fields__.items():
        if "kind" not in field.metadata or field.metadata["may_change"]:
            continue
        old, new = getattr(before, name), getattr(config, name)
        if old != new:
            raise SettingError(name, f"{as_text(old)}, as this run folder was trained with", as_text(new))


def with_recorded_origin(record: dict[str, Any], data: ImageData) -> ImageData:
    """The images of an earlier run with the reason for which they were chosen then; SettingError if they differ."""
    if record["data"]["fingerprint"] != data.fingerprint():
        expected = f"the images that this run was trained on: {record['data']['description']}"
        raise SettingError("data_source", expected, f"other images: {data.description}")
    return dataclasses.replace(data, **{name: record["data"][name] for name in ORIGIN})
