"""The queue at the model."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from infogan_tf.explorer.request_queue import RequestQueue, SupersededError

MANY = 100_000


@pytest.fixture
def queue():
    return RequestQueue()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_one_call_at_a_time(queue, pool):
    inside, most = [], []

    def call():
        inside.append(None)
        most.append(len(inside))
        inside.pop()

    for request in [pool.submit(queue.run, f"view {i}", [call] * 20) for i in range(8)]:
        request.result()
    assert most == [1] * 160


def test_a_long_request_holds_nobody_up(queue, pool):
    others = []

    def calls():
        yield lambda: others.append(pool.submit(queue.run, "strips", [lambda: "strips"]))
        for _ in range(MANY):
            if others[0].done():
                return
            yield lambda: None

    assert len(queue.run("wall", calls())) < MANY
    assert others[0].result() == ["strips"]


def test_a_newer_request_takes_the_place_of_an_older_one_that_waits(queue, pool):
    is_busy, is_asked, may_end = threading.Event(), threading.Event(), threading.Event()

    def older_calls():
        is_asked.set()
        yield lambda: "older"

    working = pool.submit(queue.run, "strips", [lambda: is_busy.set() or may_end.wait()])
    is_busy.wait()
    older = pool.submit(queue.run, "wall", older_calls())
    is_asked.wait()
    newer = pool.submit(queue.run, "wall", [lambda: "newer"])
    try:
        assert isinstance(older.exception(timeout=60), SupersededError)  # While the model is still busy.
    finally:
        may_end.set()
    assert newer.result() == ["newer"]
    assert working.result() == [True]


def test_a_request_of_many_calls_ends_when_a_newer_one_comes(queue):
    def calls():
        yield lambda: "older"
        assert queue.run("wall", [lambda: "newer"]) == ["newer"]
        yield lambda: pytest.fail("called for an older request")

    with pytest.raises(SupersededError):
        queue.run("wall", calls())


def test_calls_go_on_after_an_error(queue):
    with pytest.raises(ZeroDivisionError):
        queue.run("wall", [lambda: 1 / 0])
    assert queue.run("wall", [lambda: 1]) == [1]
