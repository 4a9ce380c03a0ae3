"""A run's folder: everything that was asked for, found and made."""

import datetime
import json
import shutil
from pathlib import Path

import filelock

from infogan_tf.configs import ExperimentConfig
from infogan_tf.errors import SettingError, first_line
from infogan_tf.files import PARTIAL_PREFIX, remove_partial, write_json
from infogan_tf.training.console import say
from infogan_tf.training.run_record import Record, check_record

CONFIG_FILE = "config.json"
LOCK_FILE = ".lock"
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

    def read_record(self) -> Record | None:
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
            check_record(record)
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

    def write_record(self, record: Record):
        """Writes `config.json`, from which the run can be understood, resumed and loaded."""
        write_json(self.config_file, record)
        self.samples.mkdir(exist_ok=True)
        self.checkpoints.mkdir(exist_ok=True)

    def announce(self, line: str):
        """Says something to the person at the terminal and keeps it in `log.txt`."""
        say(line)
        with self.log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}  {line}\n")


def _is_ours_before_a_run(path: Path) -> bool:
    # What a kill leaves before there is a config.
    return path.name == LOCK_FILE or path.name.startswith(PARTIAL_PREFIX)
