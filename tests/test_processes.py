import os
import shlex
import signal
import sys
import time

import pytest

from tests import processes
from tests.processes import started

PYTHON = [sys.executable, "-c"]


def test_output_and_status_come_back():
    result = processes.run([*PYTHON, "import sys; print('a' * 100_000); print('b', file=sys.stderr); sys.exit(3)"])
    assert (result.stdout, result.stderr, result.returncode) == ("a" * 100_000 + "\n", "b\n", 3)


def test_no_child_inherits_that_signals_are_ignored():
    child = "import signal; print(*map(signal.getsignal, (2, 3, 15, 1)))"
    code = (
        "import sys; from tests import processes\n"
        "if sys.argv[1:]: processes.keep_ignored_signals_to_ourselves()\n"
        f"print(processes.run([sys.executable, '-c', {child!r}]).stdout, end='')"
    )
    shown = [
        processes.run(
            ["bash", "-c", f"trap '' INT QUIT TERM HUP; exec {shlex.join([*PYTHON, code, *argument])}"]
        ).stdout
        for argument in ([], ["kept"])
    ]
    assert shown == ["1 1 1 1\n", f"{signal.default_int_handler} 0 0 0\n"]


def test_a_process_that_takes_too_long_is_given_up_and_nothing_of_it_is_left(monkeypatch):
    code = "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid, flush=True); input()"
    reader, writer = os.pipe()
    with started([*PYTHON, code], stdin=reader) as process:
        process.wait_for(lambda: process.out.endswith("\n"))
        child = int(process.out)
        monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.1)
        with pytest.raises(AssertionError, match="took too long"):
            process.wait()
    os.close(reader)
    os.close(writer)
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(child)


def _wait_until_gone(child):
    for _ in range(1000):  # Killed at once, but whoever inherits it may take a while to bury it.
        os.kill(child, 0)
        time.sleep(0.01)


def test_a_process_that_ends_too_early_shows_its_output():
    with (
        pytest.raises(AssertionError, match="ended with 0 before: over"),
        started([*PYTHON, "print('over')"]) as process,
    ):
        process.wait_for(lambda: False)
