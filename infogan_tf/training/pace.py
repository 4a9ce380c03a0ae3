"""How long a run will take on this machine, from how fast its first updates are."""

import math
import time

from infogan_tf.console import logger
from infogan_tf.training.run import Run

MEASURED_SECONDS = 10.0  # Or a quarter of a run's minutes, if that is less.


class Pace:
    """Announces once how many minutes a run will take, and gives a run of so many minutes its length in epochs."""

    def __init__(self, run: Run):
        self._run = run
        self._measured_seconds = min(MEASURED_SECONDS, 15 * (run.config.minutes or math.inf))
        self._first: tuple[int, float] | None = None  # The first update is compiled, and so timing begins after it.
        self._is_known = False

    def update(self, step: int):
        """Counts an update that is done."""
        now = time.monotonic()
        if self._first is None:
            self._first = step, now
        elif not self._is_known and now - self._first[1] >= self._measured_seconds:
            self._is_known = True
            self._announce(step, (step - self._first[0]) / (now - self._first[1]))

    def _announce(self, step: int, rate: float):
        config = self._run.config
        if config.total_updates is None:
            epochs = (self._first[0] + 60 * config.minutes * rate) / config.updates_per_epoch
            self._run.set_length(max(round(epochs), math.ceil(step / config.updates_per_epoch)))
        total = self._run.config.total_updates
        minutes = math.ceil((total - step) / rate / 60)
        logger.info(
            f"pace: {rate:.3g} updates a second on this machine; update {total:,}, the last one, comes in about "
            f"{minutes:,} minute{'s' * (minutes > 1)}"
        )
