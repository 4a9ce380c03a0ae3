import errno
import io
import logging
import sys

import pytest

from infogan_tf.console import TerminalHandler, is_terminal


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
