"""Files that a reader, or a crash, never sees half written."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARTIAL_PREFIX = ".partial-"


def write_atomically(path: Path, write: Callable[[Path], Any]):
    """Makes a file or folder beside its final place and moves it there once it is whole.

    Args:
        path: where it belongs; a file there is replaced, a folder must not be there yet.
        write: makes the file or folder at the path that it is given.
    """
    partial = path.with_name(f"{PARTIAL_PREFIX}{os.getpid()}-{path.name}")
    try:
        write(partial)
        os.replace(partial, path)
    except BaseException:
        remove(partial)
        raise


def write_text(path: Path, text: str):
    """Writes a text file atomically."""
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any):
    """Writes a value as readable JSON, atomically."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def remove_atomically(path: Path):
    """Removes a file or folder that no one must find half removed, so it is renamed first."""
    partial = path.rename(path.with_name(f"{PARTIAL_PREFIX}{os.getpid()}-{path.name}"))
    remove(partial)


def remove(path: Path):
    """Removes a file or a whole folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_partial(folder: Path):
    """Removes what killed processes left half written in a folder."""
    for path in folder.glob(f"{PARTIAL_PREFIX}*"):
        remove(path)
