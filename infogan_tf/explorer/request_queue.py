"""Turns at the model: one call at a time, in order, and of what a page asks for only the latest."""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator

MAX_REQUESTS = 64


class SupersededError(Exception):
    """A newer request for the same view has come."""


class BusyError(Exception):
    """Too many requests are waiting."""


class Turns:
    """Lets many threads use a model one after the other.

    A request takes a turn for each batch of images, so that a long one doesn't hold up the others.

    >>> turns = Turns()
    >>> with turns.request("wall") as turn:
    ...     with turn():
    ...         pass
    """

    def __init__(self):
        self._changed = threading.Condition()
        self._newest: dict[str, object] = {}
        self._queue: list[object] = []  # The first has its turn.

    @contextlib.contextmanager
    def request(self, view: str) -> Iterator[Callable[[], contextlib.AbstractContextManager]]:
        """A request for what a page shows in one place; an older one for the same view gets no more turns.

        Yields:
            `turn`, whose context is entered once nobody else is in one, and raises `SupersededError` if there is a
            newer request.

        Raises:
            BusyError: `MAX_REQUESTS` are in progress.
        """
        ticket = object()
        with self._changed:
            if len(self._newest) >= MAX_REQUESTS and view not in self._newest:
                raise BusyError(f"{MAX_REQUESTS} requests are waiting; try again")
            self._newest[view] = ticket
            self._changed.notify_all()
        try:
            yield functools.partial(self._turn, view, ticket)
        finally:
            with self._changed:
                if self._newest.get(view) is ticket:
                    del self._newest[view]

    @contextlib.contextmanager
    def _turn(self, view: str, ticket: object) -> Iterator[None]:
        def is_superseded() -> bool:
            return self._newest.get(view) is not ticket

        with self._changed:
            self._queue.append(ticket)
            self._changed.wait_for(lambda: self._queue[0] is ticket or is_superseded())
            if is_superseded():
                self._leave(ticket)
                raise SupersededError("a newer request for this view has come")
        try:
            yield
        finally:
            with self._changed:
                self._leave(ticket)

    def _leave(self, ticket: object):
        self._queue.remove(ticket)
        self._changed.notify_all()
