"""Messages on the terminal."""

import os
import sys


def say(text: str):
    """Prints a line; once stdout is closed (`| head`, a closed terminal), training continues silently.

    Characters that the terminal can't show are escaped.
    """
    try:
        print(_shown(text), flush=True)
    except (OSError, ValueError):  # ValueError: the stream was closed by Python.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end.


def is_terminal() -> bool:
    """Whether stdout is a terminal, where lines can be overwritten."""
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


def _shown(text: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
