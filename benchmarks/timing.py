"""Timing things that take turns, so that a machine that slows down slows all of them."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def warm_up(contenders: Mapping[str, Callable[[], Any]]):
    """Calls each once, which traces and compiles it, with progress on stderr."""
    for name, call in contenders.items():
        call()
        show_progress(f"ready: {name}")


def time_round(
    contenders: Mapping[str, Callable[[], Any]], repeats: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Seconds that a call of each takes.

    Args:
        contenders: by name, what is called; it must return only when its work is done.
        repeats: calls that are timed, after one that is not.
        clock: what is read before and after, in seconds.
    """
    seconds = {}
    for name, call in contenders.items():
        call()  # Refills the caches, which the previous one used.
        start = clock()
        for _ in range(repeats):
            call()
        seconds[name] = (clock() - start) / repeats
    return seconds


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int, repeats: int) -> dict[str, list[float]]:
    """Seconds that a call of each takes, one number a round, while all take turns; see `time_round`."""
    warm_up(contenders)
    seconds = {name: [] for name in contenders}
    for number in range(1, rounds + 1):
        for name, value in time_round(contenders, repeats).items():
            seconds[name].append(value)
        show_progress(f"round {number} of {rounds}")
    return seconds


def show_progress(text: str):
    """Prints progress on stderr; results are printed on stdout."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def real_images(batch_size: int) -> np.ndarray:
    """Real digits, available on every machine: float32 `[batch, 28, 28, 1]` in [0, 1]."""
    # Imported here, since the parent process works without TensorFlow.
    from infogan_tf.data.sources import ImageRequest, load_images

    digits = load_images(ImageRequest(data_source="embedded", image_shape=(28, 28, 1)))
    return digits.training[:batch_size].astype(np.float32) / 255
