import contextlib
import os
import shlex
import signal
import sys
import time

import pytest

from tests import processes

PYTHON = [sys.executable, "-c"]


def test_no_child_inherits_that_signals_are_ignored():
    child = "import signal; print(*map(signal.getsignal, (2, 3, 15, 1)))"
    code = (
        "from tests import processes; processes.keep_ignored_signals_to_ourselves()\n"
        f"print(processes.run([*{PYTHON}, {child!r}]).stdout, end='')"
    )
    result = processes.run(["bash", "-c", f"trap '' INT QUIT TERM HUP; exec {shlex.join([*PYTHON, code])}"])
    assert result.stdout == f"{signal.default_int_handler} 0 0 0\n"


def test_a_process_that_takes_too_long_is_given_up_and_nothing_of_it_is_left(monkeypatch):
    code = (
        "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid, flush=True); import time; time.sleep(1000)"
    )
    with processes.started([*PYTHON, code]) as process:
        process.wait_for(lambda: process.out.endswith("\n"))
        child = int(process.out)
        monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.1)
        with pytest.raises(AssertionError, match="took too long"):
            process.wait()
    assert process.returncode == -signal.SIGKILL
    with contextlib.suppress(ProcessLookupError):
        for _ in range(1000):  # Killed at once, but whoever inherits it may take a while to bury it.
            os.kill(child, 0)
            time.sleep(0.01)
        pytest.fail("its child still runs")
