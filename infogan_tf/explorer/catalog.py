"""The runs that the explorer offers, by number, and the models of their checkpoints."""

import contextlib
import functools
import threading
import time
from pathlib import Path
from typing import NamedTuple

from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError, first_line, printable
from infogan_tf.explorer import RUNS
from infogan_tf.explorer.models import ExplorerModel, RequestError
from infogan_tf.training.checkpoints import find_steps
from infogan_tf.training.loading import load_model
from infogan_tf.training.run import find_runs

MAX_LOADED = 4


class Run(NamedTuple):
    """A run, or a file with a model; `steps` are the updates of its checkpoints, oldest first, only 0 for a file."""

    path: Path
    name: str
    steps: tuple[int, ...]


class Catalog:
    """All runs below a folder, the one trained last first, by number; `root` may also be a run or a .keras file.

    RunNotFoundError if there is no run with a checkpoint.
    """

    def __init__(self, root: Path):
        self._root = root
        self.runs: list[Run] = []
        self._loading = threading.Lock()
        self._loaded = functools.lru_cache(MAX_LOADED)(self._load)
        self.rescan()
        if not self.runs:
            raise RunNotFoundError(f"run_folder: expected {RUNS}, got {root}, where there is no run with a checkpoint")

    def rescan(self):
        """Looks for new runs and checkpoints. A run keeps its number, and new ones get the next."""
        is_file = self._root.is_file() and self._root.suffix == ".keras"
        found = {}
        for path in sorted([self._root] if is_file else find_runs(self._root), key=_last_trained, reverse=True):
            if steps := [0] if path.is_file() else find_steps(path / "checkpoints"):
                name = path.resolve().name if path == self._root else str(path.relative_to(self._root))
                found[path] = Run(path, printable(name), tuple(steps))
        known = [found.pop(run.path, run) for run in self.runs]
        self.runs = [*known, *found.values()]

    def keep_rescanning(self):
        """Looks for new runs and checkpoints from now on, in a thread of its own."""
        while True:
            started = time.monotonic()
            with contextlib.suppress(OSError):  # A folder may vanish meanwhile.
                self.rescan()
            # Looking for runs takes at most a twentieth of the time.
            time.sleep(max(3.0, 20 * (time.monotonic() - started)))

    def model(self, number: int, step: int) -> ExplorerModel:
        """The model of a run at a checkpoint, or `RequestError`; those used last stay loaded."""
        run = self._run(number)
        if step not in run.steps:
            raise RequestError("this run has no checkpoint of this update")
        return self._loaded(run.path, run.name, step)

    def newest(self, number: int) -> tuple[int, list[str]]:
        """The newest update of a run whose checkpoint can be read, and why each later one can't."""
        problems = []
        for step in reversed(self._run(number).steps):
            try:
                self.model(number, step)
                return step, problems
            except RequestError as error:
                problems.append(error.description)
        raise RequestError("; ".join(problems))

    def _run(self, number: int) -> Run:
        if number >= len(self.runs):
            raise RequestError("there is no run of this number")
        return self.runs[number]

    def _load(self, path: Path, name: str, step: int) -> ExplorerModel:
        try:
            with self._loading:  # One at a time; meanwhile, models that are loaded answer.
                loaded = load_model(path, None if path.is_file() else step)
        except (TrainingError, SettingError, RunNotFoundError) as error:
            raise RequestError(f"{name}, update {step}: {first_line(error)}") from error
        return ExplorerModel(loaded)


def _last_trained(path: Path) -> float:
    return (path if path.is_file() else path / "checkpoints").stat().st_mtime
