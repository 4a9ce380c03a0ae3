"""The console command `infogan`, which launchers and `python -m infogan_tf` call too."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from infogan_tf.interruption import exit_on_signals, ignore_signals

if TYPE_CHECKING:
    from infogan_tf.cli.command import Command

COMMANDS = ("train", "evaluate", "generate", "encode", "traverse", "export", "explore", "reproduce")


def main(*words: str) -> NoReturn:
    """Runs the command that was typed, and ends the process with its status.

    Args:
        words: what a launcher stands for, such as `train`, `mnist`; the rest comes from `sys.argv`.
    """
    exit_on_signals()  # Before imports that take time.
    from infogan_tf.cli.command import safe_output

    with safe_output():
        status = run([*words, *sys.argv[1:]])
    ignore_signals()  # The process is about to end.
    sys.exit(status)


def run(typed: Sequence[str]) -> int:
    """Runs the command of the first word, or of the first two, and returns its exit status."""
    from infogan_tf.cli import train
    from infogan_tf.cli.command import versions
    from infogan_tf.experiments import experiment_names

    if typed[:1] == ["--version"]:
        print(versions())
        return 0
    if typed[:1] == ["train"]:
        return _choose(typed[1:], "infogan train EXPERIMENT", experiment_names(), train.find_command)
    return _choose(typed, "infogan COMMAND", COMMANDS, find_command)


def find_command(name: str) -> "Command":
    """One of `COMMANDS`."""
    return importlib.import_module(f"infogan_tf.cli.{name}").COMMAND


def _choose(typed: Sequence[str], usage: str, names: Sequence[str], find: Callable[[str], "Command"]) -> int:
    from infogan_tf.cli.command import fail, run_command

    first, *rest = typed or ["nothing"]
    if first in names:
        return run_command(find(first), rest)
    kind = usage.split()[-1].lower()
    if first not in ("--help", "-h"):
        return fail(f"expected one of {', '.join(names)} as the {kind}, got {first}")
    print(f"{usage} --flag=value ...\n")
    for name in names:
        print(f"  {name:<10} {find(name).description.strip().splitlines()[0]}")
    print(f"\n{usage} --help lists the flags.")
    return 0
