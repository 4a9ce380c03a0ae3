"""Every measure of one run."""

import os
from typing import Any

import numpy as np

from infogan_tf.data import ImageData, ImageRequest, load_images
from infogan_tf.data.factors import Factor, load_factors
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages, categories, probabilities
from infogan_tf.evaluation.certainty import Certainty, measure_certainty
from infogan_tf.evaluation.classification import classify
from infogan_tf.evaluation.clustering import cluster_agreement
from infogan_tf.evaluation.digit_features import DigitFeatures, load_digit_features
from infogan_tf.evaluation.diversity import diversity_of_classes, measure_diversity
from infogan_tf.evaluation.extrapolation import measure_extrapolation
from infogan_tf.evaluation.frechet import compare_by_frechet
from infogan_tf.evaluation.information import estimate_information
from infogan_tf.evaluation.neighborhoods import compare_neighborhoods
from infogan_tf.evaluation.recovery import measure_recovery
from infogan_tf.evaluation.verdicts import judge_codes
from infogan_tf.files import write_json
from infogan_tf.summaries import TensorBoardWriter
from infogan_tf.training.console import say
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.run_record import with_recorded_origin

Evaluation = dict[str, Any]

EVALUATION_FILE = "evaluation.json"
# A new number whenever what is measured, or how, changes; the digit features' too.
VERSION = 4
NUM_GENERATED = 10_000
NUM_MATCHED = 10_000
NUM_OF_A_VALUE = 200
NUM_NEIGHBORHOODS = 5_000


def evaluate(run: TrainedRun, data_dir: str | None = None) -> Evaluation:
    """Measures a trained run and writes `evaluation.json` into its folder, and scalars for TensorBoard.

    Prints a line for each measure that it begins.

    Args:
        run: what `load_run` gave.
        data_dir: where TFDS keeps prepared data; None for where the run found it.

    Returns:
        What was written: `run`, `codes`, `classification` by categorical code, `images`.

    Raises:
        SettingError: the folder can't be written, or its data can't be had again or has no labels.
    """
    if not os.access(run.folder.path, os.W_OK):
        raise SettingError("run_folder", "a folder that can be written", run.folder.path)
    say(f"evaluating {run.folder.path} at update {run.step:,}")
    data, labels = _load_data(run, data_dir or run.config.data_dir)
    features = load_digit_features(data, labels)
    model = BatchedModel(run.model)
    say(f"  generating {NUM_GENERATED:,} images and predicting their codes")
    generated = model.generate_and_infer(NUM_GENERATED, seed=0)
    say(f"  predicting the codes of {len(data.held_out):,} held-out images")
    held_out = model.infer_codes(data.held_out)
    evaluation = {
        "version": VERSION,
        "run": _describe(run, data),
        "codes": _measure_codes(model, generated, held_out, features),
        "classification": _measure_classification(model, data, held_out, labels),
        "images": _measure_images(generated, labels, features),
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


def _load_data(run: TrainedRun, data_dir: str | None) -> tuple[ImageData, Factor]:
    data_dir = data_dir and os.path.expanduser(data_dir)
    dataset, source = run.config.dataset, run.record["data"]["source"]
    try:
        request = ImageRequest(
            dataset=dataset,
            data_source=source,
            data_dir=data_dir,
            image_shape=run.model.image_shape,
            held_out=run.config.held_out,
        )
        data = load_images(request)
        labels = next((factor for factor in load_factors(request, data) if factor.kind == "class"), None)
        if labels is None:
            raise SettingError("dataset", "a data set with labels", f"{data.name} without")
        return with_recorded_origin(run.record, data), labels
    except SettingError as error:
        # The error names a setting of the run, which an evaluation can't change.
        expected = f"the labeled data that {run.folder.path} was trained on: {dataset} from {source}"
        raise SettingError("data_dir", expected, error.got) from error


def _describe(run: TrainedRun, data: ImageData) -> Evaluation:
    return {
        "folder": str(run.folder.path),
        "update": run.step,
        "seed": run.config.seed,
        "objective": run.config.objective,
        "data": data.caption,
        "held_out": run.config.held_out,
    }


def _measure_codes(
    model: BatchedModel, generated: GeneratedImages, held_out: dict[str, Any], features: DigitFeatures
) -> Evaluation:
    say("  what each code means: information, recovery, extrapolation, diversity")
    information = estimate_information(model.spec, generated)
    recovery = measure_recovery(model.spec, generated)
    extrapolation = measure_extrapolation(model, NUM_OF_A_VALUE)
    diversity = measure_diversity(model, features, NUM_OF_A_VALUE)
    modes = {code.name: held_out[code.name].mode.numpy() for code in model.spec.codes}
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


def _measure_classification(
    model: BatchedModel, data: ImageData, held_out: dict[str, Any], labels: Factor
) -> Evaluation:
    codes = [code for code in model.spec.codes if code.distribution.num_categories]
    if not codes:
        return {}
    training_images = evenly_spread(data.training, NUM_MATCHED)
    training_labels = evenly_spread(labels.training, NUM_MATCHED)
    say(f"  the classification: codes of {len(training_images):,} training images, of deformed held-out images")
    training = model.infer_codes(training_images)
    deformed = model.infer_codes_of_deformed(data.held_out)
    results = {}
    for code in codes:
        matched, scored = categories(training[code.name]), categories(held_out[code.name])
        number = code.distribution.num_categories
        result = classify(matched, training_labels, scored, labels.held_out, number, labels.num_classes)
        agreement = cluster_agreement(scored, labels.held_out)
        values = {name: value.tolist() for name, value in result._asdict().items() if isinstance(value, np.ndarray)}
        certainty = measure_certainty(probabilities(held_out[code.name]), probabilities(deformed[code.name]))
        results[code.name] = {**result._asdict(), **values, **agreement._asdict(), **certainty._asdict()}
    return results


def _measure_images(generated: GeneratedImages, labels: Factor, features: DigitFeatures) -> Evaluation:
    held_out = evenly_spread(features.held_out, NUM_GENERATED)
    say(f"  the images: features of {len(held_out):,}, Frechet distances, nearest neighbors")
    of_generated = features(generated.images[: len(held_out)])
    neighborhoods = compare_neighborhoods(
        evenly_spread(held_out, NUM_NEIGHBORHOODS), evenly_spread(of_generated, NUM_NEIGHBORHOODS)
    )
    return {
        "features": features.name,
        "features_hash": features.hash,
        "compared_images": len(held_out),
        "compared_neighborhoods": min(NUM_NEIGHBORHOODS, len(held_out)),
        "diversity_of_real_classes": diversity_of_classes(held_out, evenly_spread(labels.held_out, NUM_GENERATED)),
        **compare_by_frechet(held_out, of_generated)._asdict(),
        **neighborhoods._asdict(),
    }
