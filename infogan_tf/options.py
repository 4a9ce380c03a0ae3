"""What a person gives: absl parsers that flags, files and Python code share, and options as dataclass fields.

Nothing here loads TensorFlow.
"""

import dataclasses
import numbers
import os
import re
from typing import Any

from absl import flags

from infogan_tf.errors import SettingError

FLOAT32_TINY, FLOAT32_MAX = 1.2e-38, 3.4e38


class Integer(flags.IntegerParser):
    """An integer within bounds that is a multiple of a factor."""

    def __init__(self, lower_bound: int, upper_bound: int | None = None, factor: int = 1):
        super().__init__(lower_bound, upper_bound)
        self.factor = factor
        bounds = f">= {lower_bound}" if upper_bound is None else f"from {lower_bound} to {upper_bound}"
        self.syntactic_help = f"{'an integer' if factor == 1 else f'a multiple of {factor}'} {bounds}"

    def is_outside_bounds(self, val: int) -> bool:
        return val % self.factor != 0 or super().is_outside_bounds(val)


class Number(flags.FloatParser):
    """A finite number, which float32 can hold: >= 0 or, where it must be positive, > 0."""

    def __init__(self, positive: bool = False, upper_bound: float = FLOAT32_MAX):
        super().__init__(FLOAT32_TINY if positive else 0.0, upper_bound)
        self.syntactic_help = f"a number {'>' if positive else '>='} 0"
        if upper_bound != FLOAT32_MAX:
            self.syntactic_help += f" and <= {upper_bound:g}"

    def is_outside_bounds(self, val: float) -> bool:
        return not self.lower_bound <= val <= self.upper_bound  # So is NaN, which absl takes.


class Choice(flags.ArgumentParser):
    """One of a few words, or of a few integers."""

    def __init__(self, *options: str | int):
        self.options = options
        self.syntactic_help = f"one of {', '.join(map(str, options))}"

    def parse(self, argument: Any) -> str | int:
        value = type(self.options[0])(argument) if isinstance(argument, str) else argument
        if type(value) is not type(self.options[0]) or value not in self.options:
            raise ValueError
        return value


class Integers(flags.ArgumentParser):
    """One or more different integers >= 0, separated by commas."""

    syntactic_help = "different integers from 0 to 2147483647, separated by commas"

    def parse(self, argument: str | tuple[int, ...]) -> tuple[int, ...]:
        parts = argument.split(",") if isinstance(argument, str) else argument
        values = tuple(map(Integer(0, 2**31 - 1).parse, parts))
        if not values or len(set(values)) < len(values):
            raise ValueError
        return values


class Devices(flags.ArgumentParser):
    """Devices of a machine: GPUs by their numbers, all of them, or the CPU, whole or in parts."""

    syntactic_help = "auto, all, cpu, cpu:N (N parts of it, 2 or more), or gpu:I,J,... (GPUs by their numbers)"

    def parse(self, argument: str) -> str:
        if not re.fullmatch(r"auto|all|cpu(:([2-9]|[1-9]\d+))?|gpu:\d+(,\d+)*", argument, re.ASCII):
            raise ValueError
        if argument.startswith("gpu:"):
            Integers().parse(argument.removeprefix("gpu:"))
        return argument


class Text(flags.ArgumentParser):
    """Any text that is not empty and that UTF-8 can encode, which TensorFlow requires of paths."""

    def __init__(self, syntactic_help: str = "a non-empty UTF-8 text"):
        self.syntactic_help = syntactic_help

    def parse(self, argument: str) -> str:
        if not super().parse(argument).strip():
            raise ValueError
        argument.encode()  # UnicodeEncodeError is a ValueError.
        return argument


class Auto(flags.ArgumentParser):
    """What another parser takes, or `auto` (None): chosen as `meaning` says."""

    def __init__(self, parser: flags.ArgumentParser, meaning: str):
        self.parser = parser
        self.syntactic_help = f"{parser.syntactic_help}, or auto ({meaning})"

    def parse(self, argument: Any) -> Any:
        return None if argument is None or argument == "auto" else self.parser.parse(argument)


class MalformedError(ValueError):
    """What is wrong with a text of some form; a parser that raises it has its message shown as what came."""


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of a command: each field is a flag of the same name, parsed and checked when the object is made.

    NumPy's numbers are kept as Python's, and paths as text. SettingError if a value is wrong or a required one missing.
    """

    devices = "auto"  # What a command computes on; a subclass may have it as an option.

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = parsed(field.name, getattr(self, field.name), field.metadata["parser"])
            object.__setattr__(self, field.name, value)


def option(
    default: Any, parser: flags.ArgumentParser, help: str, may_change: bool = False, is_flag: bool = True
) -> Any:
    """A field of `Options`.

    Args:
        default: its value if it is not given; None, where the parser takes no None, makes it required.
        parser: how it is read and checked; its `syntactic_help` is what errors and `--help` say is expected.
        help: one line for `--help`.
        may_change: True if a run may be resumed with another value, because it changes nothing that is computed.
        is_flag: whether a command offers it as a flag.
    """
    metadata = {"parser": parser, "help": help, "may_change": may_change, "is_flag": is_flag}
    return dataclasses.field(default=default, metadata=metadata)


def parsed(name: str, value: Any, parser: flags.ArgumentParser) -> Any:
    """A value as its parser reads it, from a command line or from Python; SettingError if the parser refuses it."""
    value = plain(value)
    try:
        return parser.parse(value)
    except SettingError:
        raise
    except MalformedError as error:
        raise SettingError(name, parser.syntactic_help, error) from error
    except (TypeError, ValueError) as error:
        raise SettingError(name, parser.syntactic_help, "none" if value is None else repr(value)) from error


def plain(value: Any) -> Any:
    """NumPy's numbers as Python's and paths as text, also inside a tuple; anything else as it is."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value.item() if isinstance(value, numbers.Real) and hasattr(value, "item") else value


def check_number(name: str, value: Any, positive: bool = False, maximum: float = FLOAT32_MAX) -> float:
    """A number >= 0, or > 0 where it must be positive, as Python's; ValueError naming it if it is anything else."""
    return checked(name, value, Number(positive, maximum))


def check_integer(name: str, value: Any, minimum: int, maximum: int | None = None) -> int:
    """An integer within bounds, as Python's; ValueError naming it if it is anything else."""
    return checked(name, value, Integer(minimum, maximum))


def check_sizes(name: str, sizes: Any, number: int | None = None) -> tuple[int, ...]:
    """Integers >= 1 as a tuple, `number` of them if given; ValueError naming them if they are anything else."""
    if not isinstance(sizes, list | tuple) or number not in (None, len(sizes)):
        raise ValueError(f"{name} must be {number or 'a tuple of'} integers >= 1, got {sizes!r}")
    return tuple(check_integer(f"each size in {name}", size, 1) for size in sizes)


def checked(name: str, value: Any, parser: flags.ArgumentParser) -> Any:
    """An argument of a constructor or method as a parser reads it; ValueError naming it if the parser refuses it."""
    try:
        read = parser.parse(plain(value))
        if isinstance(value, str) and not isinstance(read, str):
            raise ValueError  # A text is a number on a command line alone.
        return read
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be {parser.syntactic_help}, got {value!r}") from None


def is_number(value: Any) -> bool:
    """Whether a value is a real number that float32 can hold."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and bool(abs(value) <= FLOAT32_MAX)


def as_text(value: Any) -> str:
    """A value as it is written on a command line; its parser gives the value back."""
    if value is None:
        return "auto"
    return ",".join(map(short_number, value)) if isinstance(value, tuple) else str(value)


def short_number(number: float) -> str:
    """A number without needless digits, such as 1 for 1.0, that reads back as exactly the same number."""
    short = f"{number:g}"
    return short if isinstance(number, float) and float(short) == number else repr(number)
