import shlex
import signal
import sys

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
