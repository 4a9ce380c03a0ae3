"""The figures of the MNIST report."""

from pathlib import Path

from infogan_tf.figures.figure2 import (
    category_panel,
    continuous_panel,
    matched_order,
    moving_traversal,
    two_code_grid,
)
from infogan_tf.figures.pictures import save_animation, save_picture
from infogan_tf.figures.plots import plot_confusion, plot_information
from infogan_tf.figures.traversals import ROWS
from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated, Results

# The class that the grid of both codes shows.
GRID_CLASS = 2


def draw_figures(folder: Path, results: Results):
    """Draws Figure 1, Figure 2 (a) to (d), and what the paper does not show.

    Args:
        folder: where the pictures go.
        results: the runs.
    """
    preset, shown = results.preset, results.shown
    _draw_figure1(folder, results)
    _draw_categories(folder, preset, shown, results.gan)
    _draw_continuous(folder, preset, shown)
    _draw_beyond(folder, preset, shown)


def _where(preset: str, run: Evaluated) -> str:
    return f"{run.name}, preset {preset}, update {run.run.step:,}, {run.evaluation['run']['data']}"


def _draw_figure1(folder: Path, results: Results):
    shown = results.shown
    curves = {f"InfoGAN, preset {results.preset}, seed {shown.run.config.seed}": shown.curve}
    curves |= {f"regular GAN, {gan.legend}, seed {gan.run.config.seed}": gan.curve for gan in results.gan_curves}
    ceiling = shown.evaluation["codes"][CATEGORY]["entropy"]
    caption = (
        f"L_I of {CATEGORY}, of one batch each. No Q of a regular GAN has a gradient to G or D's body. Frozen "
        f"features: those that D's body makes for D alone. {shown.evaluation['run']['data']}"
    )
    plot_information(curves, ceiling, folder / "figure1.png", caption)


def _draw_categories(folder: Path, preset: str, shown: Evaluated, gan: Evaluated):
    seed, order = shown.run.config.seed, _order(shown)
    caption = f"{CATEGORY}, ordered by the matching (error {shown.error:.2%}); {_where(preset, shown)}"
    save_picture(folder / "figure2a.png", category_panel(shown.run.model, CATEGORY, order, seed, caption))
    plain_order = range(len(order))
    bound = gan.evaluation["codes"][CATEGORY]["mutual_information"]
    caption = (
        f"regular GAN: {CATEGORY} from 0 to {plain_order[-1]} (L_I {bound:.2f} nats by Q on frozen features of D); "
        f"{_where(preset, gan)}, nothing added to the objective"
    )
    save_picture(folder / "figure2b.png", category_panel(gan.run.model, CATEGORY, plain_order, seed, caption))


def _draw_continuous(folder: Path, preset: str, shown: Evaluated):
    order = _order(shown)
    digits = [order[row * 2 % len(order)] for row in range(ROWS)]
    for panel, name in zip("cd", CONTINUOUS, strict=True):
        code = shown.evaluation["codes"][name]
        numbers = f"recovery R^2 {code['recovery']:.2f}, beyond [-1, 1] slope {code['extrapolation']:.2f}"
        caption = f"{name} from -2 to 2, trained on -1 to 1 ({numbers}); {_where(preset, shown)}"
        picture = continuous_panel(shown.run.model, name, CATEGORY, digits, shown.run.config.seed, caption)
        save_picture(folder / f"figure2{panel}.png", picture)


def _draw_beyond(folder: Path, preset: str, shown: Evaluated):
    model, seed, where = shown.run.model, shown.run.config.seed, _where(preset, shown)
    order = _order(shown)
    across, down = CONTINUOUS
    digit = order[GRID_CLASS]
    caption = (
        f"{CATEGORY} = {digit}; {across} from left to right, {down} from top to bottom, both from -2 to 2; {where}"
    )
    save_picture(folder / "two_codes.png", two_code_grid(model, across, down, CATEGORY, digit, seed, caption))
    caption = f"rows {across} and {down}, from -2 to 2 and back; {where}"
    save_animation(folder / "traversal.gif", moving_traversal(model, CONTINUOUS, CATEGORY, order, seed, caption))
    confusion = shown.classification["confusion"]
    caption = f"error {shown.error:.2%}, one to one; {where}"
    plot_confusion(confusion, order, CATEGORY, folder / "confusion.png", caption)


def _order(shown: Evaluated) -> list[int]:
    return matched_order(shown.classification["matching"])
