"""The pictures of an evaluation: codes against factors as a heat map, and changes of class."""

from pathlib import Path

from infogan_tf.console import logger
from infogan_tf.evaluation.factor_associations import PERMUTATIONS
from infogan_tf.evaluation.glossary import held_out_images
from infogan_tf.evaluation.schema import Evaluation
from infogan_tf.evaluation.vector_arithmetic import ONE_CODE, SHOWN, Examples
from infogan_tf.figures.plots import plot_associations
from infogan_tf.figures.vector_arithmetic import plot_changes
from infogan_tf.training.loading import TrainedRun

HEAT_MAP_FILE = "codes_and_factors.png"
ARITHMETIC_FILE = "vector_arithmetic.png"


def draw(trained: TrainedRun, evaluation: Evaluation, examples: Examples | None) -> list[str]:
    """Draws an evaluation, and a few changes of class if they were measured, into the run's folder.

    What was drawn of an earlier evaluation is removed. Returns the names of the files.
    """
    heat_map, arithmetic = (trained.run.path / file for file in (HEAT_MAP_FILE, ARITHMETIC_FILE))
    for path in (heat_map, arithmetic):
        path.unlink(missing_ok=True)
    if evaluation.associations:
        _draw_associations(trained, evaluation, heat_map)
    if examples:
        caption = _changes_caption(trained, evaluation)
        plot_changes(examples.images, examples.changes, examples.predicted, SHOWN, arithmetic, caption)
        logger.info(f"  changes of class are drawn in {arithmetic}")
    return [path.name for path in (heat_map, arithmetic) if path.exists()]


def _draw_associations(trained: TrainedRun, evaluation: Evaluation, path: Path):
    caption = (
        f"{trained.run.path.name}, update {trained.step:,}: {evaluation.run.held_out_images:,} "
        f"{held_out_images(evaluation.run)}; {evaluation.run.data}; shades from chance (mean over {PERMUTATIONS} "
        "permutations of the factor) to 1"
    )
    plot_associations(evaluation.associations, path, caption)
    logger.info(f"  codes against factors are drawn in {path}")


def _changes_caption(trained: TrainedRun, evaluation: Evaluation) -> str:
    result = evaluation.vector_arithmetic
    shares = ", ".join(f"{method} {change.success:.1%}" for method, change in result.changes.items())
    one_code = "One code: the sample with the category that stands for the target class. "
    return (
        f"Below each result its predicted class. Shown are the samples in the mean of {SHOWN}; larger means are of "
        f"more than are shown. {one_code if ONE_CODE in result.changes else ''}In the target class: {shares} of "
        f"{result.samples:,} results, {result.chance:.1%} at chance. {trained.run.path.name}, objective "
        f"{trained.config.objective}, preset {trained.record.preset}, update {trained.step:,}, "
        f"{evaluation.run.data}"
    )
