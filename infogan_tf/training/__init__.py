"""Training runs: the loop, its folder, its checkpoints, and loading trained models.

As in the package itself, names load what they need when they are first used.
"""

import importlib
from typing import Any

_HOMES = {"load": "loading", "train": "loop"}

__all__ = ["load", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
