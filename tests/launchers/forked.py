"""Launchers run many times for one loading of TensorFlow, which takes longer than most of what is tried.

Each run is a fork of a process that has loaded TensorFlow but not used it: `python -m tests.launchers.forked <socket>`
reads requests from the socket and answers there, in JSON, one at a time. Forks have its signals, which are those of a
new process.
"""

import contextlib
import functools
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import processes

ROOT = Path(__file__).parent.parent.parent
# Without it TensorFlow reports in each fork that there is no GPU.
SILENCE = {"TF_CPP_MIN_LOG_LEVEL": "3"}


class Launchers:
    """Runs launchers as a user does, made by `loaded`.

    A script is a launcher's name, or the path of another script from the root of the project; `setup` is Python code
    to run first, such as to measure fewer images.
    """

    def __init__(self, server: socket.socket):
        self._server = server

    def run(self, script: str, *flags: str, cwd: Path = ROOT, setup: str = "") -> subprocess.CompletedProcess:
        """Runs a launcher to its end."""
        with self.started(script, *flags, cwd=cwd, setup=setup) as process:
            out, err = process.wait()
            return subprocess.CompletedProcess([script, *flags], process.returncode, out, err)

    def started(
        self, script: str, *flags: str, cwd: Path = ROOT, setup: str = "", **outputs: int
    ) -> contextlib.AbstractContextManager[processes.Process]:
        """Starts a launcher; see `processes.started`. `stdout` and `stderr` are files of one's own."""
        path = str(ROOT / script) if script.endswith(".py") else str(ROOT / "launchers" / f"{script}.py")
        fork = functools.partial(_Fork, self._server, {"cwd": str(cwd), "setup": setup})
        return processes.started([sys.executable, path, *flags], start=fork, **outputs)


class _Fork:
    """What a `Process` needs of a `subprocess.Popen`."""

    def __init__(self, server: socket.socket, request: dict[str, str], command: list[str], stdout: Any, stderr: Any):
        self._server = server
        files = [file if isinstance(file, int) else file.fileno() for file in (stdout, stderr)]
        self.pid = self._ask({"command": command, **request}, files)
        self.returncode = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._ask({"ended": self.pid})
        return self.returncode

    def wait(self):
        if self.returncode is None:
            self.returncode = self._ask({"wait": self.pid})

    def send_signal(self, number: signal.Signals):
        os.kill(self.pid, number)

    def _ask(self, request: dict[str, Any], files: list[int] = ()) -> int | None:
        socket.send_fds(self._server, [json.dumps(request).encode()], files)
        return json.loads(self._server.recv(100))


@contextlib.contextmanager
def loaded() -> Iterator[Launchers]:
    """A process that has loaded TensorFlow, for as long as the block."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.launchers.forked", str(theirs.fileno())]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | SILENCE, pass_fds=[theirs.fileno()]), ours:
        theirs.close()
        yield Launchers(ours)


def _serve(server: socket.socket):
    import infogan_tf.training.loop  # noqa: F401

    gc.freeze()  # Forks then copy less memory.
    while True:
        text, files, _, _ = socket.recv_fds(server, 1 << 20, maxfds=2)
        if not text:
            return
        server.send(json.dumps(_answer(server, files, **json.loads(text))).encode())


def _answer(server: socket.socket, files: list[int], ended: int = 0, wait: int = 0, **run: Any) -> int | None:
    """The process that was started; or the status of one that ended, or None while it runs."""
    if ended or wait:
        pid, status = os.waitpid(ended or wait, 0 if wait else os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None
    child = os.fork()
    if not child:
        server.close()
        _become(*files, **run)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(child, child)  # The child does it too: whoever is first.
    for file in files:
        os.close(file)
    return child


def _become(out: int, err: int, command: list[str], cwd: str, setup: str):
    status = 99
    try:
        os.setpgid(0, 0)
        os.chdir(cwd)
        for file, number in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
            os.dup2(file, number)
            os.close(file)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - buffered as files are.
        sys.orig_argv, sys.argv = command, command[1:]
        sys.path.insert(0, os.path.dirname(command[1]))
        exec(setup, {})
        runpy.run_path(command[1], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code or 0
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            status = 120  # As Python ends.
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
