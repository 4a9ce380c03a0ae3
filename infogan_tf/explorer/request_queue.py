"""The queue at the model: one call at a time, in order, and of what a page asks for only the latest."""

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from werkzeug.exceptions import Conflict

Result = TypeVar("Result")


class SupersededError(Conflict):
    """A newer request for the same view has come."""

    description = "a newer request for this view has come"


class RequestQueue:
    """Lets many threads use a model one after the other.

    >>> RequestQueue().run("wall", [lambda: 1, lambda: 2])
    [1, 2]
    """

    def __init__(self):
        self._changed = threading.Condition()
        self._newest: dict[str, object] = {}
        self._waiting: list[object] = []  # The first one uses the model.

    def run(self, view: str, calls: Iterable[Callable[[], Result]]) -> list[Result]:
        """Makes the short calls of one request; those of others come between them, so that nobody waits for all.

        `view` is the place on a page that shows the results; a newer request for it raises `SupersededError` here.
        """
        request = object()
        with self._changed:
            self._newest[view] = request
            self._changed.notify_all()
        try:
            return [self._in_turn(call, view, request) for call in calls]
        finally:
            with self._changed:
                if self._newest.get(view) is request:
                    del self._newest[view]

    def _in_turn(self, call: Callable[[], Result], view: str, request: object) -> Result:
        def is_superseded() -> bool:
            return self._newest.get(view) is not request

        try:
            with self._changed:
                self._waiting.append(request)
                self._changed.wait_for(lambda: is_superseded() or self._waiting[0] is request)
                if is_superseded():
                    raise SupersededError
            return call()
        finally:
            with self._changed:
                self._waiting.remove(request)
                self._changed.notify_all()
