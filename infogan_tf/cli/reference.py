"""The reference of all commands in Markdown: `python -m infogan_tf.cli.reference > docs/commands.md`."""

import dataclasses
import re

from infogan_tf.cli.command import Command
from infogan_tf.cli.commands import COMMANDS
from infogan_tf.config import Config
from infogan_tf.experiments import experiment_names, presets
from infogan_tf.options import as_text

INTRODUCTION = """# Commands

`python -m infogan_tf.cli.reference` writes this page.

Each command is typed as `infogan COMMAND`, as `python -m infogan_tf COMMAND`, or as `python launchers/COMMAND.py`
(`launchers/run_EXPERIMENT_exp.py` for `train EXPERIMENT`). `--help` describes a command, and `--version` prints
versions. Where `--run_folder` is required, `infogan COMMAND RUN` is short for `infogan COMMAND --run_folder=RUN`."""


def reference() -> str:
    """Every command, with each flag, its default, what it expects and what it does."""
    return "\n\n".join([INTRODUCTION, *map(_section, COMMANDS.values()), _presets()]) + "\n"


def _section(command: Command) -> str:
    heading = "train EXPERIMENT" if command.name == "train" else command.name
    rows = ["| flag | default | expected | meaning |", "| --- | --- | --- | --- |"]
    for flag in command.flags:
        default = "required" if flag.default is None else f"`{flag.default}`"
        rows.append(f"| `--{flag.name}` | {default} | {_cell(flag.expected)} | {_cell(flag.help)} |")
    return "\n\n".join([f"## infogan {heading}", command.description.strip(), "\n".join(rows)])


def _presets() -> str:
    """The presets of all experiments, by the flags that they set."""
    defaults = dataclasses.asdict(Config())
    of_flags = [field.name for field in dataclasses.fields(Config) if field.metadata["is_flag"]]
    rows = ["| experiment | preset | flags |", "| --- | --- | --- |"]
    for experiment in experiment_names():
        for name, config in presets(experiment).items():
            values = {key: getattr(config, key) for key in of_flags}
            flags = " ".join(f"`--{key}={as_text(value)}`" for key, value in values.items() if value != defaults[key])
            rows.append(f"| `{experiment}` | `{name}` | {flags} |")
    text = "`--preset` of `infogan train EXPERIMENT` sets these flags; the first of an experiment is its default."
    return "\n\n".join(["## Presets", text, "\n".join(rows)])


def _cell(text: str) -> str:
    return re.sub(r"[|<*\[]", r"\\\g<0>", text)


if __name__ == "__main__":
    print(reference(), end="")
