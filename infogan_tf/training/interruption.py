"""SIGINT and SIGTERM as a request to save and end."""

import signal
import threading
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """While entered, the first SIGINT or SIGTERM is noted instead of ending the process; a second one ends it.

    Outside the main thread, where Python lets no one handle signals, it notes nothing.

    Attributes:
        signal_name: the signal that came, or None.
    """

    def __init__(self):
        self.signal_name: str | None = None

    def __enter__(self) -> "StopRequest":
        is_main = threading.current_thread() is threading.main_thread()
        self._previous = {number: signal.signal(number, self._note) for number in SIGNALS if is_main}
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None):
        self.signal_name = signal.Signals(number).name
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
