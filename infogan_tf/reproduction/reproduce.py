"""The paper's evidence of one experiment, from nothing to a report with its figures."""

from pathlib import Path

from infogan_tf.console import logger
from infogan_tf.experiments import find_experiment
from infogan_tf.figures.figure2 import category_panel, continuous_panel, matched_order, moving_traversal, two_code_grid
from infogan_tf.figures.pictures import save_animation, save_picture, tile, with_caption
from infogan_tf.figures.plots import plot_confusion, plot_information
from infogan_tf.figures.traversals import ROWS, describe_traversal, traverse
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.reproduction.factor_results import FactorResults
from infogan_tf.reproduction.mnist_results import CATEGORY, CONTINUOUS, MnistResults
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.plan import FIGURES, plan_runs
from infogan_tf.reproduction.report import report_text, write_report
from infogan_tf.reproduction.runs import run_plan


def reproduce(options: ReproductionOptions) -> bool:
    """Trains what is missing, evaluates, draws and writes `report.html` and `report.md`; errors are `run_plan`'s.

    Finished runs are used as they are; an interrupted one is resumed.

    Returns:
        False if a signal stopped training; everything is saved, and the same call resumes.
    """
    runs = run_plan(plan_runs(options), options)
    if runs is None:
        logger.info("stopped; the same command resumes")
        return False
    if options.experiment == "mnist":
        results = MnistResults.of(options.preset, runs)
        draw_mnist(options.path, results)
    else:
        results = FactorResults(FIGURES[options.experiment], runs)
        draw_panels(options.path, results)
    write_report(options.path, report_text(options.experiment, results))
    logger.info(f"report: {options.path / 'report.html'}")
    return True


def draw_panels(folder: Path, results: FactorResults):
    """Draws each panel of one of the paper's Figures 3 to 6."""
    scale = find_experiment(results.shown.config.experiment).traversal_scale
    for panel in results.panels:
        model = panel.run.trained.model
        images = traverse(model, panel.code, stream_seed(panel.run.config.seed, Stream.FIGURES), scale=scale).numpy()
        topic = f"{panel.topic}: " if panel.topic else ""
        caption = f"{topic}{describe_traversal(model, panel.code, scale)} ({panel.reason}); {panel.run.where}"
        save_picture(folder / panel.file, with_caption(tile(images), caption))


def draw_mnist(folder: Path, results: MnistResults):
    """Draws Figure 1, Figure 2 (a) to (d), and what the paper does not show."""
    shown = results.shown
    curves = {f"InfoGAN, preset {results.preset}, seed {shown.config.seed}": results.curves[shown.name]}
    for gan in results.gans:
        curves[f"regular GAN, {results.legend(gan)}, seed {gan.config.seed}"] = results.curves[gan.name]
    caption = (
        f"L_I of {CATEGORY}, of one batch each. No Q of a regular GAN has a gradient to G or D's body. Frozen "
        f"features: those that D's body makes for D alone. {shown.data}"
    )
    plot_information(curves, shown.evaluation.codes[CATEGORY].entropy, folder / "figure1.png", caption)
    order = matched_order(results.classifier(shown)["matching"])
    _draw_figure2(folder, results, order)
    _draw_beyond_the_paper(folder, results, order)


def _draw_figure2(folder: Path, results: MnistResults, order: list[int]):
    shown, gan, seed = results.shown, results.gans[0], results.shown.config.seed
    model, codes, error = shown.trained.model, shown.evaluation.codes, results.classifier(shown)["one_to_one_error"]
    caption = f"{CATEGORY}, ordered by the matching (error {error:.2%}); {shown.where}"
    save_picture(folder / "figure2a.png", category_panel(model, CATEGORY, order, seed, caption))
    unordered, bound = range(len(order)), gan.evaluation.codes[CATEGORY].mutual_information
    caption = (
        f"regular GAN: {CATEGORY} from 0 to {unordered[-1]} (L_I {bound:.2f} nats by Q on frozen features of D); "
        f"{gan.where}, nothing added to the objective"
    )
    save_picture(folder / "figure2b.png", category_panel(gan.trained.model, CATEGORY, unordered, seed, caption))
    digits = [order[row * 2 % len(order)] for row in range(ROWS)]
    for panel, name in zip("cd", CONTINUOUS, strict=True):
        numbers = f"recovery R^2 {codes[name].recovery:.2f}, beyond [-1, 1] slope {codes[name].extrapolation:.2f}"
        caption = f"{name} from -2 to 2, trained on -1 to 1 ({numbers}); {shown.where}"
        save_picture(folder / f"figure2{panel}.png", continuous_panel(model, name, CATEGORY, digits, seed, caption))


def _draw_beyond_the_paper(folder: Path, results: MnistResults, order: list[int]):
    model, where, seed = results.shown.trained.model, results.shown.where, results.shown.config.seed
    (across, down), digit, measured = CONTINUOUS, order[2], results.classifier(results.shown)
    caption = f"{CATEGORY} = {digit}; {across} from left to right, {down} from top to bottom, both from -2 to 2; "
    picture = two_code_grid(model, across, down, CATEGORY, digit, seed, caption + where)
    save_picture(folder / "two_codes.png", picture)
    caption = f"rows {across} and {down}, from -2 to 2 and back; {where}"
    save_animation(folder / "traversal.gif", moving_traversal(model, CONTINUOUS, CATEGORY, order, seed, caption))
    caption = f"error {measured['one_to_one_error']:.2%}, one to one; {where}"
    plot_confusion(measured["confusion"], order, CATEGORY, folder / "confusion.png", caption)
