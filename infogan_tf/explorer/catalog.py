"""The runs that the explorer offers, by number, and the models of their checkpoints."""

import contextlib
import dataclasses
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError, first_line, printable
from infogan_tf.explorer.config import RUNS
from infogan_tf.explorer.models import ExplorerModel, RequestError
from infogan_tf.settings import Integer
from infogan_tf.training.checkpoints import find_steps
from infogan_tf.training.loading import load_model
from infogan_tf.training.run_folder import CONFIG_FILE

MAX_DEPTH = 4  # Of folders between the given one and a run.
MAX_LOADED = 4
RESCAN_SECONDS = 3.0
RESCAN_REST = 20  # Looking for runs takes at most one part of so many of the time.


class DamagedError(RequestError):
    """A checkpoint is damaged."""


@dataclasses.dataclass(frozen=True)
class Run:
    """A run, or a file with a model.

    Attributes:
        path: its folder or file.
        name: the same as shown on the page.
        steps: updates of which there is a checkpoint, oldest first; only 0 for a file.
    """

    path: Path
    name: str
    steps: tuple[int, ...]


class Catalog:
    """All runs below a folder, the one trained last first. A run keeps its number, and new ones get the next.

    Args:
        root: the folder of a run, a folder with runs in it, or a .keras file.

    Raises:
        SettingError: it is something else.
        RunNotFoundError: there is no run with a checkpoint.
    """

    def __init__(self, root: Path):
        self._root = root
        self._runs: dict[Path, Run] = {}
        self._models: OrderedDict[tuple[int, int], ExplorerModel] = OrderedDict()
        self._loading, self._remembering = threading.Lock(), threading.Lock()
        if not root.exists():
            raise RunNotFoundError(f"run_folder: expected {RUNS}, got {root}, where there is none")
        if root.is_file() and root.suffix != ".keras":
            raise SettingError("run_folder", RUNS, f"{root}, which is another file")
        self.rescan()
        if not self._runs:
            raise RunNotFoundError(f"run_folder: expected runs with a checkpoint, got {root} without any")

    @property
    def runs(self) -> list[Run]:
        """The runs by number."""
        return list(self._runs.values())

    def rescan(self):
        """Looks for new runs and checkpoints."""
        runs = dict(self._runs)
        for path, steps in sorted(self._find(), key=_last_trained, reverse=True):
            if steps:
                name = path.resolve().name if path == self._root else str(path.relative_to(self._root))
                runs[path] = Run(path, printable(name), steps)
        self._runs = runs

    def keep_rescanning(self):
        """Looks for new runs and checkpoints from now on, in a thread of its own."""

        def repeat():
            while True:
                started = time.monotonic()
                with contextlib.suppress(OSError):  # A folder may vanish meanwhile.
                    self.rescan()
                time.sleep(max(RESCAN_SECONDS, RESCAN_REST * (time.monotonic() - started)))

        threading.Thread(target=repeat, daemon=True).start()

    def model(self, number: Any, step: Any) -> ExplorerModel:
        """The model of a run at a checkpoint.

        Raises:
            RequestError: there is no such run or checkpoint, or it can't be read.
        """
        run = self._run(number)
        if not Integer(0).accepts(step) or step not in run.steps:
            raise RequestError("this run has no checkpoint of this update")
        key = number, step
        if model := self._models.get(key):
            self._remember(key, model)
            return model
        with self._loading:  # Meanwhile, other models answer.
            model = self._models.get(key) or self._load(run, step)
            self._remember(key, model)
        return model

    def newest(self, number: Any) -> tuple[int, list[str]]:
        """The newest update of a run whose checkpoint can be read, and a line on each later one, which is damaged.

        Raises:
            RequestError: there is no such run, or nothing of it can be read.
        """
        damaged: list[str] = []
        for step in reversed(self._run(number).steps):
            try:
                self.model(number, step)
            except DamagedError as error:
                damaged.append(str(error))
                continue
            return step, damaged
        raise RequestError("; ".join(damaged))

    def _run(self, number: Any) -> Run:
        runs = self.runs
        if not Integer(0, len(runs) - 1).accepts(number):
            raise RequestError("there is no run of this number")
        return runs[number]

    def _remember(self, key: tuple[int, int], model: ExplorerModel):
        """Keeps the models that were used last."""
        with self._remembering:
            self._models[key] = model
            self._models.move_to_end(key)
            while len(self._models) > MAX_LOADED:
                self._models.popitem(last=False)

    def _find(self) -> Iterator[tuple[Path, tuple[int, ...]]]:
        if self._root.is_file():
            yield self._root, (0,)
            return
        for folder, names, files in os.walk(self._root):
            path = Path(folder)
            is_run = CONFIG_FILE in files and "checkpoints" in names
            if is_run:
                yield path, tuple(find_steps(path / "checkpoints"))
            depth = len(path.relative_to(self._root).parts)
            names[:] = [] if is_run or depth >= MAX_DEPTH else sorted(n for n in names if not n.startswith("."))

    @staticmethod
    def _load(run: Run, step: int) -> ExplorerModel:
        try:
            loaded = load_model(run.path, None if run.path.is_file() else step)
        except (SettingError, RunNotFoundError, TrainingError) as error:
            kind = DamagedError if isinstance(error, TrainingError) else RequestError
            raise kind(f"{run.name}, update {step}: {first_line(error)}") from error
        return ExplorerModel(loaded.model, loaded.crop)


def _last_trained(found: tuple[Path, tuple[int, ...]]) -> float:
    """When the last checkpoint of a run was written, in seconds."""
    path, _ = found
    folder = path / "checkpoints"
    return (folder if folder.is_dir() else path).stat().st_mtime
