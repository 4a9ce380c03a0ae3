"""Checks of numbers that a person gives to constructors and methods. Nothing here loads TensorFlow."""

import numbers
from collections.abc import Collection
from typing import Any

FLOAT32_TINY, FLOAT32_MAX = 1.2e-38, 3.4e38


def is_number(value: Any) -> bool:
    """Whether a value is a real number that float32 can hold."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and bool(abs(value) <= FLOAT32_MAX)


def check_number(name: str, value: Any, positive: bool = False, maximum: float = FLOAT32_MAX) -> float:
    """A number >= 0, or > 0 where it must be positive, as Python's; ValueError naming it if it is anything else."""
    if is_number(value) and (FLOAT32_TINY if positive else 0) <= value <= maximum:
        return float(value)
    limit = "" if maximum == FLOAT32_MAX else f" and <= {maximum:g}"
    raise ValueError(f"{name} must be a number {'>' if positive else '>='} 0{limit}, got {value!r}")


def check_integer(name: str, value: Any, minimum: int, maximum: int | None = None) -> int:
    """An integer within bounds, as Python's; ValueError naming it if it is anything else."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if is_integer and minimum <= value and (maximum is None or value <= maximum):
        return int(value)
    bounds = f">= {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    raise ValueError(f"{name} must be an integer {bounds}, got {value!r}")


def check_choice(name: str, value: Any, options: Collection[str]) -> str:
    """One of a few words; ValueError naming it if it is anything else."""
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
    return value


def check_sizes(name: str, sizes: Any, number: int | None = None) -> tuple[int, ...]:
    """Integers >= 1 as a tuple, `number` of them if given; ValueError naming them if they are anything else."""
    if not isinstance(sizes, list | tuple) or number not in (None, len(sizes)):
        raise ValueError(f"{name} must be {number or 'a tuple of'} integers >= 1, got {sizes!r}")
    return tuple(check_integer(f"each size in {name}", size, 1) for size in sizes)
