"""Measures a trained run: `python launchers/evaluate.py --run_folder=logs/mnist/<run>`.

Prints tables, and writes evaluation.json into the run folder and scalars for TensorBoard.
"""

from infogan_tf.configs.evaluation import EvaluationConfig
from infogan_tf.errors import SettingError
from infogan_tf.launching import launch


def run(config: EvaluationConfig):
    from infogan_tf.evaluation.evaluate import evaluate
    from infogan_tf.evaluation.table import evaluation_table
    from infogan_tf.training.loading import load_run

    if config.run_folder is None:
        raise SettingError("run_folder", "the folder of a trained run", "none")
    chosen = {} if config.step is None else {"step": config.step}
    evaluation = evaluate(load_run(config.run_folder, **chosen), config.data_dir)
    print(f"\n{evaluation_table(evaluation)}")


if __name__ == "__main__":
    launch({"": EvaluationConfig()}, run)
