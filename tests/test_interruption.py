"""Signals, each in a real process that needs no TensorFlow."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from infogan_tf.interruption import SIGNALS, StopRequest

ANSWER = "stopping: saving after this update; press Ctrl-C again to abort without saving\n"


def run(code, *signals, pause=0.0, **kwargs):
    """Runs code that prints `ready` first, sends it signals, and returns its status, stdout and stderr."""
    command = [sys.executable, "-c", f"import os, signal, sys, time\n{code}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)
    assert process.stdout.readline() == "ready\n", process.communicate()
    for number in signals:
        process.send_signal(number)
        time.sleep(pause)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


EXIT = (
    "from infogan_tf.interruption import exit_on_signals\n"
    "exit_on_signals(); os.dup2(os.open(os.devnull, os.O_WRONLY), 2); print('ready', flush=True); time.sleep(60)"
)


@pytest.mark.parametrize(("number", "word"), SIGNALS.items())
def test_during_imports_a_signal_ends_with_one_line_even_if_stderr_is_suppressed(number, word):
    assert run(EXIT, number) == (128 + number, "", f"{word}; start the same command again\n")


def test_two_signals_at_once_end_with_one_line():
    code = EXIT.replace("print('ready'", "signal.pthread_sigmask(signal.SIG_BLOCK, [2, 15]); print('ready'").replace(
        "time.sleep(60)",
        "\nwhile len(signal.sigpending()) < 2: time.sleep(0.01)\nsignal.pthread_sigmask(signal.SIG_UNBLOCK, [2, 15])",
    )
    status, out, err = run(code, signal.SIGINT, signal.SIGTERM)
    assert (status, out) == (130, "")
    assert err == "interrupted; start the same command again\n"


def test_an_exception_lets_partial_files_be_removed():
    code = (
        "from infogan_tf.interruption import raise_on_signals\n"
        "raise_on_signals()\n"
        "try:\n    print('ready', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt as error:\n    time.sleep(0.5); print(error, error.exit_status)"
    )
    for number, text in ((signal.SIGTERM, "terminated"), (signal.SIGINT, "interrupted")):
        assert run(code, number, number, pause=0.1) == (0, f"{text}; start the same command again {128 + number}\n", "")


def test_a_hangup_that_is_ignored_stays_so():
    code = (
        "from infogan_tf.interruption import exit_on_signals, StopRequest\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN); exit_on_signals()\n"
        "with StopRequest(str) as stop:\n    print('ready', flush=True); time.sleep(0.3); print(stop.signal_name)"
    )
    assert run(code, signal.SIGHUP) == (0, "None\n", "")


STOP = (
    "from infogan_tf.interruption import StopRequest\n"
    "with StopRequest(lambda: 'the last good checkpoint is step_5') as stop:\n"
    "    print('ready', flush=True)\n"
    "    for _ in range(SECONDS * 10): time.sleep(0.1)\n"
    "    print('saved', stop.signal_name)"
)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_answered_at_once_and_recorded(number):
    assert run(STOP.replace("SECONDS", "1"), number) == (0, f"{ANSWER}saved {number.name}\n", "")


def test_a_double_press_is_one_request():
    code = STOP.replace("SECONDS", "2")
    assert run(code, signal.SIGINT, signal.SIGTERM, signal.SIGINT, pause=0.1) == (0, f"{ANSWER}saved SIGINT\n", "")


def test_a_later_signal_aborts_and_reports_what_is_left():
    status, out, err = run(STOP.replace("SECONDS", "60"), signal.SIGINT, signal.SIGTERM, pause=1.1)
    assert (status, out) == (1, ANSWER)
    assert err.endswith("Interrupted: terminated; aborted without saving; the last good checkpoint is step_5\n")


def test_a_message_that_cannot_be_printed_changes_nothing():
    # The signal waits until stdout is closed.
    opened = "os.close(1); signal.pthread_sigmask(signal.SIG_UNBLOCK, [1])\n    for _"
    code = STOP.replace("SECONDS", "1").replace("for _", opened)
    code = code.replace("print('saved',", "os._exit(len(") + ")"
    status, out, err = run(f"signal.pthread_sigmask(signal.SIG_BLOCK, [1])\n{code}", signal.SIGHUP)
    assert (status, out, err) == (len("SIGHUP"), "", "")


def test_handlers_come_back_and_other_threads_record_nothing():
    before = [signal.getsignal(number) for number in SIGNALS]
    with StopRequest(str) as stop:
        assert stop.signal_name is None
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
    code = "import sys; before = set(sys.modules); import infogan_tf.interruption; print(set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("absl", "dataclasses", "numpy", "tempfile", "tensorflow"):
        assert f"'{heavy}'" not in loaded
