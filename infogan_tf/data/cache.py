"""Decoded images on disk, so that a second start does not decode again."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from infogan_tf.files import remove, write_atomically

Split = tuple[np.ndarray, np.ndarray]


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/infogan_tf`, or `~/.cache/infogan_tf`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infogan_tf"


def cached(key: str, decode: Callable[[], Split]) -> Split:
    """Training and held-out images from the cache, or decoded now and cached.

    A cache that is damaged or can't be written costs the time to decode and is said in a warning.

    Args:
        key: names the images and their version.
        decode: makes the uint8 arrays.
    """
    folder = cache_folder() / key
    try:
        if folder.exists():
            return np.load(folder / "training.npy"), np.load(folder / "held_out.npy")
    except (OSError, ValueError, EOFError) as error:
        warnings.warn(f"the cached images in {folder} are damaged and are made again: {error}", stacklevel=2)
        remove(folder)
    split = decode()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder, lambda partial: _save(partial, split))
    except OSError as error:
        warnings.warn(f"decoded images are not cached, so the next start decodes again: {error}", stacklevel=2)
    return split


def _save(folder: Path, split: Split):
    folder.mkdir()
    np.save(folder / "training.npy", split[0])
    np.save(folder / "held_out.npy", split[1])
