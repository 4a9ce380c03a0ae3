import shlex
import signal
import subprocess
import sys
import time

from tests import processes

PYTHON = [sys.executable, "-c"]


def test_a_process_that_has_not_made_its_group_yet_is_killed_too():
    with processes.started(["sleep", "30"], start=subprocess.Popen) as process:
        began = time.monotonic()
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 10


def test_no_child_inherits_that_signals_are_ignored():
    child = "import signal; print(*map(signal.getsignal, (2, 3, 15, 1)))"
    code = (
        "from tests import processes; processes.keep_ignored_signals_to_ourselves()\n"
        f"print(processes.run([*{PYTHON}, {child!r}]).stdout, end='')"
    )
    result = processes.run(["bash", "-c", f"trap '' INT QUIT TERM HUP; exec {shlex.join([*PYTHON, code])}"])
    assert result.stdout == f"{signal.default_int_handler} 0 0 0\n"
