"""Trains InfoGAN: `infogan train mnist`, or another experiment.

`--run_folder` of an earlier run, alone, resumes it with its own settings. Ctrl-C saves and ends.
"""

import dataclasses
import functools
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
from infogan_tf.pretrained import PREFIX

CONFIG_FILE = "config.json"  # Of a run; `training.record`, which has it too, takes a while to import.


def train_command(experiment: str) -> Command:
    """The command that trains an experiment."""
    about = importlib.import_module(f"infogan_tf.experiments.{experiment}").__doc__
    configs = presets(experiment)
    first = next(iter(configs))
    flags = flags_of(configs[first])
    if len(configs) > 1:
        help_ = "Which defaults to start from; any flag given beside it wins."
        flags.append(Flag("preset", first, Choice(*configs).syntactic_help, help_))
    read = functools.partial(_read, configs)
    return Command(f"train {experiment}", f"{about}\n{__doc__}", flags, read, run)


def run(config: Config):
    """Trains, or resumes a run."""
    from infogan_tf.training.loop import train

    callbacks = []
    if config.factor_map_every:
        from infogan_tf.evaluation.factor_map import FactorMap

        callbacks.append(FactorMap(config.factor_map_every))
    train(config, command_line("train", config.experiment), callbacks)


def _read(configs: Mapping[str, Config], preset: str | None = None, **given: str) -> Config:
    """The config: given flags first, then the preset's or, if only `run_folder` is given, the recorded run's."""
    defaults = configs[parsed("preset", next(iter(configs)) if preset is None else preset, Choice(*configs))]
    if preset is None and "run_folder" in given:
        defaults = _recorded(given["run_folder"], defaults.experiment) or defaults
    if given.get("run_folder", "").startswith(PREFIX):
        expected = "a folder of your own, since a pretrained model can't be trained further"
        raise SettingError("run_folder", expected, given["run_folder"])
    if "images" in given and "dataset" in given and "auto" not in (given["images"], given["dataset"]):
        raise SettingError("dataset", f"nothing beside --images={given['images']}", given["dataset"])
    if "max_epoch" in given or "minutes" in given:
        given = {"max_epoch": "auto", "minutes": "auto"} | given  # Each takes the place of the other.
    config = dataclasses.replace(defaults, **given)
    if config.run_folder is None or "images" in given:
        config.check_images()  # Before what takes seconds.
    return config


def _recorded(run_folder: str, experiment: str) -> Config | None:
    """The settings of a folder's run; None if they can't be read, which is reported later."""
    try:
        record = json.loads(Path(os.path.expanduser(run_folder), CONFIG_FILE).read_text(encoding="utf-8"))
        config = Config(**record["settings"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return config if config.experiment == experiment else None
