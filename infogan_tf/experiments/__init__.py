"""One module an experiment: its images, networks and presets, all of them data. Nothing here loads TensorFlow.

A new experiment is a new module with an `EXPERIMENT`; nothing else has to name it.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from infogan_tf.config import Config
from infogan_tf.networks.specs import DiscriminatorSpec, GeneratorSpec, specs_for


@dataclasses.dataclass(frozen=True)
class Experiment:
    """What an experiment is made of; without networks and shape, these follow from the images and the settings."""

    presets: Mapping[str, Mapping[str, Any]]  # How settings differ from `Config`'s defaults; the first is the default.
    augmentation: str  # The kind of its images, a name in `infogan_tf.augmentation.AUGMENTATIONS`.
    image_shape: tuple[int, int, int] | None = None  # (height, width, channels).
    best_gives: str = ""  # What the preset `best` has over `quick`; said, with its minutes, after a run of `quick`.
    traversal_scale: float = 1.0  # In pictures, codes vary over so many times the range that they have in training.
    generator: GeneratorSpec | None = None
    discriminator: DiscriminatorSpec | None = None

    def networks(self, image_shape: tuple[int, int, int]) -> tuple[GeneratorSpec, DiscriminatorSpec]:
        """The layers of G, and those of D and Q, for images of a shape."""
        if self.generator or self.discriminator:
            return self.generator, self.discriminator
        return specs_for(image_shape)


def experiment_names() -> list[str]:
    """The names of all experiments."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find_experiment(name: str) -> Experiment:
    """The experiment of that name; ValueError if there is none."""
    if name not in experiment_names():
        raise ValueError(f"experiment: expected one of {', '.join(experiment_names())}, got {name!r}")
    return importlib.import_module(f"{__name__}.{name}").EXPERIMENT


def presets(name: str) -> dict[str, Config]:
    """An experiment's presets by name, the first being the default; ValueError if there is no such experiment.

    >>> presets("mnist")["paper"].codes
    'categorical(10), 2*uniform@0.1'
    """
    changes = find_experiment(name).presets
    return {preset: Config(experiment=name, preset=preset, **settings) for preset, settings in changes.items()}


def describe_preset(config: Config) -> str:
    """The preset that a config began with, and the flags by which it differs from that one.

    The seed and what changes nothing that is computed (length, intervals, folders) are left out. Of a config that began
    with none, it is the nearest preset; of two that are equally near, the one whose length is nearer.

    >>> describe_preset(dataclasses.replace(presets("mnist")["original"], batch_size=64, seed=3))
    'original with --batch_size=64'
    """
    known = presets(config.experiment)

    def distance(name: str) -> tuple[int, int]:
        longer = (config.total_updates or 0) - (known[name].total_updates or 0)
        return len(config.differences(known[name])), abs(longer)

    name = config.preset if config.preset in known else min(known, key=distance)
    flags = config.differences(known[name])
    return f"{name} with {' '.join(flags)}" if flags else name
