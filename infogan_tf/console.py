"""Messages and tables on the terminal."""

import os
import sys
from collections.abc import Sequence


def log(text: str):
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


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width, with a rule below the first row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _shown(text: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
