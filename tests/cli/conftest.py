import logging
import sys

import pytest

from infogan_tf.cli import command, commands


@pytest.fixture
def infogan(monkeypatch, capsys):
    """Runs a command in this process as if it was typed, and returns its exit status, stdout and stderr."""
    for name in ("raise_on_signals", "ignore_signals", "load_tensorflow"):
        monkeypatch.setattr(command, name, lambda *_: None)

    monkeypatch.setattr(sys, "argv", ["infogan"])
    # It warns of functions that are traced again and again, since one process makes many models here.
    monkeypatch.setattr(logging.getLogger("tensorflow"), "disabled", True)

    def run(*typed):
        capsys.readouterr()  # What the test itself has printed.
        status = commands.run([str(word) for word in typed])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def do(infogan):
    """Runs a command that must succeed without a warning, and returns what it printed."""

    def run(*typed):
        status, out, err = infogan(*typed)
        assert (status, err) == (0, ""), typed
        return out

    return run


@pytest.fixture
def refused(infogan, monkeypatch):
    """Runs a command that must end with one line for bad input, and returns that line.

    It runs `within` a folder, if one is given, in which it must change nothing.
    """

    def run(*typed, within=None):
        if within:
            monkeypatch.chdir(within)
        before = within and written(within)
        status, out, err = infogan(*typed)
        assert (status, out, err.count("\n")) == (2, "", 1), (typed, status, out, err)
        assert before == (within and written(within))
        return err.removeprefix("error: ").removesuffix("\n")

    return run


def written(folder):
    """When each file of a folder was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
