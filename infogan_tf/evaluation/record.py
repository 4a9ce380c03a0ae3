"""An evaluation in the folder of its run: `evaluation.json`, pictures, and scalars for TensorBoard."""

import dataclasses
import statistics
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from infogan_tf.console import logger
from infogan_tf.evaluation.factor_associations import PERMUTATIONS
from infogan_tf.evaluation.glossary import held_out_images
from infogan_tf.evaluation.schema import VERSION, Evaluation
from infogan_tf.evaluation.vector_arithmetic import ONE_CODE, SHOWN, Examples
from infogan_tf.figures.plots import plot_associations, plot_changes
from infogan_tf.files import write_json
from infogan_tf.training.curves import TensorBoardWriter
from infogan_tf.training.loading import TrainedRun

EVALUATION_FILE = "evaluation.json"
KEY_SCORES = ("MIG", "SAP", "DCI disentanglement", "FactorVAE")  # Of disentanglement, which the field looks at first.


def record_evaluation(trained: TrainedRun, evaluation: Evaluation, examples: Examples | None) -> Evaluation:
    """Draws and writes what was measured into the run's folder, and returns it with the names of its pictures."""
    evaluation = dataclasses.replace(evaluation, pictures=_draw(trained, evaluation, examples))
    write_json(trained.run.path / EVALUATION_FILE, dataclasses.asdict(evaluation))
    writer = TensorBoardWriter(trained.run.path)
    writer.scalars(trained.step, scalars(evaluation))
    writer.compared(trained.config.compared_settings(), _tagged(key_measures(evaluation)))
    writer.close()
    return evaluation


def read_evaluation(path: Path) -> Evaluation | None:
    """What was written to a file; None if there is none, or a damaged one, or that of another version."""
    try:
        evaluation = TypeAdapter(Evaluation).validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return evaluation if evaluation.version == VERSION else None


def key_measures(evaluation: Evaluation) -> dict[str, float | None]:
    """The measures by which runs are compared, by name.

    Of each factor the best code counts: of a class the one that classifies training images best, if any is categorical;
    otherwise the one that is associated with the factor the most.
    """
    measures: dict[str, float | None] = {}
    for factor in next(iter(evaluation.classification.values()), {}):
        results = [by_factor[factor] for by_factor in evaluation.classification.values()]
        measures[f"error of {factor}"] = min(results, key=lambda result: result.matched_error).one_to_one_error
    for factor in next(iter(evaluation.associations.values()), {}):
        if f"error of {factor}" not in measures:
            cells = [by_factor[factor] for by_factor in evaluation.associations.values()]
            best = max(cells, key=lambda cell: cell.adjusted)
            measures[f"{best.measure} of {factor}"] = best.value
    scores = _disentanglement(evaluation)
    measures |= {name: scores[name] for name in KEY_SCORES if name in scores}
    images = evaluation.images
    return measures | {
        "Frechet distance": images.frechet_distance,
        "precision": images.precision,
        "recall": images.recall,
    }


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
        values |= {f"association_{code}_{factor}": cell.value for factor, cell in by_factor.items() if not cell.note}
    for code, by_factor in evaluation.classification.items():
        for factor, result in by_factor.items():
            for name in ("one_to_one_error", "majority_error", "nmi", "ari"):
                values[f"{name}_{code}_{factor}"] = getattr(result, name)
    if evaluation.vector_arithmetic:
        for method, change in evaluation.vector_arithmetic.changes.items():
            values[f"change_of_class_by_{method}"] = change.success
    values = {f"evaluation/{name.replace(' ', '_')}": value for name, value in values.items()}
    values |= _tagged(key_measures(evaluation)) | _tagged(_disentanglement(evaluation))
    return {tag: value for tag, value in values.items() if value is not None}


def _disentanglement(evaluation: Evaluation) -> dict[str, float]:
    scores = evaluation.disentanglement.scores if evaluation.disentanglement else {}
    return {name: score.value for name, score in scores.items()}


def _tagged(measures: Mapping[str, float | None]) -> dict[str, float | None]:
    return {f"evaluation/{name.replace(' ', '_').lower()}": value for name, value in measures.items()}


def _draw(trained: TrainedRun, evaluation: Evaluation, examples: Examples | None) -> list[str]:
    """Draws codes against factors as a heat map, and changes of class, in place of those of an earlier evaluation."""
    heat_map, arithmetic = (trained.run.path / file for file in ("codes_and_factors.png", "vector_arithmetic.png"))
    for path in (heat_map, arithmetic):
        path.unlink(missing_ok=True)
    name, update, run = trained.run.path.name, f"update {trained.step:,}", evaluation.run
    if evaluation.associations:
        caption = (
            f"{name}, {update}: {run.held_out_images:,} {held_out_images(run)}; {run.data}; shades from chance (mean "
            f"over {PERMUTATIONS} permutations of the factor) to 1"
        )
        plot_associations(evaluation.associations, heat_map, caption)
        logger.info(f"  codes against factors are drawn in {heat_map}")
    if examples:
        result = evaluation.vector_arithmetic
        shares = ", ".join(f"{method} {change.success:.1%}" for method, change in result.changes.items())
        one_code = "One code: the sample with the category that stands for the target class. "
        caption = (
            f"Below each result its predicted class. Shown are the samples in the mean of {SHOWN}; larger means are of "
            f"more than are shown. {one_code if ONE_CODE in result.changes else ''}In the target class: {shares} of "
            f"{result.samples:,} results, {result.chance:.1%} at chance. {name}, objective "
            f"{trained.config.objective}, preset {trained.record.preset}, {update}, {run.data}"
        )
        plot_changes(examples.images, examples.changes, examples.predicted, SHOWN, arithmetic, caption)
        logger.info(f"  changes of class are drawn in {arithmetic}")
    return [path.name for path in (heat_map, arithmetic) if path.exists()]
