"""Processes that tests start: waited for as long as they do anything, and never left behind.

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
from pathlib import Path
from typing import Any, BinaryIO

# How long a process may do nothing at all. One that works slowly, on a busy machine, is not stopped.
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.2  # Between two looks at what it does.
POLL_SECONDS = 0.02
NEW_PROCESS = functools.partial(subprocess.Popen, start_new_session=True)


def keep_ignored_signals_to_ourselves():
    """Makes signals that this process ignores do nothing instead: programs that it starts don't inherit that."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


class StalledError(AssertionError):
    """A process neither computed nor wrote anything for longer than a test waits."""


class Process:
    """A process in a group of its own, made by `started`.

    Args:
        command: program and arguments.
        out: a file for its stdout.
        err: a file for its stderr.
        start: what starts it, in a group of its own; it must have the interface of `subprocess.Popen`.
        kwargs: what `start` takes besides.
    """

    def __init__(
        self, command: list[str], out: BinaryIO, err: BinaryIO, start: Callable[..., Any] = NEW_PROCESS, **kwargs: Any
    ):
        self._out, self._err = out, err
        outputs = {"stdout": out, "stderr": err} | kwargs
        self._process = start(command, **outputs)

    @property
    def returncode(self) -> int | None:
        """The exit status; minus the signal that ended it; None while it runs."""
        return self._process.poll()

    @property
    def out(self) -> str:
        """What it has written to stdout."""
        return _read(self._out)

    @property
    def err(self) -> str:
        """What it has written to stderr."""
        return _read(self._err)

    def send_signal(self, number: signal.Signals):
        """Sends the process, and nothing that it has started, a signal."""
        self._process.send_signal(number)

    def wait(self) -> tuple[str, str]:
        """Waits for its end; returns (stdout, stderr).

        Raises:
            StalledError: it does nothing any more.
        """
        self._wait_until(lambda: self.returncode is not None, POLL_SECONDS)
        return self.out, self.err

    def wait_for(self, condition: Callable[[], bool]):
        """Waits until a condition holds, polling as fast as it can.

        Raises:
            AssertionError: the process ends before.
            StalledError: it does nothing any more.
        """

        def reached() -> bool:
            if condition():
                return True
            assert self.returncode is None, f"ended with {self.returncode} before: {self.out}{self.err}"
            return False

        self._wait_until(reached, 0.0005)

    def end(self):
        """Kills the process and whatever it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait_until(self, condition: Callable[[], bool], interval: float):
        activity, since = None, time.monotonic()
        while not condition():
            now = time.monotonic()
            if now - since > LOOK_SECONDS and (latest := self._activity()) != activity:
                activity, since = latest, now
            elif now - since > PATIENCE_SECONDS:
                raise StalledError(f"did nothing for {PATIENCE_SECONDS:.0f} s: {self.out}{self.err}")
            time.sleep(interval)

    def _activity(self) -> Any:
        """Changes whenever the process, or one that it has started, computes or writes."""
        written = [os.fstat(file.fileno()).st_size for file in (self._out, self._err)]
        return written, _processor_time(group=self._process.pid)


def _processor_time(group: int) -> float:
    """Of all processes of a group, in clock ticks; where there is no /proc, a number that always changes."""
    if not Path("/proc/self/stat").exists():
        return time.monotonic()
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # A process that has just ended.
            fields = file.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[2]) == group:
                # User and system time, and the same of children that have ended.
                ticks += sum(int(field) for field in fields[11:15])
    return ticks


def _read(file: BinaryIO) -> str:
    # Not `seek`: the process writes at the same position.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


@contextlib.contextmanager
def started(command: list[str], **kwargs: Any) -> Iterator[Process]:
    """A process that is killed, with all that it has started, at the end of the block if it still runs."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Process(command, out, err, **kwargs)
        try:
            yield process
        finally:
            process.end()


def run(command: list[str], **kwargs: Any) -> subprocess.CompletedProcess:
    """As `subprocess.run` with text captured, but waits as long as the process does anything."""
    with started(command, **kwargs) as process:
        out, err = process.wait()
        return subprocess.CompletedProcess(command, process.returncode, out, err)
