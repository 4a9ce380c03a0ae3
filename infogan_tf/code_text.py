"""Codes as text, such as `categorical(10), 2*uniform@0.1`. Nothing here loads TensorFlow.

A text has one or more terms, separated by commas:

    term    = [name "="] [count "*"] kind ["(" arguments ")"] ["@" weight]
    kind    = "categorical" | "uniform" | "gaussian" | "circular" | "bernoulli"

- `categorical(10)` has 10 equally probable categories; `categorical(0.5, 0.3, 0.2)` has three with these probabilities.
- `uniform` is uniform on [-1, 1], `uniform(0, 3)` on [0, 3]; `gaussian` is N(0, 1), `gaussian(2, 0.5)` has mean 2 and
  standard deviation 0.5; `bernoulli` is 1 with probability 0.5, `bernoulli(0.2)` with 0.2. `size=3` among the arguments
  of these makes one code of three independent dimensions.
- `circular` is an angle, uniform over the full turn.
- `4*uniform` is four codes.
- `@0.1` weights the mutual information of the code by 0.1 (default 1).
- Codes are named by position, c1, c2, ...; a name before `=` replaces that, and is numbered if there is a count.
"""

import ast
import math
import re
from typing import NamedTuple

from absl import flags

from infogan_tf.options import FLOAT32_MAX, FLOAT32_TINY, MalformedError

NOISE_NAME = "z"
# Tags of curves and pictures.
RESERVED_NAMES = ("total", "samples")
MAX_CODES = 100
MAX_SIZE = 10_000
MAX_NAME = 50
MAX_QUOTED = 70
WITHOUT_SIZE = ("categorical", "circular")
TERM = re.compile(
    r"(?:(?P<name>\w+)\s*=\s*)?(?:(?P<count>\d{1,9})\s*\*\s*)?(?P<kind>[A-Za-z_]\w*)\s*"
    r"(?:\((?P<arguments>[^()]*)\))?\s*(?:@\s*(?P<weight>\S+))?",
    re.ASCII,
)


class CodeTerm(NamedTuple):
    """One code, as a text describes it.

    Attributes:
        name: its name.
        kind: `categorical`, `uniform`, `gaussian`, `circular` or `bernoulli`.
        numbers: the arguments of its distribution.
        size: number of independent dimensions.
        weight: weight of its mutual information.
    """

    name: str
    kind: str
    numbers: tuple[float, ...]
    size: int
    weight: float

    @property
    def num_categories(self) -> int:
        """Of a categorical code: the one number, or how many probabilities there are."""
        return int(self.numbers[0]) if len(self.numbers) == 1 else len(self.numbers)


def parse_codes(text: str) -> tuple[CodeTerm, ...]:
    """Reads codes from a text.

    Raises:
        ValueError: the text has another form; the message quotes the wrong term and says what is wrong with it.

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
            raise ValueError(f"{error} in term {number} of {len(terms)}, {_quoted(term.strip())}") from error
    return tuple(codes)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}...")


def _parse_term(term: str, first: int) -> list[CodeTerm]:
    match = TERM.fullmatch(term)
    if match is None:
        raise ValueError("no kind of code" if not term else "a wrong form")
    kind = match["kind"]
    if kind not in CHECKS:
        raise ValueError(f"the unknown kind {kind!r} (known: {', '.join(CHECKS)})")
    numbers, size = _parse_arguments(kind, match["arguments"])
    CHECKS[kind](numbers)
    weight = float(_number(match["weight"])) if match["weight"] else 1.0
    if not 0 <= weight <= FLOAT32_MAX:
        raise ValueError(f"the weight {match['weight']} (expected a number >= 0)")
    count = int(match["count"] or 1)
    if not 1 <= count <= MAX_CODES:
        raise ValueError(f"the count {count} (expected 1 to {MAX_CODES})")
    return [
        CodeTerm(_name(match["name"], number, count, first), kind, numbers, size, weight) for number in range(count)
    ]


def _name(given: str | None, number: int, count: int, first: int) -> str:
    if given is None:
        return f"c{first + number}"
    return given if count == 1 else f"{given}{number + 1}"


def _parse_arguments(kind: str, arguments: str | None) -> tuple[tuple[float, ...], int]:
    numbers, sizes = [], []
    for argument in map(str.strip, arguments.split(",")) if arguments and arguments.strip() else ():
        if re.fullmatch(r"size\s*=\s*\d{1,9}", argument) and kind not in WITHOUT_SIZE and not sizes:
            sizes.append(int(argument.split("=")[1]))
            if not 1 <= sizes[0] <= MAX_SIZE:
                raise ValueError(f"the size {sizes[0]} (expected 1 to {MAX_SIZE})")
        elif kind == "circular":
            _check_circular((argument,))
        else:
            numbers.append(_number(argument))
    return tuple(numbers), *(sizes or [1])


def _number(text: str) -> float:
    try:
        value = ast.literal_eval(text)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FLOAT32_MAX:
            return value
    except (ValueError, SyntaxError, OverflowError, RecursionError, MemoryError):
        pass
    raise ValueError(f"{_quoted(text)} (expected a number)")


def _check_together(codes: list[CodeTerm]):
    names = [code.name for code in codes]
    if len(names) > MAX_CODES:
        raise ValueError(f"more than {MAX_CODES} codes")
    if sum(map(_width, codes)) > MAX_SIZE:
        raise ValueError(f"more than {MAX_SIZE} dimensions of all codes together")
    for name in names:
        if len(name) > MAX_NAME:
            raise ValueError(f"a name of more than {MAX_NAME} characters")
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} for the second time")
        if name in (NOISE_NAME, *RESERVED_NAMES):
            raise ValueError(f"the reserved name {name!r}")


def _width(code: CodeTerm) -> int:
    if code.kind == "categorical":
        return code.num_categories
    return 2 if code.kind == "circular" else code.size


def _check_categorical(numbers: tuple[float, ...]):
    if len(numbers) == 1:
        if not (isinstance(numbers[0], int) and 2 <= numbers[0] <= MAX_SIZE):
            raise ValueError(f"{numbers[0]} categories (expected an integer from 2 to {MAX_SIZE})")
    elif not (numbers and min(numbers) >= 0 and math.isclose(sum(numbers), 1, abs_tol=1e-6)):
        given = ", ".join(map(str, numbers)) or "nothing"
        raise ValueError(f"{given} (expected a number of categories, or probabilities >= 0 that sum to 1)")


def _check_uniform(numbers: tuple[float, ...]):
    if numbers and not (len(numbers) == 2 and numbers[0] < numbers[1] and numbers[1] - numbers[0] <= FLOAT32_MAX):
        raise ValueError(f"{', '.join(map(str, numbers))} (expected the lowest and the highest value)")


def _check_gaussian(numbers: tuple[float, ...]):
    if numbers and not (len(numbers) == 2 and numbers[1] >= FLOAT32_TINY):
        raise ValueError(f"{', '.join(map(str, numbers))} (expected the mean and a standard deviation > 0)")


def _check_circular(numbers: tuple[float, ...]):
    if numbers:
        raise ValueError(f"{', '.join(map(str, numbers))} (expected no argument; 2*circular makes two codes)")


def _check_bernoulli(numbers: tuple[float, ...]):
    if numbers and not (len(numbers) == 1 and isinstance(numbers[0], float) and 0 < numbers[0] < 1):
        raise ValueError(f"{', '.join(map(str, numbers))} (expected a probability strictly between 0 and 1)")


CHECKS = {
    "categorical": _check_categorical,
    "uniform": _check_uniform,
    "gaussian": _check_gaussian,
    "circular": _check_circular,
    "bernoulli": _check_bernoulli,
}


class CodesParser(flags.ArgumentParser):
    """Codes as a text; the parsed value is the text itself."""

    syntactic_help = "codes such as categorical(10), 2*uniform@0.1, each [name=][count*]kind[(numbers)][@weight]"

    def parse(self, argument: str) -> str:
        try:
            parse_codes(super().parse(argument))
        except ValueError as error:
            raise MalformedError(str(error)) from error
        return argument
