"""Timing things that take turns, so that a machine that slows down slows all of them."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from infogan_tf.data import load_images


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int, repeats: int) -> dict[str, list[float]]:
    """Seconds that a call of each takes, one number a round.

    Args:
        contenders: by name, what is called; it must return only when its work is done.
        rounds: how often all take their turn.
        repeats: calls that are timed in a turn, after one that is not.
    """
    seconds = {name: [] for name in contenders}
    for call in contenders.values():
        call()  # Traces and compiles.
    for _ in range(rounds):
        for name, call in contenders.items():
            call()  # Fills the caches again that the one before had.
            start = time.perf_counter()
            for _ in range(repeats):
                call()
            seconds[name].append((time.perf_counter() - start) / repeats)
    return seconds


def real_images(batch_size: int) -> np.ndarray:
    """Real digits, which every machine has: float32 `[batch, 28, 28, 1]` in [0, 1]."""
    return load_images("mnist", "embedded", None, (28, 28, 1)).training[:batch_size].astype(np.float32) / 255
