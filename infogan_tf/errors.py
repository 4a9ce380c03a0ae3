"""Exceptions for invalid user input, and errors in one line."""

import re
from typing import Any

# Causes of errors, by texts in messages of systems and libraries.
CAUSES = {
    "No space left on device": "disk full",
    "OOM when allocating": "out of memory",
    "Unable to allocate": "out of memory",
}
# TensorFlow's marks of where in a graph an error comes from.
GRAPH_MARKS = re.compile(r"\{\{[^{}]*\}\}\s*|\s*\[Op:\w+\]( name:.*)?")


def cause(error: BaseException) -> str | None:
    """`disk full` or `out of memory` if an error's message indicates it."""
    found = next((cause for sign, cause in CAUSES.items() if sign in str(error)), None)
    return "out of memory" if found is None and isinstance(error, MemoryError) else found


def first_line(error: BaseException, length: int = 200) -> str:
    """An error's message, with its cause if known, in one line of at most `length` characters."""
    text = GRAPH_MARKS.sub("", str(error)).strip()
    line = text.splitlines()[0] if text else type(error).__name__
    known = cause(error)
    return (f"{known} ({line})" if known else line)[:length]


def printable(text: str) -> str:
    """A text in one line, with what can't be shown escaped; names of files may hold anything.

    >>> print(printable("a\\nb"))
    a\\nb
    """
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


class SettingError(ValueError):
    """A setting, which a launcher shows as a flag, is wrong, or does not go with the data or the run folder."""

    def __init__(self, name: str, expected: str, got: Any):
        super().__init__(f"{name}: expected {expected}, got {got}")
        self.name, self.expected, self.got = name, expected, got


class RunNotFoundError(FileNotFoundError):
    """There is no trained run where one was expected; the message begins with the setting's name, `run_folder`."""


class TrainingError(RuntimeError):
    """Training can't continue; the message says why, where, and which checkpoint is left."""
