"""Lines for the person at the terminal."""

import os
import sys


def say(text: str):
    """Prints a line; once nobody listens any more (`| head`, a closed terminal), training goes on in silence.

    What the terminal can't show is escaped.
    """
    try:
        print(_shown(text), flush=True)
    except (OSError, ValueError):  # ValueError: the stream was closed by Python.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end.


def is_terminal() -> bool:
    """Whether what is said is seen by somebody at once, and lines can be overwritten."""
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


def _shown(text: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
