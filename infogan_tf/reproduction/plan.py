"""Which runs show what the paper shows: the panels of Figures 3 to 6 as data, and the runs of every experiment."""

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

from infogan_tf.config import Config, without_additions
from infogan_tf.experiments import presets
from infogan_tf.figures.plots import LAST_UPDATE
from infogan_tf.reproduction.options import PAPER, ReproductionOptions

# Options of a reproduction that its runs have too.
PASSED_ON = ("images", "dataset", "data_source", "data_dir", "held_out", "max_epoch", "precision")


class Panel(NamedTuple):
    """A panel of the paper's figure: what varies in it, in the paper's words, and the kind of its code.

    `factors` is a regular expression for the names of factors that mean the same, None where no data set has one;
    `preset` that of the paper's model for it, None where one model has all.
    """

    shows: str
    kind: str
    factors: str | None = None
    preset: str | None = None


class Figure(NamedTuple):
    """A figure of the paper: its number and its panels."""

    number: int
    panels: Sequence[Panel]


# Patterns for the names of factors in the data sets that are known: rendered ones, archives, TFDS.
FACES = (
    Panel("azimuth", "continuous", "^(?!.*light).*azimuth", "paper_azimuth"),
    Panel("elevation", "continuous", "^(?!.*light).*elevation", "paper_elevation"),
    Panel("lighting", "continuous", "light", "paper_lighting_and_width"),
    Panel("width", "continuous", "width", "paper_lighting_and_width"),
)
CHAIRS = (
    Panel("rotation", "continuous", "azimuth|rotation", "paper_rotation"),
    Panel("width", "continuous", "width", "paper_width"),
)
SVHN = (Panel("lighting", "continuous"), Panel("plate context", "categorical"))
CELEBA = (
    # CelebA has no angles; its faces are aligned by the eyes, so the place of the nose follows the azimuth.
    Panel("azimuth", "categorical", "azimuth|nose_x"),
    Panel("presence or absence of glasses", "categorical", "glasses"),
    Panel("hair style", "categorical", "bald|bangs|hairline|straight_hair|wavy_hair"),
    Panel("emotion", "categorical", "smiling|emotion"),
)
FIGURES = {"faces": Figure(3, FACES), "chairs": Figure(4, CHAIRS), "svhn": Figure(5, SVHN), "celeba": Figure(6, CELEBA)}


class PlannedRun(NamedTuple):
    """A run that a report needs: whose settings it has, its settings, and whether only its curve is shown."""

    preset: str
    config: Config
    is_curve: bool


def plan_runs(options: ReproductionOptions) -> list[PlannedRun]:
    """An InfoGAN for each preset and seed; for MNIST also the regular GANs that Figures 1 and 2 show beside them."""
    of_name = presets(options.experiment)
    runs = [
        _plan(options, "infogan" if preset == "best" else preset, preset, seed, of_name[preset])
        for preset in options.preset_names
        for seed in options.seeds
    ]
    if options.experiment == "mnist":
        preset, seed = options.preset, options.seeds[0]
        gan = dataclasses.replace(without_additions(of_name[preset]), objective="gan")
        own_q = dataclasses.replace(gan, objective="gan_own_q")
        runs.append(_plan(options, "gan", preset, seed, gan))
        runs.append(_plan(options, "gan_own_q", preset, seed, own_q, is_curve=True))
        if preset != PAPER:
            gan_of_paper = dataclasses.replace(of_name[PAPER], objective="gan")
            runs.append(_plan(options, "gan_paper", PAPER, seed, gan_of_paper, is_curve=True))
    return runs


def _plan(
    options: ReproductionOptions, name: str, preset: str, seed: int, config: Config, is_curve: bool = False
) -> PlannedRun:
    """A run in a folder of that name and its seed; one that is shown only as a curve is no longer than Figure 1."""
    given = {key: value for key in PASSED_ON if (value := getattr(options, key)) is not None}
    folder = str(options.path / f"{name}_seed_{seed}")
    config = dataclasses.replace(config, seed=seed, run_folder=folder, **given)
    if is_curve:
        epochs = math.ceil(LAST_UPDATE / config.updates_per_epoch)
        config = dataclasses.replace(config, max_epoch=min(config.max_epoch, epochs))
    return PlannedRun(preset, config, is_curve)
