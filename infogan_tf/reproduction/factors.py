"""The paper's evidence on faces, chairs, SVHN and CelebA (Figures 3 to 6): which runs, and the figures."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from infogan_tf.experiments import find_experiment, presets
from infogan_tf.figures.pictures import save_picture, tile, with_caption
from infogan_tf.figures.traversals import describe_traversal, traverse
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.factor_results import FactorResults, Figure, Panel, ShownPanel
from infogan_tf.reproduction.runs import PlannedRun, ReportedRun, infogan_name, plan_run

# Patterns for the names of factors in the data sets that are known: rendered ones, archives, TFDS.
FIGURES = {
    "faces": Figure(
        3,
        (
            Panel("azimuth", "continuous", "^(?!.*light).*azimuth", "paper_azimuth"),
            Panel("elevation", "continuous", "^(?!.*light).*elevation", "paper_elevation"),
            Panel("lighting", "continuous", "light", "paper_lighting_and_width"),
            Panel("width", "continuous", "width", "paper_lighting_and_width"),
        ),
    ),
    "chairs": Figure(
        4,
        (
            Panel("rotation", "continuous", "azimuth|rotation", "paper_rotation"),
            Panel("width", "continuous", "width", "paper_width"),
        ),
    ),
    "svhn": Figure(5, (Panel("lighting", "continuous"), Panel("plate context", "categorical"))),
    "celeba": Figure(
        6,
        (
            # CelebA has no angles; its faces are aligned by the eyes, so the place of the nose follows the azimuth.
            Panel("azimuth", "categorical", "azimuth|nose_x"),
            Panel("presence or absence of glasses", "categorical", "glasses"),
            Panel("hair style", "categorical", "bald|bangs|hairline|straight_hair|wavy_hair"),
            Panel("emotion", "categorical", "smiling|emotion"),
        ),
    ),
}


def plan(config: ReproductionConfig) -> list[PlannedRun]:
    """An InfoGAN for each seed; of all of the paper's models, one for each model and seed."""
    of_name = presets(config.experiment)
    return [
        plan_run(config, infogan_name(name), name, dataclasses.replace(of_name[name], seed=seed))
        for name in config.preset_names
        for seed in config.seeds
    ]


def results(config: ReproductionConfig, runs: Sequence[ReportedRun]) -> FactorResults:
    """What the report says of the planned runs."""
    return FactorResults(config.experiment, FIGURES[config.experiment], runs)


def draw_figures(folder: Path, results: FactorResults):
    """Draws each panel of the paper's figure.

    Args:
        folder: where the pictures go.
        results: the runs.
    """
    scale = find_experiment(results.experiment).traversal_scale
    for panel in results.panels:
        _draw_panel(folder / panel.file, panel, scale)


def _draw_panel(path: Path, panel: ShownPanel, scale: float):
    run, code = panel.run, panel.code
    model = run.trained.model
    images = traverse(model, code, stream_seed(run.seed, Stream.FIGURES), scale=scale).numpy()
    topic = f"{panel.topic}: " if panel.topic else ""
    described = describe_traversal(model, code, scale)
    save_picture(path, with_caption(tile(images), f"{topic}{described} ({panel.reason}); {run.where}"))
