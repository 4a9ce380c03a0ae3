"""Codes as text, such as `categorical(10), 2*uniform@0.1`. Nothing here loads TensorFlow.

A text has one or more terms, separated by commas:

    term    = [name "="] [count "*"] kind ["(" arguments ")"] ["@" weight]
    kind    = "categorical" | "uniform" | "gaussian" | "circular" | "bernoulli"

- `categorical(10)` has 10 equally probable categories; `categorical(0.5, 0.3, 0.2)` has three with these probabilities.
- `uniform` is uniform on [-1, 1], `uniform(0, 3)` on [0, 3]; `gaussian` is N(0, 1), `gaussian(2, 0.5)` has mean 2 and
  standard deviation 0.5; `bernoulli` is 1 with probability 0.5, `bernoulli(0.2)` with 0.2. `size=3` as their last
  argument makes one code of three independent dimensions.
- `circular` is an angle, uniform over the full turn.
- `4*uniform` is four codes.
- `@0.1` weights the mutual information of the code by 0.1 (default 1).
- Codes are named by position, c1, c2, ...; a name before `=` replaces that, and is numbered if there is a count.
"""

import math
import re
from typing import NamedTuple

from absl import flags

from infogan_tf.options import FLOAT32_MAX, FLOAT32_TINY, MalformedError

NOISE_NAME = "z"
# Tags of curves and pictures.
RESERVED_NAMES = ("total", "samples", "factors")
MAX_CODES = 100
MAX_SIZE = 10_000
TERM = re.compile(
    r"(?:(?P<name>\w{1,50})\s*=\s*)?(?:(?P<count>\d{1,9})\s*\*\s*)?(?P<kind>[A-Za-z_]\w*)\s*"
    r"(?:\((?P<numbers>[^()=]*?)(?:,?\s*size\s*=\s*(?P<size>\d{1,9}))?\s*\))?\s*(?:@\s*(?P<weight>\S+))?",
    re.ASCII,
)


def _are_categories(numbers: tuple[float, ...]) -> bool:
    if len(numbers) == 1:
        return numbers[0].is_integer() and 2 <= numbers[0] <= MAX_SIZE
    return bool(numbers) and min(numbers) >= 0 and math.isclose(sum(numbers), 1, abs_tol=1e-6)


# By kind: whether numbers can be its arguments, if any are given, and what they should be.
KINDS = {
    "categorical": (_are_categories, f"2 to {MAX_SIZE} categories, or their probabilities >= 0, which sum to 1"),
    "uniform": (lambda n: len(n) == 2 and 0 < n[1] - n[0] <= FLOAT32_MAX, "the lowest and the highest value"),
    "gaussian": (lambda n: len(n) == 2 and n[1] >= FLOAT32_TINY, "the mean and a standard deviation > 0"),
    "circular": (lambda n: False, "no argument; 2*circular makes two codes"),
    "bernoulli": (lambda n: len(n) == 1 and 0 < n[0] < 1, "a probability strictly between 0 and 1"),
}


class CodeTerm(NamedTuple):
    """One code, as a text describes it."""

    name: str
    kind: str
    numbers: tuple[float, ...]  # Arguments of its distribution.
    size: int  # Number of independent dimensions.
    weight: float  # Of its mutual information.

    @property
    def num_categories(self) -> int:
        """Of a categorical code: the one number, or how many probabilities there are."""
        return int(self.numbers[0]) if len(self.numbers) == 1 else len(self.numbers)


class CodesParser(flags.ArgumentParser):
    """Codes as text; what is parsed stays text."""

    syntactic_help = "codes such as categorical(10), 2*uniform@0.1, each [name=][count*]kind[(numbers)][@weight]"

    def parse(self, argument: str) -> str:
        parse_codes(super().parse(argument))
        return argument


def parse_codes(text: str) -> tuple[CodeTerm, ...]:
    """Reads codes from a text; a MalformedError quotes the wrong term and says what is wrong with it.

    >>> [code.name for code in parse_codes("shape=categorical(3), 2*uniform@0.1")]
    ['shape', 'c2', 'c3']
    """
    terms = re.split(r",(?![^(]*\))", text)
    codes: list[CodeTerm] = []
    for number, term in enumerate(terms, 1):
        try:
            codes += _parse_term(term.strip(), first=len(codes) + 1)
            _check_together(codes)
        except ValueError as error:
            raise MalformedError(f"{error} in term {number} of {len(terms)}, {_quoted(term.strip())}") from error
    return tuple(codes)


def _parse_term(term: str, first: int) -> list[CodeTerm]:
    match = TERM.fullmatch(term)
    if match is None:
        raise ValueError("a wrong form" if term else "no kind of code")
    name, kind, given = match["name"], match["kind"], (match["numbers"] or "").strip()
    if kind not in KINDS:
        raise ValueError(f"the unknown kind {kind!r} (known: {', '.join(KINDS)})")
    numbers = tuple(map(_number, given.split(","))) if given else ()
    are_right, expected = KINDS[kind]
    if not are_right(numbers) and (numbers or kind == "categorical"):
        raise ValueError(f"{_quoted(given)} (expected {expected})")
    count = _integer("count", match["count"], MAX_CODES)
    size = _integer("size", match["size"], 1 if kind in ("categorical", "circular") else MAX_SIZE)
    weight = _number(match["weight"] or "1")
    if weight < 0:
        raise ValueError(f"the weight {weight:g} (expected a number >= 0)")
    names = [f"{name}{number + 1}" if name else f"c{first + number}" for number in range(count)]
    return [CodeTerm(each, kind, numbers, size, weight) for each in ([name] if name and count == 1 else names)]


def _integer(what: str, text: str | None, largest: int) -> int:
    value = int(text or 1)
    if not 1 <= value <= largest:
        raise ValueError(f"the {what} {value} (expected 1{f' to {largest}' if largest > 1 else ''})")
    return value


def _number(text: str) -> float:
    try:
        if abs(value := float(text)) <= FLOAT32_MAX:
            return value
    except ValueError:
        pass
    raise ValueError(f"{_quoted(text.strip())} (expected a number)")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 70 else f"{text[:70]}...")


def _check_together(codes: list[CodeTerm]):
    names = [NOISE_NAME, *RESERVED_NAMES, *(code.name for code in codes)]
    taken = [name for name in names if names.count(name) > 1]
    if taken:
        raise ValueError(f"the name {taken[0]!r}, which is taken")
    if len(codes) > MAX_CODES:
        raise ValueError(f"more than {MAX_CODES} codes")
    if sum(code.num_categories if code.kind == "categorical" else code.size for code in codes) > MAX_SIZE:
        raise ValueError(f"more than {MAX_SIZE} dimensions of all codes together")
