"""Trains InfoGAN: `infogan train mnist`, or another experiment.

`--run_folder` of an earlier run, alone, resumes it with its own settings. Ctrl-C saves and ends.
"""

import dataclasses
import importlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from infogan_tf.cli.command import Command, Flag, command_line, flags_of
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.options import Choice, parsed

CONFIG_FILE = "config.json"  # Of a run; importing it from `training` would load TensorFlow.


@dataclasses.dataclass(frozen=True)
class TrainCommand(Command):
    """The training of one experiment.

    Attributes:
        presets: its configs by name; the first gives the defaults.
    """

    presets: Mapping[str, Config]

    @property
    def flags(self) -> list[Flag]:
        first, config = next(iter(self.presets.items()))
        help_ = "Which defaults to start from; any flag given beside it wins."
        preset = [Flag("preset", first, self._preset_parser.syntactic_help, help_)] if len(self.presets) > 1 else []
        return flags_of(config) + preset

    def read_options(self, given: Mapping[str, str]) -> Config:
        """The config: given flags first, then the preset's or, if only `run_folder` is given, the recorded run's."""
        first = next(iter(self.presets))
        defaults = self.presets[parsed("preset", given.get("preset", first), self._preset_parser)]
        if "preset" not in given and "run_folder" in given:
            defaults = _recorded(given["run_folder"], defaults.experiment) or defaults
        if "images" in given and "dataset" in given and "auto" not in (given["images"], given["dataset"]):
            raise SettingError("dataset", f"nothing beside --images={given['images']}", given["dataset"])
        config = dataclasses.replace(defaults, **{name: text for name, text in given.items() if name != "preset"})
        if config.run_folder is None or "images" in given:
            config.check_images()  # Before what takes seconds.
        return config

    @property
    def _preset_parser(self) -> Choice:
        return Choice(*self.presets)


def find_command(experiment: str) -> TrainCommand:
    """The command that trains an experiment."""
    about = importlib.import_module(f"infogan_tf.experiments.{experiment}").__doc__
    return TrainCommand(f"train {experiment}", f"{about}\n{__doc__}", Config, run, presets(experiment))


def run(config: Config):
    """Trains, or resumes a run."""
    from infogan_tf.training.loop import train

    train(config, command_line("train", config.experiment))


def _recorded(run_folder: str, experiment: str) -> Config | None:
    """The settings of a folder's run; None if they can't be read, which is reported later."""
    try:
        record = json.loads(Path(os.path.expanduser(run_folder), CONFIG_FILE).read_text(encoding="utf-8"))
        config = Config(**record["settings"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return config if config.experiment == experiment else None


COMMAND = Command("train", __doc__, Config, run)
