"""Progress of a run: a bar on a terminal, otherwise a line per epoch."""

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence

from tqdm import tqdm

from infogan_tf.console import is_terminal, log

# Fits on a terminal of 80 columns.
BAR_FORMAT = "{desc} |{bar}| {remaining} left {rate_noinv_fmt}{postfix}"


class Progress:
    """Shows epoch, speed, time left, the losses of D and G, and each code's mutual information (MI, nats).

    Losses and mutual information are means over the epoch so far.

    Args:
        code_names: the codes.
        start: updates done before.
        total: updates of the whole run.
        updates_per_epoch: number of updates in an epoch.
    """

    def __init__(self, code_names: Sequence[str], start: int, total: int, updates_per_epoch: int):
        self._codes = code_names
        self._total = total
        self._updates_per_epoch = updates_per_epoch
        self._bar = None
        if is_terminal():
            self._bar = tqdm(
                initial=start, total=total, unit="", bar_format=BAR_FORMAT, file=sys.stdout, dynamic_ncols=True
            )
        self._start_epoch()

    def update(self, step: int, metrics: Mapping[str, float]):
        """Counts one update."""
        self._count += 1
        for name, value in metrics.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        epoch = -(-step // self._updates_per_epoch)
        ends_epoch = step % self._updates_per_epoch == 0 or step == self._total
        if self._bar is not None:
            self._bar.set_description_str(f"epoch {epoch}/{-(-self._total // self._updates_per_epoch)}", refresh=False)
            self._bar.set_postfix_str(self._numbers(), refresh=False)
            self._bar.update()
        elif ends_epoch:
            log(self._line(epoch, step))
        if ends_epoch:
            self._start_epoch()

    def set_aside(self) -> contextlib.AbstractContextManager:
        """Within it, lines can be printed; on a terminal they stand above the bar."""
        return contextlib.nullcontext() if self._bar is None else self._bar.external_write_mode(sys.stdout)

    def close(self):
        """Leaves the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

    def _start_epoch(self):
        self._sums: dict[str, float] = {}
        self._count = 0
        self._started = time.monotonic()

    def _line(self, epoch: int, step: int) -> str:
        speed = self._count / max(time.monotonic() - self._started, 1e-9)
        left = tqdm.format_interval((self._total - step) / speed)
        epochs = -(-self._total // self._updates_per_epoch)
        done = f"epoch {epoch}/{epochs}  update {step:,}/{self._total:,}"
        return f"{done}  {speed:.2f} updates/s  {left} left  {self._numbers()}"

    def _numbers(self) -> str:
        means = {name: total / self._count for name, total in self._sums.items()}
        information = " ".join(f"{name} {means[f'mutual_information/{name}']:.2f}" for name in self._codes)
        return f"D {means['loss/discriminator']:.2f} G {means['loss/generator']:.2f} MI {information}"
