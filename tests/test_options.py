import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from infogan_tf.code_text import CodesParser
from infogan_tf.errors import SettingError
from infogan_tf.options import (
    Auto,
    Choice,
    Integer,
    Integers,
    Number,
    Options,
    Text,
    as_text,
    option,
    parsed,
    plain,
)

PARSERS = {
    Integer(1): ([1, 5], [0, -1, 1.5, True, "one", None]),
    Integer(0, 8): ([0, 8], [9, -1, "9"]),
    Number(): ([0.0, 0.5, 3.0], [-1, math.nan, "nan", math.inf, 1e39, "a", None, True]),
    Number(upper_bound=2.0): ([0.0, 2.0], [2.1, -1]),
    Number(positive=True): ([1e-9], [0, -1e-9, math.nan]),
    Integer(16, 128, factor=8): ([16, 128], [8, 20, 136, True, 16.0, None]),
    Choice(1, 3): ([1, 3], [2, True, 1.0, "2", None]),
    Choice("x", "y"): (["x"], ["z", "", None]),
    Text("a folder"): (["a"], ["", "  ", "\udcff", None, 3]),
    Integers(): ([(0,), (3, 1)], [(), (1, 1), (-1,), (1.0,), "1,", 1, None]),
    CodesParser(): (["categorical(10), 2*uniform@0.1"], ["", "uniform,", "10", None, 3]),
    Auto(Integer(0, 8), "why"): ([None, 3], [9, "eight"]),
    Auto(Text(), "why"): ([None, "a"], [""]),
}


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: type(parser).__name__)
def test_a_value_is_read_as_text_and_as_it_is_and_another_one_is_refused(parser):
    good, bad = PARSERS[parser]
    for value in good:
        assert parsed("size", value, parser) == parsed("size", as_text(value), parser) == value
    for value in bad:
        with pytest.raises(SettingError, match=r"^size: expected .+, got .+") as info:
            parsed("size", value, parser)
        assert info.value.expected == parser.syntactic_help


def test_any_number_is_read_back_as_it_was_written():
    rng = np.random.default_rng(0)
    floats = np.abs(np.frombuffer(rng.bytes(16_000), np.float64))
    for value in [*floats[floats < 3e38], *10 ** rng.uniform(-30, 30, 1000), *rng.integers(2**53, size=1000) / 1.0]:
        assert Number().parse(as_text(float(value))) == value
    assert as_text((1.0, 0.1, 1e-4, 1 / 3)) == "1,0.1,0.0001,0.3333333333333333"
    assert as_text((100_000_000,)) == "100000000"


def test_numpys_numbers_and_paths_are_plain_values_and_the_rest_stays():
    given = (np.int64(3), np.float32(0.5), Path("logs") / "mine", (np.float64(1.0), np.int8(2)), True, None)
    assert repr(plain(given)) == "(3, 0.5, 'logs/mine', (1.0, 2), True, None)"


def test_a_field_without_a_default_is_required():
    @dataclasses.dataclass(frozen=True)
    class Given(Options):
        place: str | None = option(None, Text("a place"), "Where.")
        number: int = option(3, Integer(1), "How many.")

    assert Given(place="here", number="5") == Given("here", 5)
    with pytest.raises(SettingError, match=r"^place: expected a place, got none$"):
        Given()
