"""All commands, and which one was typed. Nothing here loads TensorFlow."""

from collections.abc import Callable, Sequence

from infogan_tf.cli import compare, encode, evaluate, explore, export, generate, train, traverse
from infogan_tf.cli.command import Command, fail, flags_of, run_command, versions
from infogan_tf.config import Config
from infogan_tf.experiments import experiment_names
from infogan_tf.reproduction.options import ReproductionOptions

REPRODUCE = """Reproduces one of the paper's experiments: `infogan reproduce --experiment=mnist`.

It trains the runs that are missing, measures and draws them, and writes report.html. Started again after an
interruption, it resumes."""


def _reproduce(options: ReproductionOptions):
    from infogan_tf.reproduction.report import reproduce

    reproduce(options)


ALL = (
    ("train", train.__doc__, Config, train.run),
    ("evaluate", evaluate.__doc__, evaluate.EvaluationOptions, evaluate.run),
    ("generate", generate.__doc__, generate.GenerateOptions, generate.run),
    ("encode", encode.__doc__, encode.EncodeOptions, encode.run),
    ("traverse", traverse.__doc__, traverse.TraverseOptions, traverse.run),
    ("export", export.__doc__, export.ExportOptions, export.run),
    ("explore", explore.__doc__, explore.ExplorerOptions, explore.run),
    ("compare", compare.__doc__, compare.CompareOptions, compare.run),
    ("reproduce", REPRODUCE, ReproductionOptions, _reproduce),
)
COMMANDS = {name: Command(name, about, flags_of(options), options, run) for name, about, options, run in ALL}


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
    if first not in ("--help", "-h", "help"):
        return fail(f"expected one of {', '.join(names)} as the {usage.split()[-1].lower()}, got {first}")
    print(f"{usage} --flag=value ...\n")
    for name in names:
        print(f"  {name:<10} {find(name).description.strip().splitlines()[0]}")
    print(f"\n{usage} --help lists the flags.")
    return 0
