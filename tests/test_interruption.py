"""Signals that are raised here or, where they end a process, in one that needs no TensorFlow."""

import signal
import subprocess
import sys
import threading

import pytest

from infogan_tf import interruption
from infogan_tf.interruption import SIGNALS, Interrupted, StopRequest

ANSWER = "stopping: saving after this update; press Ctrl-C again to abort without saving\n"
BOTH = "[signal.SIGINT, signal.SIGTERM]"


def run(code):
    """Status, stdout and stderr of a process that runs code."""
    command = [sys.executable, "-c", f"import os, signal, sys\nfrom infogan_tf.interruption import *\n{code}"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return finished.returncode, finished.stdout, finished.stderr


def exit_by(code):
    return run(f"exit_on_signals(); os.dup2(os.open(os.devnull, os.O_WRONLY), 2); {code}; print('not ended')")


@pytest.mark.parametrize(("number", "word"), SIGNALS.items())
def test_during_imports_a_signal_ends_with_one_line_even_if_stderr_is_suppressed(number, word):
    ended = exit_by(f"signal.raise_signal({number:d})")
    assert ended == (128 + number, "", f"{word}; start the same command again\n")


def test_two_signals_at_once_end_with_one_line():
    code = f"signal.pthread_sigmask(signal.SIG_BLOCK, {BOTH}); [*map(signal.raise_signal, {BOTH})]; "
    ended = exit_by(f"{code}signal.pthread_sigmask(signal.SIG_UNBLOCK, {BOTH})")
    assert ended == (130, "", "interrupted; start the same command again\n")


def test_an_exception_lets_partial_files_be_removed():
    code = (
        "raise_on_signals()\n"
        "try:\n    signal.raise_signal(signal.SIGTERM)\n"
        "except KeyboardInterrupt as error:\n"
        "    signal.raise_signal(signal.SIGTERM); print(error, error.exit_status)"
    )
    assert run(code) == (0, "terminated; start the same command again 143\n", "")


def test_a_hangup_that_is_ignored_stays_so():
    code = (
        "signal.signal(signal.SIGHUP, signal.SIG_IGN); exit_on_signals()\n"
        "with StopRequest(str) as stop: signal.raise_signal(signal.SIGHUP); print(stop.signal_name)"
    )
    assert run(code) == (0, "None\n", "")


@pytest.fixture
def at_once(monkeypatch):
    """Makes every signal a request of its own."""
    monkeypatch.setattr(interruption, "SAME_REQUEST_SECONDS", 0)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_answered_at_once_and_recorded(number, at_once, capfd):
    with StopRequest(str) as stop:
        signal.raise_signal(number)
        assert (stop.signal_name, capfd.readouterr().out) == (number.name, ANSWER)


def test_a_double_press_is_one_request_and_a_later_signal_aborts_and_reports_what_is_left(at_once, monkeypatch, capfd):
    with StopRequest(lambda: "the last good checkpoint is step_5") as stop:
        signal.raise_signal(signal.SIGINT)
        monkeypatch.setattr(interruption, "SAME_REQUEST_SECONDS", 600)
        signal.raise_signal(signal.SIGTERM)
        monkeypatch.setattr(interruption, "SAME_REQUEST_SECONDS", 0)
        with pytest.raises(Interrupted, match=r"^hung up; aborted without saving; the last .* is step_5$"):
            signal.raise_signal(signal.SIGHUP)
    assert (stop.signal_name, capfd.readouterr().out) == ("SIGINT", ANSWER)


def test_a_message_that_cannot_be_printed_changes_nothing(at_once, monkeypatch):
    monkeypatch.setattr(sys, "__stdout__", None)
    with StopRequest(str) as stop:
        signal.raise_signal(signal.SIGINT)
    assert stop.signal_name == "SIGINT"


def test_handlers_come_back_and_other_threads_record_nothing():
    before = [signal.getsignal(number) for number in SIGNALS]
    with StopRequest(str):
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    entered = []

    def enter():
        with StopRequest(str) as stop:
            entered.append(stop.signal_name)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [None]


def test_the_module_is_light():
    _, loaded, _ = run("print(*sys.modules)")
    assert not {"absl", "dataclasses", "numpy", "tempfile", "tensorflow"} & set(loaded.split())
