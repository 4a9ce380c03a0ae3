"""Handling of SIGINT (Ctrl-C), SIGTERM and SIGHUP. It loads quickly, so that commands can install handlers first.

A notebook's kernel, which outlives a command, keeps its own handlers.
"""

import builtins
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
# Signals within this time are one request: a double press, or one from the terminal and one from a parent process.
SAME_REQUEST_SECONDS = 1.0

_last_request = -SAME_REQUEST_SECONDS


class Interrupted(KeyboardInterrupt):
    """A signal ended the process with nothing saved; `advice` says what is lost, or what to do next."""

    def __init__(self, number: int, advice: str = "start the same command again"):
        super().__init__(f"{SIGNALS[number]}; {advice}")
        self.exit_status = 128 + number


def exit_on_signals():
    """Makes a signal end the process at once with one line and status 128 + its number; nothing is cleaned up.

    For the time in which modules are imported, which do not expect exceptions.
    """
    stderr = -1
    with contextlib.suppress(OSError):  # It is closed.
        stderr = os.dup(2)  # While TensorFlow is loaded, output to the original is suppressed.

    def end(number: int):
        error = Interrupted(number)
        _write(stderr, f"{error}\n")
        os._exit(error.exit_status)

    _handle(end)


def raise_on_signals():
    """Makes a signal raise `Interrupted`, so that no partial files are left."""

    def interrupt(number: int):
        raise Interrupted(number)

    _handle(interrupt)


def ignore_signals():
    """Ignores signals from now on: the process is about to end."""
    _handle(signal.SIG_IGN)


@contextlib.contextmanager
def killed_by_signals() -> Iterator[None]:
    """Within it, a signal kills the process: where a library waits without end, Python would never handle it."""
    previous = _handle(signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class StopRequest:
    """While entered, records the first signal as `signal_name`, and says so.

    Another one, a second or more later, raises `Interrupted`, whose message says `what_is_left`.

    Outside the main thread, where Python can't handle signals, it records nothing.
    """

    def __init__(self, what_is_left: Callable[[], str]):
        self.signal_name: str | None = None
        self._what_is_left = what_is_left

    def __enter__(self) -> "StopRequest":
        is_main = threading.current_thread() is threading.main_thread()
        self._previous = _handle(self._note, in_notebook=True) if is_main else {}
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number: int):
        if self.signal_name is not None:
            raise Interrupted(number, f"aborted without saving; {self._what_is_left()}")
        self.signal_name = signal.Signals(number).name
        line = "stopping: saving after this update; press Ctrl-C again to abort without saving"
        with contextlib.suppress(AttributeError, OSError, ValueError):  # There is no stdout, or it was closed.
            stdout = sys.__stdout__.fileno()
            # Below a progress bar, if there is one.
            _write(stdout, f"\n{line}\n" if os.isatty(stdout) else f"{line}\n")


def _handle(handler: Callable[[int], None] | signal.Handlers, in_notebook: bool = False) -> dict[int, object]:
    """Has requests handled by a function, or as one of Python's constants says; returns the previous handlers.

    An ignored hangup, as under `nohup`, stays ignored.
    """

    def handle_request(number: int, _: FrameType | None):
        global _last_request
        now = time.monotonic()
        if now - _last_request >= SAME_REQUEST_SECONDS:
            _last_request = now
            handler(number)

    if hasattr(builtins, "__IPYTHON__") and not in_notebook:
        return {}
    numbers = [n for n in SIGNALS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    chosen = handler if isinstance(handler, signal.Handlers) else handle_request
    return {number: signal.signal(number, chosen) for number in numbers}


def _write(file: int, text: str):
    # Not `print`: a handler may run in the middle of one.
    with contextlib.suppress(OSError):
        os.write(file, text.encode(errors="backslashreplace"))
