"""Launchers run many times for one loading of TensorFlow, which takes longer than most of what is tried.

Each run is a fork of the server of `multiprocessing`, which has loaded TensorFlow but not used it. Forks have its
signals, which are those of a new process.
"""

import contextlib
import functools
import multiprocessing.forkserver
import multiprocessing.reduction
import os
import runpy
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any
from unittest import mock

from tests import processes

ROOT = Path(__file__).parent.parent.parent
# Without it TensorFlow reports in each fork that there is no GPU.
SILENCE = {"TF_CPP_MIN_LOG_LEVEL": "3"}


class Launchers:
    """Runs launchers as a user does.

    A script is a launcher's name, or the path of another script from the root of the project; `setup` is Python code
    to run first, such as to measure fewer images.
    """

    def __init__(self):
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["infogan_tf.training.loop"])
        with mock.patch.dict(os.environ, SILENCE):
            multiprocessing.forkserver.ensure_running()

    def run(self, script: str, *flags: str, cwd: Path = ROOT, setup: str = "") -> subprocess.CompletedProcess:
        """Runs a launcher to its end."""
        with self.started(script, *flags, cwd=cwd, setup=setup) as process:
            out, err = process.wait()
            return subprocess.CompletedProcess([script, *flags], process.returncode, out, err)

    def started(
        self, script: str, *flags: str, cwd: Path = ROOT, setup: str = "", **outputs: int
    ) -> contextlib.AbstractContextManager[processes.Process]:
        """Starts a launcher; see `processes.started`. `stdout` and `stderr` are files of one's own."""
        path = str(ROOT / script) if script.endswith(".py") else str(ROOT / "launchers" / f"{script}.py")
        fork = functools.partial(_Fork, self._context, str(cwd), setup)
        return processes.started([sys.executable, path, *flags], start=fork, **outputs)


class _Fork:
    """What a `Process` needs of a `subprocess.Popen`."""

    def __init__(self, context: Any, cwd: str, setup: str, command: list[str], stdout: Any, stderr: Any):
        files = [_File(file if isinstance(file, int) else file.fileno()) for file in (stdout, stderr)]
        self._process = context.Process(target=_become, args=(*files, command, cwd, setup))
        self._process.start()
        self.pid, self.wait = self._process.pid, self._process.join

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals):
        os.kill(self.pid, number)


class _File:
    """A file that a fork shares, in which it is a number."""

    def __init__(self, number: int):
        self._number = number

    def __reduce__(self) -> tuple:
        return _detach, (multiprocessing.reduction.DupFd(self._number),)


def _detach(file: Any) -> int:
    return file.detach()


def _become(out: int, err: int, command: list[str], cwd: str, setup: str):
    status = 99
    try:
        os.setpgid(0, 0)
        os.chdir(cwd)
        for file, number in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
            os.dup2(file, number)
            os.close(file)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - buffered as files are.
        sys.orig_argv, sys.argv = command, command[1:]
        sys.path.insert(0, os.path.dirname(command[1]))
        exec(setup, {})
        runpy.run_path(command[1], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code or 0
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            status = 120  # As Python ends.
        os._exit(status)
