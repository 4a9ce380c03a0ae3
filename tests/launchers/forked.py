"""Launchers run many times for one loading of TensorFlow, which takes longer than most of what is tried.

Each run is a fork of a process that has loaded TensorFlow but not used it. `python -m tests.launchers.forked` is that
process: it reads requests from stdin and answers on stdout, both in lines of JSON.
"""

import contextlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Without it TensorFlow reports in each fork that there is no GPU.
SILENCE = {"TF_CPP_MIN_LOG_LEVEL": "3"}


class Launchers:
    """Runs launchers as a user does, by name and flags; made by `loaded`."""

    def __init__(self, process: subprocess.Popen):
        self._process = process

    def run(self, name: str, *flags: str, cwd: Path, setup: str = "") -> subprocess.CompletedProcess:
        """Runs `launchers/<name>.py` to its end.

        Args:
            name: the launcher's name.
            flags: its flags.
            cwd: the folder to start it in.
            setup: Python code to run first, such as to measure fewer images.
        """
        request = {"name": name, "flags": flags, "cwd": str(cwd), "setup": setup}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return subprocess.CompletedProcess([name, *flags], **json.loads(self._process.stdout.readline()))


@contextlib.contextmanager
def loaded() -> Iterator[Launchers]:
    """A process that has loaded TensorFlow, for as long as the block."""
    command = [sys.executable, "-m", "tests.launchers.forked"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | SILENCE, **pipes) as process:
        yield Launchers(process)
        process.stdin.close()


def _serve():
    import infogan_tf.evaluation.evaluate
    import infogan_tf.training.loop  # noqa: F401

    for line in sys.stdin:
        print(json.dumps(_run(**json.loads(line))), flush=True)


def _run(name: str, flags: Sequence[str], cwd: str, setup: str) -> dict[str, int | str]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            _become(name, flags, cwd, setup, out.fileno(), err.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = [os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode() for file in (out, err)]
    return {"returncode": status, "stdout": texts[0], "stderr": texts[1]}


def _become(name: str, flags: Sequence[str], cwd: str, setup: str, out: int, err: int):
    path = str(ROOT / "launchers" / f"{name}.py")
    status = 99
    try:
        os.chdir(cwd)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.argv = [path, *flags]
        exec(setup, {})
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        status = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
