"""Measures a trained run: `python launchers/evaluate.py --run_folder=logs/mnist/<run>`.

Prints a table, and writes evaluation.json into the run folder and scalars for TensorBoard.
"""

from infogan_tf.configs.evaluation import EvaluationConfig
from infogan_tf.errors import SettingError
from infogan_tf.launching import launch


def run(config: EvaluationConfig):
    from infogan_tf.evaluation.evaluate import evaluate
    from infogan_tf.evaluation.table import evaluation_table

    if config.run_folder is None:
        raise SettingError("run_folder", "the folder of a trained run", "none")
    print(evaluation_table(evaluate(config.run_folder, config.data_dir)))


if __name__ == "__main__":
    launch({"": EvaluationConfig()}, run)
