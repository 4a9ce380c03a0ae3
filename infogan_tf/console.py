"""What the package tells a person, through the logger `infogan_tf`, and tables of text.

`logger.info` prints a line on the terminal; while a run is open, its `log.txt` has the line too. `logger.debug` is for
that file alone.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from tqdm import tqdm

logger = logging.getLogger("infogan_tf")
T = TypeVar("T")
LINE_SECONDS = 30  # Between two lines of progress where there is no terminal.


class TerminalHandler(logging.Handler):
    """Prints messages on stdout, above a progress bar if there is one.

    Characters that the terminal can't show are escaped. Once stdout is closed (`| head`, a closed terminal), nothing
    more is printed, and training continues.
    """

    def emit(self, record: logging.LogRecord):
        try:
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            text = self.format(record).encode(encoding, "backslashreplace").decode(encoding)
            tqdm.write(text, file=sys.stdout)
            sys.stdout.flush()
        except (AttributeError, OSError, ValueError):  # There is no stdout, or it was closed.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end.


def is_terminal() -> bool:
    """Whether stdout is a terminal, where lines can be overwritten."""
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


class _Lines:
    """A file for tqdm of which each state of a bar becomes a line of the log."""

    def write(self, text: str):
        if text.strip():
            logger.info(text.strip())

    def flush(self):
        pass


def progress(items: Iterable[T], total: int, label: str, size: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """Yields items, and shows how many of a total are done, and how long the rest takes; an item may count as several.

    It is a bar on a terminal, and elsewhere a line every half a minute.
    """
    counts = "{n_fmt} of {total_fmt}, {remaining} left"
    bar = {"file": sys.stdout, "bar_format": f"  {label} |{{bar:40}}| {counts}"}
    lines = {"file": _Lines(), "bar_format": f"{label}: {counts}", "mininterval": LINE_SECONDS, "delay": LINE_SECONDS}
    with tqdm(total=total, leave=False, miniters=1, smoothing=0, **(bar if is_terminal() else lines)) as shown:
        for item in items:
            yield item
            shown.update(size(item))


def bar(items: Sequence[T]) -> Iterable[T]:
    """The same items, with a bar on a terminal, and nothing elsewhere, that says how long the rest of them takes."""
    disable = True if len(items) == 1 else None  # None hides it where stdout is no terminal.
    return tqdm(items, file=sys.stdout, disable=disable, leave=False, bar_format="  |{bar:40}| {remaining} left")


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width, with a rule below the first row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


logger.setLevel(logging.DEBUG)
logger.propagate = False
logger.addHandler(TerminalHandler(logging.INFO))
