import errno
import io
import logging
import sys
import time

import pytest

from infogan_tf import console
from infogan_tf.console import TerminalHandler, is_terminal, progress


def say(text):
    TerminalHandler().emit(logging.makeLogRecord({"msg": text}))


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", b"\\xe9 \\udcff\n"), ("utf-8", b"\xc3\xa9 \\udcff\n")])
def test_a_stream_shows_what_it_can(monkeypatch, encoding, shown):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
    say("\u00e9 \udcff")
    assert sys.stdout.buffer.getvalue() == shown


class Gone(io.StringIO):
    """A stream whose reader is gone."""

    def write(self, _):
        raise OSError(errno.EPIPE, "gone")


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [Gone(), closed(), None], ids=["gone", "closed", "none"])
def test_with_a_closed_stdout_training_continues_silently(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    for _ in range(2):
        assert not is_terminal()
        say("one")
    sys.stdout.close()


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    assert list(progress(range(2000), 2000, "decoding images")) == list(range(2000))
    assert "  decoding images |" in terminal.getvalue()
    assert " of 2000, " in terminal.getvalue()


def test_progress_is_a_line_now_and_then_elsewhere(monkeypatch, capsys):
    assert list(progress("ab", 2, "decoding images")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(console, "LINE_SECONDS", 0.05)
    for _ in progress([3, 4, 5], 12, "decoding images", size=int):
        time.sleep(0.06)
    lines = capsys.readouterr().out.splitlines()
    assert [line[: line.index(",")] for line in lines] == [f"decoding images: {done} of 12" for done in (3, 7, 12)]
    assert all(line.endswith(" left") for line in lines)
