"""A run's folder: its settings, data, curves, pictures and checkpoints."""

import contextlib
import datetime
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock

from infogan_tf.config import Config
from infogan_tf.console import log
from infogan_tf.errors import SettingError, first_line
from infogan_tf.files import PARTIAL_PREFIX, make_folder, remove_empty, remove_partial, write_json
from infogan_tf.training.run_record import Record, check_record

CONFIG_FILE = "config.json"
LOCK_FILE = ".lock"
# TensorFlow writes checkpoints into such a folder but can't read them: it takes their path for a pattern. Others, such
# as *, match themselves.
PATTERN_CHARACTERS = "[\\"
SPARE_BYTES = 64 * 2**20  # Event files and pictures of a run.


class RunFolder:
    """The folder of one run.

    `config.json` (settings, data, versions), `checkpoints/`, `samples/step_*.png`, `metrics.jsonl`, `log.txt` with
    every line that was announced, and TensorBoard's event files. `.lock` is locked while a process trains in the
    folder; the file stays, since a process that removed it could remove the lock that another has just taken.

    Args:
        path: the folder, whether it is there yet or not.

    Attributes:
        record: the content of `config.json` when the folder was opened; None if the run is new.
    """

    def __init__(self, path: Path):
        self.path = path
        self.config_file = path / CONFIG_FILE
        self.checkpoints = path / "checkpoints"
        self.samples = path / "samples"
        self.metrics = path / "metrics.jsonl"
        self.log = path / "log.txt"
        self.record: Record | None = None
        self._lock = filelock.FileLock(path / LOCK_FILE, timeout=0)
        self._made: list[Path] = []
        self._is_claimed = False

    @classmethod
    @contextlib.contextmanager
    def open(cls, config: Config) -> Iterator["RunFolder"]:
        """Opens the folder of a config, in order to train in it.

        The folder of an earlier run is locked before its record is read. By default the folder is a new one named after
        the time, as in the original code; it is made at once, so that no other process can have the same, and removed
        again if it is left without having been claimed. A given folder is made when it is claimed.

        Args:
            config: the settings of the run.

        Yields:
            The folder, to `claim` before anything is written into it. An error that ends a claimed run is kept in its
            `log.txt`.

        Raises:
            SettingError: the folder can't be made, another process trains in it, or it holds something else.
        """
        folder = cls._new(config.run_name) if config.run_folder is None else cls(_expanded(config.run_folder))
        try:
            if os.path.exists(folder.config_file):  # Unlike pathlib's, it raises nothing.
                folder._acquire()
            folder.record = folder.read_record()
            yield folder
        except BaseException as error:
            folder._log_error(error)
            raise
        finally:
            folder._lock.release()
            if not folder._is_claimed:
                remove_empty(folder._made)

    @classmethod
    def _new(cls, run_name: str) -> "RunFolder":
        name = f"{run_name}_{datetime.datetime.now():%Y_%m_%d_%H_%M_%S}"
        for number in itertools.count(1):
            folder = cls(Path("logs", run_name, name if number == 1 else f"{name}_{number}"))
            if folder._make():
                return folder

    def _make(self) -> bool:
        """Makes the folder; False if it is there already."""
        try:
            self._made = make_folder(self.path)
        except FileExistsError:
            return False
        except (OSError, ValueError) as error:
            raise self._not_writable(error) from error
        return True

    def read_record(self) -> Record | None:
        """The content of `config.json` of an earlier run; None if the folder is new.

        Raises:
            SettingError: there is a file of that name, or a folder that holds something else, or the path has a
                character with which TensorFlow would not find checkpoints again.
        """
        if set(PATTERN_CHARACTERS) & set(str(self.path)):
            got = f"{self.path} with [ or \\, which TensorFlow takes for a pattern"
            raise SettingError("run_folder", "a folder", got)
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
        except (OSError, ValueError, RecursionError) as error:
            got = f"{self.path} without a readable {CONFIG_FILE} ({first_line(error)})"
            raise SettingError("run_folder", expected, got) from error
        return record

    def claim(self, bytes_needed: int):
        """Takes the folder for this process, after checking that it is writable and that a run fits on its disk.

        Args:
            bytes_needed: what the run's checkpoints will take in addition to what is there.

        Raises:
            SettingError: it can't be written, another process took it, or the disk is too full.
        """
        # Before there is a folder with a lock file, which would have to stay.
        self._check_space(bytes_needed + SPARE_BYTES)
        if not self.path.exists():
            self._make()
        self._acquire()
        if self.read_record() != self.record:
            raise self._taken("in which another process has started a run")
        self._check_writable()
        self._is_claimed = True
        remove_partial(self.path)
        remove_partial(self.samples)

    def _acquire(self):
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise self._taken("which another process is training") from error
        except OSError as error:
            raise self._not_writable(error) from error

    def _check_writable(self):
        probe = self.path / f"{PARTIAL_PREFIX}probe"
        try:
            probe.write_bytes(b"probe")
            probe.unlink()
        except OSError as error:
            raise self._not_writable(error) from error

    def _check_space(self, needed: int):
        free = shutil.disk_usage(next(folder for folder in (self.path, *self.path.parents) if folder.exists())).free
        if free < needed:
            expected = f"a disk with at least {needed / 2**20:,.0f} MiB free for checkpoints"
            raise SettingError("run_folder", expected, f"{free / 2**20:,.0f} MiB free at {self.path}")

    def _not_writable(self, error: Exception) -> SettingError:
        reason = getattr(error, "strerror", None) or first_line(error)
        return SettingError("run_folder", "a folder that can be written", f"{self.path} ({reason})")

    def _taken(self, how: str) -> SettingError:
        return SettingError("run_folder", "a folder that is not in use", f"{self.path}, {how}")

    def write_record(self, record: Record):
        """Writes `config.json`, from which the run can be understood, resumed and loaded."""
        write_json(self.config_file, record)
        self.samples.mkdir(exist_ok=True)
        self.checkpoints.mkdir(exist_ok=True)

    def announce(self, line: str):
        """Prints a line and adds it to `log.txt`."""
        log(line)
        self.log_line(line)

    def _log_error(self, error: BaseException):
        # Not for a refused setting, which changes nothing in the folder. On a full disk no line can be written.
        if self._is_claimed and self.config_file.exists() and not isinstance(error, SettingError):
            is_stopped = isinstance(error, KeyboardInterrupt)
            with contextlib.suppress(OSError):
                self.log_line("interrupted" if is_stopped else f"error: {first_line(error, length=1000)}")

    def log_line(self, line: str):
        """Adds a line to `log.txt` only."""
        with self.log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}  {line}\n")


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:  # There is no user of this name.
        raise SettingError("run_folder", "a folder", f"{path} ({first_line(error)})") from error


def _is_ours_before_a_run(path: Path) -> bool:
    # What may be left if a run is killed before its config is written.
    return path.name == LOCK_FILE or path.name.startswith(PARTIAL_PREFIX)
