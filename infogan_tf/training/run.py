"""A run: its folder, lock, record, log and checkpoints."""

import contextlib
import dataclasses
import datetime
import itertools
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock

from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.data.image_data import ImageData
from infogan_tf.data.paths import find_images, given_path
from infogan_tf.errors import RunNotFoundError, SettingError, first_line
from infogan_tf.files import PARTIAL_PREFIX, make_folder, remove_empty, remove_partial
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints, find_steps
from infogan_tf.training.curves import newest_update
from infogan_tf.training.record import CONFIG_FILE, Record, check_resumable, new_record, read_record, write_record

LOCK_FILE = ".lock"
# TensorFlow takes such a path for a pattern: it would not find checkpoints again, or remove those of another run.
PATTERN_CHARACTERS = "[\\*?"
SPARE_BYTES = 64 * 2**20  # Event files and pictures of a run.
MAX_DEPTH = 4  # Of folders between a folder and the runs that are looked for in it.


def find_runs(root: Path) -> Iterator[Path]:
    """The folders of runs in a folder and below; it may be one itself."""
    for folder, names, files in os.walk(root):
        path = Path(folder)
        is_run = CONFIG_FILE in files and "checkpoints" in names
        if is_run:
            yield path
        is_deepest = is_run or len(path.relative_to(root).parts) == MAX_DEPTH
        names[:] = [] if is_deepest else [name for name in names if not name.startswith(".")]


class Run:
    """A run in a folder of its own; made by `create`, to train it, or by `open`, to read it.

    The folder has `config.json`, from which `record` is read (None of a run that has not begun), `checkpoints/`,
    `samples/step_*.png`, `metrics.jsonl`, `log.txt` with every line that was announced, and TensorBoard's event files.
    `.lock` is locked while a process trains in the folder. The file stays, since a process that removed it could remove
    the lock that another has just taken.
    """

    def __init__(self, path: Path, config: Config, record: Record | None = None):
        self.path, self.config, self.record = path, config, record
        self.samples, self.metrics = path / "samples", path / "metrics.jsonl"
        self._checkpoints = path / "checkpoints"
        self._lock = filelock.FileLock(path / LOCK_FILE, timeout=0)
        self._made: list[Path] = []
        self._log = _LogFile(path / "log.txt")

    @classmethod
    def create(cls, config: Config) -> "Run":
        """The run of a config, to be trained: a new one, or an earlier one in its `run_folder`.

        By default its folder is named after the time, as in the original code, and made at once, so that no other
        process can have the same; SettingError if it can't be made. A given folder is made when the run begins.
        """
        if config.run_folder is not None:
            return cls(given_path("run_folder", config.run_folder, "a folder"), config)
        name = f"{config.run_name}_{datetime.datetime.now():%Y_%m_%d_%H_%M_%S}"
        for number in itertools.count(1):
            run = cls(Path("logs", config.run_name, name if number == 1 else f"{name}_{number}"), config)
            if run._make():
                return run

    @classmethod
    def open(cls, path: str | os.PathLike) -> "Run":
        """An existing run, to be read; nothing of it is changed.

        Raises:
            RunNotFoundError: there is none.
            SettingError: the folder holds something else, or the run of an earlier version.
        """
        path = given_path("run_folder", os.fspath(path), "the folder of a run")
        record = _read_record(path, "the folder of a run")
        if record is None:
            raise RunNotFoundError(f"run_folder: expected the folder of a run, got {path}, where there is none")
        return cls(path, record.config, record)

    def checkpoint_steps(self) -> list[int]:
        """Updates of which there is a checkpoint, oldest first."""
        return find_steps(self._checkpoints)

    def checkpoints(self, model: InfoGAN) -> Checkpoints:
        """The run's checkpoints, to save a model and restore it."""
        return Checkpoints(self._checkpoints, model, self.config.keep_every)

    @contextlib.contextmanager
    def training(self, is_writer: bool = True) -> Iterator["Run"]:
        """Within it, the run can `begin` and be trained, by no other process; SettingError if its folder can't be used.

        Of several workers only one is the writer; the others read the folder. An earlier run is locked before its
        record is read. A new folder is removed again if the run did not begin. An error that ends it is kept in its
        `log.txt`.
        """
        try:
            if is_writer and (self.path / CONFIG_FILE).exists():
                self._acquire()
            self.record = _read_record(self.path)
            if self.record is not None:
                check_resumable(self.record, self.config)
                self._check_checkpoints_are_there()
            if self.config.images is not None:
                images = find_images(self.config.images).resolve()
                if self.path.resolve().is_relative_to(images):
                    expected = f"outside of {images}, whose images the run's pictures would join"
                    raise _refused(self.path, expected)
            yield self
        except BaseException as error:
            line = "interrupted" if isinstance(error, KeyboardInterrupt) else f"error: {first_line(error, length=1000)}"
            with contextlib.suppress(OSError):  # On a full disk no line can be written.
                if self._log in logger.handlers:
                    logger.debug(line)
            raise
        finally:
            logger.removeHandler(self._log)
            with contextlib.suppress(OSError):
                self._log.close()
            remove_empty(self._made)
            self._lock.release(force=True)

    def begin(self, data: ImageData, max_shift: int, bytes_needed: int = 0):
        """Begins or resumes the run on its images, shifted by up to `max_shift`: writes its record, and then its log.

        SettingError if the folder can't be written, another process took it, or its disk is too full for the bytes that
        the run's checkpoints will take; nothing was changed.
        """
        needed = bytes_needed + SPARE_BYTES
        free = shutil.disk_usage(next(folder for folder in (self.path, *self.path.parents) if folder.exists())).free
        if free < needed:  # Before there is a folder with a lock file, which would have to stay.
            expected = f"a disk with at least {needed / 2**20:,.0f} MiB free for checkpoints"
            raise SettingError("run_folder", expected, f"{free / 2**20:,.0f} MiB free at {self.path}")
        self._make()
        self._acquire()
        if _read_record(self.path) != self.record:
            raise _refused(self.path, "that is not in use", ", in which another process has started a run")
        remove_partial(self.path)
        remove_partial(self.samples)
        before = self.record
        self.record = before.resume(self.config) if before else new_record(self.config, data, max_shift)
        write_record(self.path, self.record)
        self.samples.mkdir(exist_ok=True)
        self._checkpoints.mkdir(exist_ok=True)
        logger.addHandler(self._log)

    def set_length(self, max_epoch: int):
        """Records how many epochs the minutes of its config have turned out to be."""
        self.config = dataclasses.replace(self.config, max_epoch=max_epoch, minutes=None)
        settings = self.record.settings | {"max_epoch": max_epoch, "minutes": None}
        self.record = dataclasses.replace(self.record, settings=settings)
        write_record(self.path, self.record)

    def _make(self) -> bool:
        """Makes the folder; False if it is there already."""
        try:
            self._made += make_folder(self.path)
        except FileExistsError:
            return False
        except (OSError, ValueError) as error:
            raise _refused(self.path, "that can be written", f" ({getattr(error, 'strerror', error)})") from error
        return True

    def _acquire(self):
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise _refused(self.path, "that is not in use", ", which another process is training") from error
        except OSError as error:
            raise _refused(self.path, "that can be written", f" ({error.strerror})") from error

    def _check_checkpoints_are_there(self):
        """Refuses to restart a run whose checkpoints were removed, which would overwrite its curves."""
        settings, newest = self.record.config, newest_update(self.metrics)
        # A run that was killed before its first checkpoint was complete has no later point.
        first = min(filter(None, (settings.snapshot_interval, settings.keep_every, settings.total_updates)))
        if not self.checkpoint_steps() and newest > (first if self._checkpoints.exists() else 0):
            expected = f"a checkpoint in {self._checkpoints}, since {self.metrics.name} goes to update {newest:,}"
            raise SettingError("run_folder", expected, "none; a new folder begins a new run")


def _read_record(folder: Path, expected: str = "the folder of a run, or a new or empty one") -> Record | None:
    if set(PATTERN_CHARACTERS) & set(str(folder)):
        raise _refused(folder, f"without {' '.join(PATTERN_CHARACTERS)} in its path")
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingError("run_folder", "a folder", f"{folder} ({error.strerror})") from error
    # What may be left if a run is killed before its record is written.
    is_new = all(name == LOCK_FILE or name.startswith(PARTIAL_PREFIX) for name in names)
    return None if is_new else read_record(folder, expected)


def _refused(folder: Path, what: str, why: str = "") -> SettingError:
    return SettingError("run_folder", f"a folder {what}", f"{folder}{why}")


class _LogFile(logging.FileHandler):
    """Writes a run's `log.txt`: all that the package's logger is told, but not what its children tell the terminal."""

    def __init__(self, path: Path):
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)
        self.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%Y-%m-%d %H:%M:%S"))
        self.addFilter(lambda record: record.name == logger.name)

    def handleError(self, record: logging.LogRecord):  # noqa: N802 - its name in `logging`.
        raise  # A full disk ends the run, as it does where anything else is written.
