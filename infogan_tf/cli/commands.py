"""All commands, and which one was typed. Nothing here loads TensorFlow."""

import inspect
from collections.abc import Callable, Sequence

from infogan_tf.cli import train
from infogan_tf.cli.command import Command, fail, flags_of, run_command, versions
from infogan_tf.cli.options import (
    EncodeOptions,
    EvaluationOptions,
    ExplorerOptions,
    ExportOptions,
    GenerateOptions,
    TraverseOptions,
)
from infogan_tf.config import Config
from infogan_tf.experiments import experiment_names
from infogan_tf.options import Options
from infogan_tf.reproduction.options import ReproductionOptions

REPRODUCE = """Reproduces one of the paper's experiments: `infogan reproduce --experiment=mnist`.

It trains the runs that are missing, measures and draws them, and writes report.html. Started again after an
interruption, it resumes."""


def _command(name: str, options: type[Options], description: str | None = None, run: str | None = None) -> Command:
    description = description or inspect.getdoc(options)
    return Command(name, description, flags_of(options), options, run or f"infogan_tf.cli.{name}:run")


ALL = (
    _command("train", Config, train.__doc__),
    _command("evaluate", EvaluationOptions),
    _command("generate", GenerateOptions),
    _command("encode", EncodeOptions),
    _command("traverse", TraverseOptions),
    _command("export", ExportOptions),
    _command("explore", ExplorerOptions),
    _command("reproduce", ReproductionOptions, REPRODUCE, "infogan_tf.reproduction.report:reproduce"),
)
COMMANDS = {command.name: command for command in ALL}


def run(typed: Sequence[str]) -> int:
    """Runs the command of the first word, or of the first two, and returns its exit status."""
    if typed[:1] == ["--version"]:
        print(versions())
        return 0
    if typed[:1] == ["train"]:
        return _choose(typed[1:], "infogan train EXPERIMENT", experiment_names(), train.train_command)
    return _choose(typed, "infogan COMMAND", list(COMMANDS), COMMANDS.__getitem__)


def _choose(typed: Sequence[str], usage: str, names: Sequence[str], find: Callable[[str], Command]) -> int:
    first, *rest = typed or ["nothing"]
    if first in names:
        return run_command(find(first), rest)
    if first not in ("--help", "-h"):
        return fail(f"expected one of {', '.join(names)} as the {usage.split()[-1].lower()}, got {first}")
    print(f"{usage} --flag=value ...\n")
    for name in names:
        print(f"  {name:<10} {find(name).description.strip().splitlines()[0]}")
    print(f"\n{usage} --help lists the flags.")
    return 0
