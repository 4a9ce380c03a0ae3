"""The queue at the model."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.exceptions import Conflict

from infogan_tf.explorer.server import RequestQueue

MANY = 100_000
POOL = ThreadPoolExecutor(8)


@pytest.fixture
def queue():
    return RequestQueue()


def test_one_call_at_a_time_and_in_order(queue):
    inside, most = [], []

    def call(number):
        inside.append(None)
        most.append(len(inside))
        inside.pop()
        return number

    requests = [POOL.submit(queue.run, f"view {i}", [lambda n=n: call(n) for n in range(20)]) for i in range(8)]
    assert [request.result() for request in requests] == 8 * [list(range(20))]
    assert most == [1] * 160


def test_a_long_request_holds_nobody_up(queue):
    others = []

    def calls():
        yield lambda: others.append(POOL.submit(queue.run, "strips", [lambda: "strips"]))
        for _ in range(MANY):
            if others[0].done():
                return
            yield lambda: None

    assert len(queue.run("wall", calls())) < MANY
    assert others[0].result() == ["strips"]


def test_a_newer_request_takes_the_place_of_an_older_one_that_waits(queue):
    is_busy, is_asked, is_asked_again, may_end = (threading.Event() for _ in range(4))

    def calls(asked):
        asked.set()
        yield lambda: "made"

    working = POOL.submit(queue.run, "strips", [lambda: is_busy.set() or may_end.wait()])
    is_busy.wait()
    older = POOL.submit(queue.run, "wall", calls(is_asked))
    is_asked.wait()
    newer = POOL.submit(queue.run, "wall", calls(is_asked_again))
    is_asked_again.wait()
    may_end.set()
    assert isinstance(older.exception(), Conflict)
    assert newer.result() == ["made"]
    assert working.result() == [True]


def test_calls_go_on_after_an_error(queue):
    with pytest.raises(ZeroDivisionError):
        queue.run("wall", [lambda: 1 / 0])
    assert queue.run("wall", [lambda: 1]) == [1]
