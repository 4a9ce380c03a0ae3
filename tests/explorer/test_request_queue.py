"""Turns at the model."""

import threading

import pytest

from infogan_tf.explorer.request_queue import MAX_REQUESTS, BusyError, SupersededError, Turns


def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def test_one_turn_at_a_time():
    turns, inside, most = Turns(), [], []

    def work(view):
        for _ in range(20):
            with turns.request(view) as turn, turn():
                inside.append(view)
                most.append(len(inside))
                inside.pop()

    threads = [in_thread(lambda view=f"view {i}": work(view)) for i in range(8)]
    for thread in threads:
        thread.join()
    assert len(most) == 160
    assert set(most) == {1}


def test_a_newer_request_takes_the_place_of_an_older_one_that_waits():
    turns, waits, ends = Turns(), threading.Event(), []

    def older():
        with turns.request("wall") as turn:
            waits.set()
            with pytest.raises(SupersededError), turn():
                ends.append("drawn")
        ends.append("superseded")

    with turns.request("strips") as turn, turn():
        thread = in_thread(older)
        waits.wait()
        with turns.request("wall"):
            thread.join()  # While the model is still busy.
    assert ends == ["superseded"]


def test_a_request_in_batches_ends_when_a_newer_one_comes():
    turns = Turns()
    with turns.request("wall") as older:
        with older():
            pass
        with turns.request("wall") as newer:
            with pytest.raises(SupersededError, match="newer"), older():
                pass
            with newer():
                pass
        with pytest.raises(SupersededError), older():
            pass


def test_turns_go_on_after_an_error():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.request("wall") as turn, turn():
        raise ZeroDivisionError
    with turns.request("wall") as turn, turn():
        pass


def test_too_many_requests_are_refused():
    turns = Turns()
    requests = [turns.request(f"view {i}") for i in range(MAX_REQUESTS)]
    for request in requests:
        request.__enter__()
    with pytest.raises(BusyError, match="64 requests are waiting"), turns.request("another"):
        pass
    for request in requests:
        request.__exit__(None, None, None)
    with turns.request("another"):
        pass
