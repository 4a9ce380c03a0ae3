"""Measures a trained run: `python launchers/evaluate.py --run_folder=logs/mnist/<run>`.

Prints tables, and writes evaluation.json into the run folder and scalars for TensorBoard.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.console import log
    from infogan_tf.evaluation.evaluate import evaluate
    from infogan_tf.evaluation.table import evaluation_table
    from infogan_tf.training.loading import load_run

    evaluation = evaluate(load_run(config.run_folder, config.step), config.data_dir, config.images)
    log(f"\n{evaluation_table(evaluation)}")


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.config import EvaluationConfig

    launch({"": EvaluationConfig()}, run)
