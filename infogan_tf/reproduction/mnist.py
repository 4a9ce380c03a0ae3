"""The paper's evidence on MNIST (sections 7.1 and 7.2, Figures 1 and 2): which runs, and the figures."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from infogan_tf.config import without_additions
from infogan_tf.experiments import presets
from infogan_tf.figures.figure2 import (
    category_panel,
    continuous_panel,
    matched_order,
    moving_traversal,
    two_code_grid,
)
from infogan_tf.figures.pictures import save_animation, save_picture
from infogan_tf.figures.plots import LAST_UPDATE, plot_confusion, plot_information
from infogan_tf.figures.traversals import ROWS
from infogan_tf.reproduction.config import PAPER, ReproductionConfig
from infogan_tf.reproduction.mnist_results import CATEGORY, CONTINUOUS, MnistResults
from infogan_tf.reproduction.runs import PlannedRun, ReportedRun, infogan_name, plan_run

# The class that the grid of both codes shows.
GRID_CLASS = 2


def plan(config: ReproductionConfig) -> list[PlannedRun]:
    """An InfoGAN for each seed; the regular GAN with the same settings; and what Figure 1 shows beside them."""
    of_name = presets("mnist")
    preset, seed = of_name[config.preset], config.seeds[0]
    gan = dataclasses.replace(without_additions(preset), objective="gan", seed=seed)
    own_q = dataclasses.replace(gan, objective="gan_own_q")
    infogan = infogan_name(config.preset)
    runs = [plan_run(config, infogan, config.preset, dataclasses.replace(preset, seed=s)) for s in config.seeds]
    runs.append(plan_run(config, "gan", config.preset, gan))
    runs.append(plan_run(config, "gan_own_q", config.preset, own_q, LAST_UPDATE))
    if config.preset != PAPER:  # Figure 1 shows a regular GAN with the paper's settings too.
        papers = dataclasses.replace(of_name[PAPER], objective="gan", seed=seed)
        runs.append(plan_run(config, "gan_paper", PAPER, papers, LAST_UPDATE))
    return runs


def results(config: ReproductionConfig, runs: Sequence[ReportedRun]) -> MnistResults:
    """What the report says of the planned runs."""
    return MnistResults.of(config.preset, runs)


def draw_figures(folder: Path, results: MnistResults):
    """Draws Figure 1, Figure 2 (a) to (d), and what the paper does not show.

    Args:
        folder: where the pictures go.
        results: the runs.
    """
    _draw_figure1(folder, results)
    order = matched_order(results.classification(results.shown)["matching"])
    _draw_categories(folder, results, order)
    _draw_continuous(folder, results.shown, order)
    _draw_beyond(folder, results, order)


def _draw_figure1(folder: Path, results: MnistResults):
    shown = results.shown
    curves = {f"InfoGAN, preset {results.preset}, seed {shown.seed}": results.curves[shown.name]}
    curves |= {f"regular GAN, {results.legend(gan)}, seed {gan.seed}": results.curves[gan.name] for gan in results.gans}
    ceiling = shown.evaluation["codes"][CATEGORY]["entropy"]
    caption = (
        f"L_I of {CATEGORY}, of one batch each. No Q of a regular GAN has a gradient to G or D's body. Frozen "
        f"features: those that D's body makes for D alone. {shown.data}"
    )
    plot_information(curves, ceiling, folder / "figure1.png", caption)


def _draw_categories(folder: Path, results: MnistResults, order: Sequence[int]):
    shown, gan, seed = results.shown, results.gan, results.shown.seed
    caption = f"{CATEGORY}, ordered by the matching (error {results.error(shown):.2%}); {shown.where}"
    save_picture(folder / "figure2a.png", category_panel(shown.trained.model, CATEGORY, order, seed, caption))
    plain_order = range(len(order))
    bound = gan.evaluation["codes"][CATEGORY]["mutual_information"]
    caption = (
        f"regular GAN: {CATEGORY} from 0 to {plain_order[-1]} (L_I {bound:.2f} nats by Q on frozen features of D); "
        f"{gan.where}, nothing added to the objective"
    )
    save_picture(folder / "figure2b.png", category_panel(gan.trained.model, CATEGORY, plain_order, seed, caption))


def _draw_continuous(folder: Path, shown: ReportedRun, order: Sequence[int]):
    digits = [order[row * 2 % len(order)] for row in range(ROWS)]
    for panel, name in zip("cd", CONTINUOUS, strict=True):
        code = shown.evaluation["codes"][name]
        numbers = f"recovery R^2 {code['recovery']:.2f}, beyond [-1, 1] slope {code['extrapolation']:.2f}"
        caption = f"{name} from -2 to 2, trained on -1 to 1 ({numbers}); {shown.where}"
        picture = continuous_panel(shown.trained.model, name, CATEGORY, digits, shown.seed, caption)
        save_picture(folder / f"figure2{panel}.png", picture)


def _draw_beyond(folder: Path, results: MnistResults, order: Sequence[int]):
    shown = results.shown
    model, seed, where = shown.trained.model, shown.seed, shown.where
    across, down = CONTINUOUS
    digit = order[GRID_CLASS]
    caption = (
        f"{CATEGORY} = {digit}; {across} from left to right, {down} from top to bottom, both from -2 to 2; {where}"
    )
    save_picture(folder / "two_codes.png", two_code_grid(model, across, down, CATEGORY, digit, seed, caption))
    caption = f"rows {across} and {down}, from -2 to 2 and back; {where}"
    save_animation(folder / "traversal.gif", moving_traversal(model, CONTINUOUS, CATEGORY, order, seed, caption))
    confusion = results.classification(shown)["confusion"]
    caption = f"error {results.error(shown):.2%}, one to one; {where}"
    plot_confusion(confusion, order, CATEGORY, folder / "confusion.png", caption)
