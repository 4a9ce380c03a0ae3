"""Processes that tests start: never left behind, and with the signals of a new process.

None inherits a signal that pytest itself ignores, as in the background of a shell or under `nohup`.
"""

import contextlib
import functools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

PATIENCE_SECONDS = 600.0  # More than any process takes on a busy machine.
NEW_PROCESS = functools.partial(subprocess.Popen, start_new_session=True)


def keep_ignored_signals_to_ourselves():
    """Makes signals that this process ignores do nothing instead, which programs that it starts don't inherit."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


class Process:
    """A process, made by `started`; `process` has the interface of `subprocess.Popen`."""

    def __init__(self, process: Any, out: BinaryIO, err: BinaryIO):
        self._process, self._out, self._err = process, out, err
        self.send_signal = process.send_signal  # Nothing that the process has started receives it.

    @property
    def returncode(self) -> int | None:
        """The exit status; minus the signal that ended it; None while it runs."""
        return self._process.poll()

    @property
    def out(self) -> str:
        """What it has written to stdout."""
        return _read(self._out)

    def wait(self) -> tuple[str, str]:
        """Waits for its end; returns (stdout, stderr)."""
        self._wait_until(lambda: self.returncode is not None, 0.02)
        return self.out, _read(self._err)

    def wait_for(self, condition: Callable[[], bool]):
        """Waits until a condition holds, polling as fast as it can; fails if the process ends before."""

        def reached() -> bool:
            if condition():
                return True
            assert self.returncode is None, f"ended with {self.returncode} before: {self.out}{_read(self._err)}"
            return False

        self._wait_until(reached, 0.0005)

    def _wait_until(self, condition: Callable[[], bool], interval: float):
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < PATIENCE_SECONDS, f"took too long: {self.out}{_read(self._err)}"
            time.sleep(interval)


def _read(file: BinaryIO) -> str:
    # Not `seek`: the process writes at the same position.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


@contextlib.contextmanager
def started(command: list[str], start: Callable[..., Any] = NEW_PROCESS, **kwargs: Any) -> Iterator[Process]:
    """A process that is killed, with all that it has started, at the end of the block if it still runs.

    `start` makes it, as the leader of a group; `kwargs` are what it takes besides.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(command, **{"stdout": out, "stderr": err} | kwargs)
        try:
            yield Process(process, out, err)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:  # There is none left, or a fork that has not made its group yet.
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
            process.wait()


def run(command: list[str], **kwargs: Any) -> subprocess.CompletedProcess:
    """As `subprocess.run` with text captured."""
    with started(command, **kwargs) as process:
        out, err = process.wait()
        return subprocess.CompletedProcess(command, process.returncode, out, err)
