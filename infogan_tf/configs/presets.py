"""What settings are called."""

import dataclasses

from infogan_tf.configs.base import ExperimentConfig
from infogan_tf.configs.fields import as_text
from infogan_tf.configs.mnist import PRESETS


def describe_preset(config: ExperimentConfig) -> str:
    """The preset that is nearest to a config, and the flags by which the config differs from it.

    The seed and what changes nothing that is computed (length, intervals, folders) are left out.

    >>> describe_preset(dataclasses.replace(PRESETS["original"], batch_size=64, seed=3))
    'original with --batch_size=64'
    """
    differences = {name: _differences(config, preset) for name, preset in PRESETS.items()}
    name, flags = min(differences.items(), key=lambda item: len(item[1]))
    return f"{name} with {' '.join(flags)}" if flags else name


def _differences(config: ExperimentConfig, preset: ExperimentConfig) -> list[str]:
    return [
        f"--{field.name}={as_text(getattr(config, field.name))}"
        for field in dataclasses.fields(preset)
        if not field.metadata["may_change"]
        and field.name != "seed"
        and getattr(config, field.name) != getattr(preset, field.name)
    ]
