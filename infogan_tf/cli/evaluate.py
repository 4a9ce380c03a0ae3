"""The work of `infogan evaluate`."""

from infogan_tf.cli.options import EvaluationOptions
from infogan_tf.console import logger
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.evaluation.table import evaluation_table
from infogan_tf.training.loading import load_run


def run(options: EvaluationOptions):
    """Evaluates a run, which writes what was measured into its folder, and prints it."""
    evaluation = evaluate(load_run(options.run_folder, options.step), options.data_dir, options.images)
    logger.info(f"\n{evaluation_table(evaluation)}")
