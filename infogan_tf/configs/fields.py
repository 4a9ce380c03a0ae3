"""Kinds of settings: each reads its text form and checks its value, in one place for flags, code and files."""

import dataclasses
import math
from typing import Any

FLOAT32_TINY, FLOAT32_MAX = 1.2e-38, 3.4e38


@dataclasses.dataclass(frozen=True)
class Integer:
    """A whole number of at least `minimum`, at most `maximum`."""

    minimum: int
    maximum: int | None = None

    @property
    def expected(self) -> str:
        if self.maximum is not None:
            return f"a whole number from {self.minimum} to {self.maximum}"
        return f"a whole number of at least {self.minimum}"

    def parse(self, text: str) -> int:
        return int(text)

    def accepts(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return value >= self.minimum and (self.maximum is None or value <= self.maximum)


@dataclasses.dataclass(frozen=True)
class Number:
    """A number of at least 0, or above 0 when `positive`, and at most `maximum`, within what float32 can hold."""

    positive: bool = False
    maximum: float = FLOAT32_MAX

    @property
    def expected(self) -> str:
        text = "a number above 0" if self.positive else "a number of at least 0"
        return text if self.maximum == FLOAT32_MAX else f"{text} and at most {self.maximum:g}"

    def parse(self, text: str) -> float:
        return float(text)

    def accepts(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        return (value >= FLOAT32_TINY if self.positive else value >= 0) and value <= self.maximum


@dataclasses.dataclass(frozen=True)
class Numbers:
    """One number of at least 0 for each of `names`; as text, separated by commas."""

    names: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"{len(self.names)} numbers of at least 0, separated by commas, for {', '.join(self.names)}"

    def parse(self, text: str) -> tuple[float, ...]:
        return tuple(float(part) for part in text.split(","))

    def accepts(self, value: Any) -> bool:
        return isinstance(value, tuple) and len(value) == len(self.names) and all(map(Number().accepts, value))


@dataclasses.dataclass(frozen=True)
class Integers:
    """One or more different whole numbers of at least 0; as text, separated by commas."""

    expected = "different whole numbers from 0 to 2147483647, separated by commas"

    def parse(self, text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(","))

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, tuple) or not value or len(set(value)) < len(value):
            return False
        return all(map(Integer(0, 2**31 - 1).accepts, value))


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.options)}"

    def parse(self, text: str) -> str:
        return text

    def accepts(self, value: Any) -> bool:
        return value in self.options


@dataclasses.dataclass(frozen=True)
class Text:
    """Any text that is not empty and can be written in UTF-8, which TensorFlow demands of paths."""

    expected = "a non-empty UTF-8 text"

    def parse(self, text: str) -> str:
        return text

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip()) and not any("\ud800" <= c <= "\udfff" for c in value)


@dataclasses.dataclass(frozen=True)
class Automatic:
    """Another kind of setting, or `auto` (None): chosen by what `meaning` says."""

    kind: Any
    meaning: str

    @property
    def expected(self) -> str:
        return f"{self.kind.expected}, or auto ({self.meaning})"

    def parse(self, text: str) -> Any:
        return None if text == "auto" else self.kind.parse(text)

    def accepts(self, value: Any) -> bool:
        return value is None or self.kind.accepts(value)


def setting(default: Any, kind: Any, help: str, may_change: bool = False) -> Any:
    """A dataclass field that is also a flag.

    Args:
        default: its value when nothing is said.
        kind: how it is read and checked.
        help: one line for `--help`.
        may_change: True if a run may be resumed with another value, because it changes nothing that is computed.
    """
    return dataclasses.field(default=default, metadata={"kind": kind, "help": help, "may_change": may_change})


def as_text(value: Any) -> str:
    """A setting's value as it is written on a command line."""
    if value is None:
        return "auto"
    return ",".join(f"{number:g}" for number in value) if isinstance(value, tuple) else str(value)
