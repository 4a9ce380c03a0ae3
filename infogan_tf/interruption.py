"""What SIGINT (Ctrl-C), SIGTERM and SIGHUP do. Light, so that a launcher can be ready for them before all else."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
# What comes so soon after a signal belongs to it: a double press, or one signal of the terminal and one of a parent.
SAME_REQUEST_SECONDS = 1.0

_last_request = -SAME_REQUEST_SECONDS


class Interrupted(KeyboardInterrupt):
    """A signal asked for an end with nothing saved.

    Args:
        number: the signal.
        advice: what is lost, or what to do next.
    """

    def __init__(self, number: int, advice: str = "start the same command again"):
        super().__init__(f"{SIGNALS[number]}; {advice}")
        self.exit_status = 128 + number


def exit_on_signals():
    """From now on a signal ends the process at once with one line and status 128 + its number; nothing is cleaned up.

    This is for the time in which programs are loaded: modules do not expect exceptions while they are imported.
    """
    stderr = _duplicate(2)  # While TensorFlow is loaded, what is written to the original is held back.

    def end(number: int, _: FrameType | None):
        error = Interrupted(number)
        _write(stderr, f"{error}\n")
        os._exit(error.exit_status)

    _handle(end)


def raise_on_signals():
    """From now on a signal raises `Interrupted`, so that nothing stays half written."""

    def interrupt(number: int, _: FrameType | None):
        if _is_new_request():
            raise Interrupted(number)

    _handle(interrupt)


def ignore_signals():
    """From now on signals change nothing: the process is about to end by itself."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class StopRequest:
    """While entered, the first signal is noted and answered; one more, a second or more later, raises `Interrupted`.

    Outside the main thread, where Python lets no one handle signals, it notes nothing.

    Args:
        what_is_left: tells in words which checkpoint there is, for the one who aborts.

    Attributes:
        signal_name: the signal that came, or None.
    """

    def __init__(self, what_is_left: Callable[[], str]):
        self.signal_name: str | None = None
        self._what_is_left = what_is_left

    def __enter__(self) -> "StopRequest":
        is_main = threading.current_thread() is threading.main_thread()
        self._previous = _handle(self._note) if is_main else {}
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None):
        if not _is_new_request():
            return
        if self.signal_name is not None:
            raise Interrupted(number, f"aborted without saving; {self._what_is_left()}")
        self.signal_name = signal.Signals(number).name
        _tell("stopping: saving after this update; press Ctrl-C again to abort without saving")


def _handle(handler: Callable[[int, FrameType | None], None]) -> dict[int, object]:
    """Installs a handler, and returns those before it. A hangup stays ignored if it is, as under `nohup`."""
    numbers = [n for n in SIGNALS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in numbers}


def _is_new_request() -> bool:
    global _last_request
    now = time.monotonic()
    if now - _last_request < SAME_REQUEST_SECONDS:
        return False
    _last_request = now
    return True


def _tell(line: str):
    """Says something to the person at the terminal, below the progress bar that may be there."""
    if sys.__stdout__ is None:
        return
    with contextlib.suppress(OSError, ValueError):
        stdout = sys.__stdout__.fileno()
        _write(stdout, f"\n{line}\n" if os.isatty(stdout) else f"{line}\n")


def _write(file: int | None, text: str):
    # Not `print`: a handler may run in the middle of one.
    if file is not None:
        with contextlib.suppress(OSError):
            os.write(file, text.encode(errors="backslashreplace"))


def _duplicate(file: int) -> int | None:
    try:
        return os.dup(file)
    except OSError:
        return None
