"""An evaluation in the folder of its run: `evaluation.json`, pictures, and scalars for TensorBoard."""

import dataclasses
import os
import statistics
from pathlib import Path

from pydantic import TypeAdapter

from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.drawings import draw
from infogan_tf.evaluation.evaluate import measure
from infogan_tf.evaluation.schema import VERSION, Evaluation
from infogan_tf.files import write_json
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.tensorboard import TensorBoardWriter

EVALUATION_FILE = "evaluation.json"


def evaluate_and_record(trained: TrainedRun, data_dir: str | None = None, images: str | None = None) -> Evaluation:
    """Measures a run as `evaluate` does, and draws and writes what was measured into its folder.

    Raises:
        SettingError: the folder can't be written, or the run can't be evaluated.
    """
    if not os.access(trained.run.path, os.W_OK):
        raise SettingError("run_folder", "a folder that can be written", trained.run.path)
    logger.info(f"evaluating {trained.run.path} at update {trained.step:,}")
    evaluation, examples = measure(trained, data_dir, images)
    evaluation = dataclasses.replace(evaluation, pictures=draw(trained, evaluation, examples))
    write_evaluation(trained, evaluation)
    return evaluation


def write_evaluation(trained: TrainedRun, evaluation: Evaluation):
    """Writes `evaluation.json` and TensorBoard's scalars."""
    write_json(trained.run.path / EVALUATION_FILE, dataclasses.asdict(evaluation))
    writer = TensorBoardWriter(trained.run.path)
    writer.scalars(trained.step, scalars(evaluation))
    writer.close()


def read_evaluation(path: Path) -> Evaluation | None:
    """What was written to a file; None if there is none, or a damaged one, or that of another version."""
    try:
        evaluation = TypeAdapter(Evaluation).validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return evaluation if evaluation.version == VERSION else None


def scalars(evaluation: Evaluation) -> dict[str, float]:
    """The evaluation's numbers by TensorBoard tag."""
    values = {name: number for name, number in vars(evaluation.images).items() if isinstance(number, float)}
    for code, measures in evaluation.codes.items():
        for name in ("mutual_information", "standard_error", "recovery", "extrapolation"):
            values[f"{name}_{code}"] = getattr(measures, name)
        values[f"diversity_{code}"] = statistics.fmean(measures.diversity)
    for code, confidence in evaluation.confidence.items():
        values |= {f"{name}_{code}": value for name, value in vars(confidence).items()}
    for code, by_factor in evaluation.associations.items():
        values |= {f"association_{code}_{factor}": cell.value for factor, cell in by_factor.items()}
    for code, by_factor in evaluation.classification.items():
        for factor, result in by_factor.items():
            for name in ("one_to_one_error", "majority_error", "nmi", "ari"):
                values[f"{name}_{code}_{factor}"] = getattr(result, name)
    if evaluation.vector_arithmetic:
        for method, change in evaluation.vector_arithmetic.changes.items():
            values[f"change_of_class_by_{method.replace(' ', '_')}"] = change.success
    return {f"evaluation/{tag}": value for tag, value in values.items() if value is not None}
