"""Settings: each kind reads its text form and checks its value, in one place for flags, code and files."""

import dataclasses
import math
import numbers
import os
import re
from typing import Any

from infogan_tf.errors import SettingError

FLOAT32_TINY, FLOAT32_MAX = 1.2e-38, 3.4e38


@dataclasses.dataclass(frozen=True)
class Integer:
    """An integer >= `minimum` and <= `maximum`."""

    minimum: int
    maximum: int | None = None

    @property
    def expected(self) -> str:
        if self.maximum is not None:
            return f"an integer from {self.minimum} to {self.maximum}"
        return f"an integer >= {self.minimum}"

    def parse(self, text: str) -> int:
        return int(text)

    def accepts(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return value >= self.minimum and (self.maximum is None or value <= self.maximum)


@dataclasses.dataclass(frozen=True)
class Number:
    """A number >= 0, or > 0 when `positive`, and <= `maximum`, within what float32 can hold."""

    positive: bool = False
    maximum: float = FLOAT32_MAX

    @property
    def expected(self) -> str:
        text = "a number > 0" if self.positive else "a number >= 0"
        return text if self.maximum == FLOAT32_MAX else f"{text} and <= {self.maximum:g}"

    def parse(self, text: str) -> float:
        return float(text)

    def accepts(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        return (value >= FLOAT32_TINY if self.positive else value >= 0) and value <= self.maximum


@dataclasses.dataclass(frozen=True)
class MultipleOf:
    """An integer from `minimum` to `maximum` that is a multiple of `factor`."""

    factor: int
    minimum: int
    maximum: int

    @property
    def expected(self) -> str:
        return f"a multiple of {self.factor} from {self.minimum} to {self.maximum}"

    def parse(self, text: str) -> int:
        return int(text)

    def accepts(self, value: Any) -> bool:
        return Integer(self.minimum, self.maximum).accepts(value) and value % self.factor == 0


@dataclasses.dataclass(frozen=True)
class Integers:
    """One or more different integers >= 0; as text, separated by commas."""

    expected = "different integers from 0 to 2147483647, separated by commas"

    def parse(self, text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(","))

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, tuple) or not value or len(set(value)) < len(value):
            return False
        return all(map(Integer(0, 2**31 - 1).accepts, value))


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few words, or of a few integers."""

    options: tuple[str, ...] | tuple[int, ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(map(str, self.options))}"

    def parse(self, text: str) -> str | int:
        return type(self.options[0])(text)

    def accepts(self, value: Any) -> bool:
        return type(value) is type(self.options[0]) and value in self.options


@dataclasses.dataclass(frozen=True)
class Text:
    """Any text that is not empty and can be written in UTF-8, which TensorFlow demands of paths."""

    expected = "a non-empty UTF-8 text"

    def parse(self, text: str) -> str:
        return text

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip()) and not any("\ud800" <= c <= "\udfff" for c in value)


class ReadableText:
    """Text of some form; a subclass reads it and says in a ValueError what is wrong with it."""

    expected: str

    def read(self, text: str):
        """Raises a ValueError if the text has another form."""
        raise NotImplementedError

    def parse(self, text: str) -> str:
        return text

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and self._problem(value) is None

    def describe(self, value: Any) -> str:
        """What is wrong with an invalid value."""
        return (self._problem(value) if isinstance(value, str) else None) or repr(value)

    def _problem(self, value: str) -> str | None:
        try:
            self.read(value)
        except ValueError as error:
            return str(error)
        return None


@dataclasses.dataclass(frozen=True)
class Required(Text):
    """A text that has no default: None stands for a flag that was not given, which `Settings.check` refuses."""

    expected: str

    def accepts(self, value: Any) -> bool:
        return value is None or super().accepts(value)


@dataclasses.dataclass(frozen=True)
class Name:
    """A Python identifier in lower case."""

    expected = "a name of lower-case letters, digits and underscores"

    def parse(self, text: str) -> str:
        return text

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and re.fullmatch("[a-z][a-z0-9_]*", value) is not None


@dataclasses.dataclass(frozen=True)
class Automatic:
    """Another kind of setting, or `auto` (None): chosen as `meaning` describes."""

    kind: Any
    meaning: str

    @property
    def expected(self) -> str:
        return f"{self.kind.expected}, or auto ({self.meaning})"

    def parse(self, text: str) -> Any:
        return None if text == "auto" else self.kind.parse(text)

    def accepts(self, value: Any) -> bool:
        # The text `auto` means None, so it can't be a value.
        return value is None or (value != "auto" and self.kind.accepts(value))

    def describe(self, value: Any) -> str:
        """What is wrong with an invalid value, as its kind says it."""
        return describe(self.kind, value)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings of a launcher: each field is a flag of the same name, checked when the object is made.

    NumPy's numbers are kept as Python's, and paths as text.

    Raises:
        SettingError: a value is of the wrong kind or out of range.
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):
            kind, value = field.metadata["kind"], plain(getattr(self, field.name))
            object.__setattr__(self, field.name, value)
            if not kind.accepts(value):
                raise SettingError(field.name, kind.expected, describe(kind, value))

    def check(self):
        """Refuses what a launcher can't work with, before anything is loaded that takes seconds.

        Raises:
            SettingError: a required setting was not given.
        """
        for field in dataclasses.fields(self):
            kind = field.metadata["kind"]
            if isinstance(kind, Required) and getattr(self, field.name) is None:
                raise SettingError(field.name, kind.expected, "none")


def setting(default: Any, kind: Any, help: str, may_change: bool = False, is_flag: bool = True) -> Any:
    """A field of `Settings`.

    Args:
        default: its value if not given.
        kind: how it is read and checked.
        help: one line for `--help`.
        may_change: True if a run may be resumed with another value, because it changes nothing that is computed.
        is_flag: whether a launcher offers it as a flag.
    """
    metadata = {"kind": kind, "help": help, "may_change": may_change, "is_flag": is_flag}
    return dataclasses.field(default=default, metadata=metadata)


def describe(kind: Any, value: Any) -> str:
    """An invalid value as an error shows it; for some kinds, what is wrong with it."""
    return kind.describe(value) if hasattr(kind, "describe") else repr(value)


def plain(value: Any) -> Any:
    """NumPy's numbers as Python's and paths as text, also inside a tuple; anything else as it is."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value


def checked(name: str, value: Any, kind: Any) -> Any:
    """Returns an argument's value in its plain form.

    Raises:
        ValueError: the value is not of this kind.
    """
    value = plain(value)
    if not kind.accepts(value):
        raise ValueError(f"{name} must be {kind.expected}, got {value!r}")
    return value


def as_text(value: Any) -> str:
    """A setting's value as it is written on a command line; its kind's `parse` gives the value back."""
    if value is None:
        return "auto"
    return ",".join(map(short_number, value)) if isinstance(value, tuple) else str(value)


def short_number(number: float) -> str:
    """A number without needless digits, such as 1 for 1.0, that reads back as exactly the same number."""
    short = f"{number:g}"
    return short if isinstance(number, float) and float(short) == number else repr(number)
