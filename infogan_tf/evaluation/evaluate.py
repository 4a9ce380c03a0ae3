"""Every measure of one run."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.data import ImageData, load_images
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.data.labels import Labels, load_labels
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.certainty import Certainty, measure_certainty
from infogan_tf.evaluation.classification import classify
from infogan_tf.evaluation.clustering import cluster_agreement
from infogan_tf.evaluation.digit_features import DigitFeatures, load_digit_features
from infogan_tf.evaluation.diversity import diversity_of_classes, measure_diversity
from infogan_tf.evaluation.extrapolation import measure_extrapolation
from infogan_tf.evaluation.frechet import frechet_distance
from infogan_tf.evaluation.information import estimate_information
from infogan_tf.evaluation.precision_recall import precision_recall
from infogan_tf.evaluation.readings import categories, generated_batches, probabilities, read_codes, read_deformed
from infogan_tf.evaluation.recovery import measure_recovery
from infogan_tf.evaluation.verdicts import judge_codes
from infogan_tf.files import write_json
from infogan_tf.model import InfoGAN
from infogan_tf.summaries import TensorBoardWriter
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.run_record import with_recorded_origin

Evaluation = dict[str, Any]

EVALUATION_FILE = "evaluation.json"
# A new number whenever what is measured, or how, changes; the digit features' too.
VERSION = 3
NUM_COMPARED = 10_000
NUM_NEIGHBOURHOODS = 5_000


def evaluate(run_folder: str | Path, data_dir: str | None = None) -> Evaluation:
    """Measures a trained run and writes `evaluation.json` into its folder, and scalars for TensorBoard.

    Args:
        run_folder: the folder that training made.
        data_dir: where TFDS keeps prepared data; None for where the run found it.

    Returns:
        What was written: `run`, `codes`, `classification` by categorical code, `images`.

    Raises:
        RunNotFoundError: there is no trained run.
        SettingError: the folder can't be written, or its data can't be had again or has no labels.
    """
    run = load_run(run_folder)
    if not os.access(run.folder.path, os.W_OK):
        raise SettingError("run_folder", "a folder that can be written", run.folder.path)
    data_dir = data_dir or run.config.data_dir
    data, labels = _load_data(run, data_dir)
    features = load_digit_features(data, labels)
    held_out = read_codes(run.model, data.held_out)
    evaluation = {
        "version": VERSION,
        "run": _describe(run, data),
        "codes": _measure_codes(run.model, held_out, features),
        "classification": _measure_classification(run.model, data, held_out, labels),
        "images": _measure_images(run.model, data, labels, features),
    }
    write_json(run.folder.path / EVALUATION_FILE, evaluation)
    writer = TensorBoardWriter(run.folder.path)
    writer.scalars(run.step, scalars(evaluation))
    writer.close()
    return evaluation


def scalars(evaluation: Evaluation) -> dict[str, float]:
    """The evaluation's numbers by TensorBoard tag."""
    values = {f"evaluation/{name}": value for name, value in evaluation["images"].items() if isinstance(value, float)}
    for name, code in evaluation["codes"].items():
        for measure in ("mutual_information", "standard_error", "recovery", "extrapolation"):
            if code[measure] is not None:
                values[f"evaluation/{measure}_{name}"] = code[measure]
        values[f"evaluation/diversity_{name}"] = float(np.mean(code["diversity"]))
    for name, classification in evaluation["classification"].items():
        for measure in ("one_to_one_error", "majority_error", "nmi", "ari", *Certainty._fields):
            values[f"evaluation/{measure}_{name}"] = classification[measure]
    return values


def _load_data(run: TrainedRun, data_dir: str | None) -> tuple[ImageData, Labels]:
    origin = run.record["data"]
    data_dir = data_dir and os.path.expanduser(data_dir)
    try:
        data = load_images(run.config.dataset, origin["source"], data_dir, run.model.image_shape)
        return with_recorded_origin(run.record, data), load_labels(data, run.config.dataset, data_dir)
    except SettingError as error:
        raise SettingError("data_dir", f"the labelled data that {run.folder.path} was trained on", error) from error


def _describe(run: TrainedRun, data: ImageData) -> Evaluation:
    return {
        "folder": str(run.folder.path),
        "update": run.step,
        "seed": run.config.seed,
        "objective": run.config.objective,
        "data": data.caption,
    }


def _measure_codes(model: InfoGAN, held_out: dict[str, Any], features: DigitFeatures) -> Evaluation:
    information = estimate_information(model)
    recovery = measure_recovery(model)
    extrapolation = measure_extrapolation(model)
    diversity = measure_diversity(model, features)
    modes = {code.name: code.distribution.posterior_mode(held_out[code.name]).numpy() for code in model.spec.codes}
    distributions = {code.name: code.distribution for code in model.spec.codes}
    verdicts = judge_codes(distributions, recovery, modes)
    return {
        name: {
            "prior": distributions[name].prior_name,
            "is_discrete": distributions[name].is_discrete,
            "verdict": verdicts[name],
            "mutual_information": information[name].bound,
            "standard_error": information[name].standard_error,
            "entropy": information[name].entropy,
            "recovery_measure": recovery[name].measure,
            "recovery": recovery[name].value,
            "extrapolation": extrapolation.get(name),
            "diversity": diversity[name],
        }
        for name in distributions
    }


def _measure_classification(model: InfoGAN, data: ImageData, held_out: dict[str, Any], labels: Labels) -> Evaluation:
    codes = [code for code in model.spec.codes if code.distribution.num_categories]
    training = read_codes(model, data.training)
    results = {}
    for code in codes:
        matched, scored = categories(training[code.name]), categories(held_out[code.name])
        number = code.distribution.num_categories
        result = classify(matched, labels.training, scored, labels.held_out, number, labels.num_classes)
        agreement = cluster_agreement(scored, labels.held_out)
        values = {name: value.tolist() for name, value in result._asdict().items() if isinstance(value, np.ndarray)}
        deformed = read_deformed(model, code.name, data.held_out)
        certainty = measure_certainty(probabilities(held_out[code.name]), deformed)
        results[code.name] = {**result._asdict(), **values, **agreement._asdict(), **certainty._asdict()}
    return results


def _measure_images(model: InfoGAN, data: ImageData, labels: Labels, features: DigitFeatures) -> Evaluation:
    number = min(NUM_COMPARED, len(data.held_out))
    generated = features(tf.concat([images for _, images in generated_batches(model, number, seed=3)], axis=0))
    held_out = features(evenly_spread(data.held_out, number))
    training = features(evenly_spread(data.training, number))
    neighbourhoods = precision_recall(
        evenly_spread(held_out, NUM_NEIGHBOURHOODS), evenly_spread(generated, NUM_NEIGHBOURHOODS)
    )
    return {
        "features": features.name,
        "compared_images": number,
        "compared_neighbourhoods": len(evenly_spread(held_out, NUM_NEIGHBOURHOODS)),
        "diversity_of_real_classes": diversity_of_classes(held_out, evenly_spread(labels.held_out, number)),
        "frechet_distance": frechet_distance(held_out, generated),
        # What the same number of real images would get: the distance's floor.
        "frechet_distance_of_training_images": frechet_distance(held_out, training),
        **neighbourhoods._asdict(),
    }
