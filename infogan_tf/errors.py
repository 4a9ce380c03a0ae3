"""What is said when something that a person gave can't be used."""

import re
from typing import Any


def first_line(error: BaseException, length: int = 200) -> str:
    """What an error says, in one line of at most `length` characters."""
    # TensorFlow puts the name of an internal function first.
    text = re.sub(r"\{\{function_node .*?\}\}", "", str(error)).strip() or type(error).__name__
    return text.splitlines()[0][:length]


class SettingError(ValueError):
    """A setting is wrong, or does not go with the data or the run folder.

    Args:
        name: the setting's name; a launcher shows it as a flag.
        expected: what would have been right, in words.
        got: what came.
    """

    def __init__(self, name: str, expected: str, got: Any):
        super().__init__(f"{name}: expected {expected}, got {got}")
        self.name = name
        self.expected = expected
        self.got = got


class RunNotFoundError(FileNotFoundError):
    """There is no trained run where one was expected; the message begins with the setting's name, `run_folder`."""


class TrainingError(RuntimeError):
    """Training can't go on; the message says why, where, and what is left."""
