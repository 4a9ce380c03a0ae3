import math

import pytest

from infogan_tf.configs.fields import Automatic, Choice, Integer, Integers, Number, Numbers, Text, as_text

KINDS = {
    Integer(1): ([1, 5], [0, -1, 1.5, True, "1", None]),
    Integer(0, 8): ([0, 8], [9, -1]),
    Number(): ([0, 0.5, 3], [-1, math.nan, math.inf, "1", None, True]),
    Number(maximum=2.0): ([0, 2], [2.1, -1]),
    Number(positive=True): ([1e-9], [0, -1e-9, math.nan]),
    Numbers(("a", "b")): ([(1.0, 0.0)], [(1.0,), (1.0, -1.0), (1.0, math.nan), [1.0, 1.0], 1.0]),
    Integers(): ([(0,), (3, 1)], [(), (1, 1), (-1,), (1.0,), 1, [1], None]),
    Choice(("x", "y")): (["x"], ["z", "", None]),
    Text(): (["a"], ["", "  ", None, 3]),
    Automatic(Integer(0, 8), "why"): ([None, 3], [9, "auto"]),
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
