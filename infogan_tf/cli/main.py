"""The console command `infogan`, which launchers and `python -m infogan_tf` call too."""

import sys
from typing import NoReturn

from infogan_tf.interruption import exit_on_signals, ignore_signals


def main(*words: str) -> NoReturn:
    """Runs the command that was typed, and ends the process with its status.

    Args:
        words: what a launcher stands for, such as `train`, `mnist`; the rest comes from `sys.argv`.
    """
    exit_on_signals()  # Before imports that take time.
    from infogan_tf.cli.command import safe_output
    from infogan_tf.cli.commands import run

    with safe_output():
        status = run([*words, *sys.argv[1:]])
    ignore_signals()  # The process is about to end.
    sys.exit(status)
