"""Lines for the person at the terminal."""

import os
import sys


def say(text: str):
    """Prints a line; once nobody listens any more (`| head`), training goes on in silence."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end.
