"""Measures a trained run: `infogan evaluate --run_folder=logs/mnist/RUN`.

It prints tables, and writes evaluation.json into the run folder and scalars for TensorBoard.
"""

import dataclasses

from infogan_tf.cli.command import RunPath
from infogan_tf.console import logger
from infogan_tf.options import Auto, Integer, Options, Text, option
from infogan_tf.pretrained import ALONG

RUN = "the folder of a trained run"


@dataclasses.dataclass(frozen=True)
class EvaluationOptions(Options):
    """Which run is measured, and where its images are."""

    run_folder: str = option(None, RunPath(RUN), f"{RUN.capitalize()}; {ALONG}; required.")
    step: int | None = option(
        None, Auto(Integer(1), "the newest"), "The checkpoint to evaluate, by its number of updates."
    )
    data_dir: str | None = option(None, Auto(Text(), "where the run found its data"), "Where TFDS keeps prepared data.")
    images: str | None = option(
        None, Auto(Text(), "where the run found them"), "The run's own images, if they were moved."
    )


def run(options: EvaluationOptions):
    """Evaluates a run, which writes what was measured into its folder, and prints it."""
    from infogan_tf.evaluation.evaluate import evaluate
    from infogan_tf.evaluation.table import evaluation_table
    from infogan_tf.training.loading import load_run

    evaluation = evaluate(load_run(options.run_folder, options.step), options.data_dir, options.images)
    logger.info(f"\n{evaluation_table(evaluation)}")
