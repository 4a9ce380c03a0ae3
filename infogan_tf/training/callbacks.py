"""Keras callbacks in a run: an update is a batch, and an epoch is the run's own."""

from collections.abc import Mapping, Sequence

import keras

from infogan_tf.model import InfoGAN
from infogan_tf.training.run import Run


class Callbacks:
    """Calls Keras callbacks with every number of an update, by tag, and with their means at the end of an epoch.

    Numbers are read one update late, so that at the end of a batch the model may be one update further. At the end of
    an epoch it is not. A callback that sets `model.stop_training` ends training one update later, as a signal does.
    Its `params` have the `run_folder` too.
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback], model: InfoGAN, run: Run, start: int):
        self._size, self._sums, self._number = run.config.updates_per_epoch, {}, 0
        params = {"epochs": run.config.max_epoch, "steps": self._size, "verbose": 0, "run_folder": str(run.path)}
        self._list = keras.callbacks.CallbackList(callbacks, model=model, **params)
        self._list.on_train_begin()
        if start % self._size:
            self._list.on_epoch_begin(start // self._size)

    def record(self, step: int, metrics: Mapping[str, float]):
        """Calls them after an update."""
        epoch, batch = divmod(step - 1, self._size)
        if not batch:
            self._list.on_epoch_begin(epoch)
            self._sums, self._number = {}, 0
        self._list.on_train_batch_begin(batch)
        self._list.on_train_batch_end(batch, dict(metrics))
        self._number += 1
        for tag, value in metrics.items():
            self._sums[tag] = self._sums.get(tag, 0.0) + value
        if batch == self._size - 1:
            self._list.on_epoch_end(epoch, {tag: total / self._number for tag, total in self._sums.items()})

    def close(self):
        """Calls them after the last update."""
        self._list.on_train_end()
