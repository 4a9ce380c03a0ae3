import dataclasses
import math
import random
import struct
from pathlib import Path

import numpy as np
import pytest

from infogan_tf.code_text import Codes
from infogan_tf.errors import SettingError
from infogan_tf.settings import (
    Automatic,
    Choice,
    Integer,
    Integers,
    MultipleOf,
    Name,
    Number,
    Required,
    Settings,
    Text,
    as_text,
    checked,
    plain,
    setting,
    short_number,
)

KINDS = {
    Integer(1): ([1, 5], [0, -1, 1.5, True, "1", None]),
    Integer(0, 8): ([0, 8], [9, -1]),
    Number(): ([0, 0.5, 3], [-1, math.nan, math.inf, "1", None, True]),
    Number(maximum=2.0): ([0, 2], [2.1, -1]),
    Number(positive=True): ([1e-9], [0, -1e-9, math.nan]),
    MultipleOf(8, 16, 128): ([16, 128], [8, 20, 136, True, 16.0, None]),
    Choice((1, 3)): ([1, 3], [2, True, 1.0, None]),
    Name(): (["mnist", "my_set2"], ["", "2a", "A", "a-b", None, 3]),
    Codes(): (["categorical(10), 2*uniform@0.1"], ["", "uniform,", "10", None, 3]),
    Integers(): ([(0,), (3, 1)], [(), (1, 1), (-1,), (1.0,), 1, [1], None]),
    Choice(("x", "y")): (["x"], ["z", "", None]),
    Text(): (["a"], ["", "  ", None, 3]),
    Automatic(Integer(0, 8), "why"): ([None, 3], [9, "auto"]),
    Automatic(Text(), "why"): ([None, "a"], ["auto", ""]),
}


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_accepts_and_refuses(kind):
    good, bad = KINDS[kind]
    assert all(kind.accepts(value) for value in good)
    assert not any(kind.accepts(value) for value in bad)
    assert kind.expected


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_reads_back_what_it_writes(kind):
    for value in KINDS[kind][0]:
        assert kind.parse(as_text(value)) == value


def test_any_number_is_read_back_as_it_was():
    rng = random.Random(0)
    floats = [struct.unpack("d", rng.randbytes(8))[0] for _ in range(2000)]
    floats = [abs(value) for value in floats if Number().accepts(abs(value))]
    floats += [10 ** rng.uniform(-30, 30) for _ in range(1000)] + [float(rng.randrange(2**53)) for _ in range(1000)]
    assert len(floats) > 2000
    for value in floats:
        assert float(short_number(value)) == value
        assert Number().parse(as_text(value)) == value
    for value in [12345678, *(rng.randrange(2**31) for _ in range(1000))]:
        assert Integer(0).parse(as_text(value)) == value
        assert Integers().parse(as_text((value,))) == (value,)


def test_numbers_are_written_without_needless_digits():
    assert as_text((1.0, 0.1, 1e-4)) == "1,0.1,0.0001"
    assert as_text((1.0, 1 / 3)) == "1,0.3333333333333333"
    assert as_text((100_000_000,)) == "100000000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (Path("logs") / "mine", "logs/mine"),
        ((np.float64(1.0), np.int8(2)), (1.0, 2)),
        (True, True),
        (None, None),
    ],
)
def test_plain_values(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_a_wrong_argument_is_named_with_what_was_expected_and_what_came():
    assert checked("size", np.int32(3), Integer(1)) == 3
    with pytest.raises(ValueError, match=r"^size must be an integer >= 1, got 0$"):
        checked("size", 0, Integer(1))


def test_what_is_required_is_refused_only_when_it_is_needed():
    @dataclasses.dataclass(frozen=True)
    class Given(Settings):
        place: str | None = setting(None, Required("a place"), "Where.")

    Given(place="here").check()
    missing = Given()
    with pytest.raises(SettingError, match=r"^place: expected a place, got none$"):
        missing.check()
    with pytest.raises(SettingError, match=r"^place: expected a place, got ' '$"):
        Given(place=" ")
