import os
import shlex
import signal
import sys
import time

import pytest

from tests import processes
from tests.processes import StalledError, started

PYTHON = [sys.executable, "-c"]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 1.6)
    monkeypatch.setattr(processes, "LOOK_SECONDS", 0.02)


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
    ignored = "1 1 1 1\n"
    assert shown == [ignored, f"{signal.default_int_handler} 0 0 0\n"]


def test_a_process_that_does_nothing_is_given_up_and_nothing_of_it_is_left(impatient):
    code = "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid, flush=True); input()"
    reader, writer = os.pipe()
    with started([*PYTHON, code], stdin=reader) as process:
        process.wait_for(lambda: process.out.endswith("\n"))
        child = int(process.out)
        with pytest.raises(StalledError, match="did nothing for 2 s"):
            process.wait()
    os.close(reader)
    os.close(writer)
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(child)


def _wait_until_gone(child):
    # Killed at once, but whoever inherits it may take a while to bury it.
    for _ in range(1000):
        os.kill(child, 0)
        time.sleep(0.01)


def test_a_process_that_computes_is_waited_for(impatient):
    began = time.monotonic()
    code = "import time; end = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
    assert processes.run(["bash", "-c", f'{sys.executable} -c "{code}"; exit 5']).returncode == 5
    assert time.monotonic() - began > 4


def test_a_process_that_ends_too_early_shows_its_output():
    with (
        pytest.raises(AssertionError, match="ended with 0 before: over"),
        started([*PYTHON, "print('over')"]) as process,
    ):
        process.wait_for(lambda: False)
