"""Atomic file operations: readers never see partial files, even if a process is killed."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infogan_tf.errors import cause, first_line

PARTIAL_PREFIX = ".partial-"


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/infogan_tf`, or `~/.cache/infogan_tf`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infogan_tf"


def write_atomically(path: Path, write: Callable[[Path], Any]):
    """Lets `write` make a file or folder beside its final path, and moves it there once it is complete.

    A file that is at the path is replaced; a folder must not be there yet.
    """
    partial = path.with_name(f"{PARTIAL_PREFIX}{os.getpid()}-{path.name}")
    try:
        write(partial)
        os.replace(partial, path)
    except BaseException:
        remove(partial)
        raise


def reason_not_written(folder: Path, error: BaseException) -> str:
    """Why a write below a folder failed, in one line; TensorFlow reports a full disk as an error of its own."""
    if cause(error) == "disk full":
        return f"the disk is full, with {shutil.disk_usage(folder).free / 2**20:,.0f} MiB left at {folder}"
    return first_line(error)


def make_folder(path: Path) -> list[Path]:
    """Makes a folder and the missing ones above it; returns those that were made, the innermost first.

    FileExistsError if it is there already, perhaps because another process has just made it.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True)
    return missing


def remove_empty(folders: Iterable[Path]):
    """Removes folders, the innermost first, up to the first that is not empty."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


def write_text(path: Path, text: str):
    """Writes a text file atomically."""
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any):
    """Writes a value as readable JSON, atomically."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def remove(path: Path):
    """Removes a file or a whole folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_partial(folder: Path):
    """Removes partial files that killed processes left in a folder."""
    for path in folder.glob(f"{PARTIAL_PREFIX}*"):
        remove(path)
