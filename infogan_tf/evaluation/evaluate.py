"""Every measure of one run that its images allow."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from infogan_tf.build_model import image_request
from infogan_tf.console import log
from infogan_tf.data import ImageData, load_images
from infogan_tf.data.factors import Factor, load_factors
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.classification import Classification, measure_classification
from infogan_tf.evaluation.confidence import Confidence, measure_confidence
from infogan_tf.evaluation.diversity import diversity_of_classes, measure_diversity
from infogan_tf.evaluation.extrapolation import measure_extrapolation
from infogan_tf.evaluation.factor_associations import PERMUTATIONS, Association, measure_associations
from infogan_tf.evaluation.features import ImageFeatures, load_features
from infogan_tf.evaluation.frechet import compare_by_frechet
from infogan_tf.evaluation.glossary import held_out_images
from infogan_tf.evaluation.information import estimate_information
from infogan_tf.evaluation.neighborhoods import compare_neighborhoods
from infogan_tf.evaluation.recovery import measure_recovery
from infogan_tf.evaluation.vector_arithmetic import (
    ONE_CODE,
    SHOWN,
    Examples,
    VectorArithmetic,
    measure_vector_arithmetic,
)
from infogan_tf.evaluation.verdicts import code_verdicts
from infogan_tf.figures.plots import plot_associations
from infogan_tf.figures.vector_arithmetic import plot_changes
from infogan_tf.files import write_json
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.run_record import with_recorded_origin
from infogan_tf.training.tensorboard import TensorBoardWriter

Evaluation = dict[str, Any]
Posteriors = Mapping[str, Any]

EVALUATION_FILE = "evaluation.json"
HEAT_MAP_FILE = "codes_and_factors.png"
ARITHMETIC_FILE = "vector_arithmetic.png"
# A new number whenever what is measured, or how, changes; the features' too.
VERSION = 10
NUM_GENERATED = 10_000
NUM_HELD_OUT = 10_000
NUM_MATCHED = 10_000
NUM_OF_A_VALUE = 200
NUM_NEIGHBORHOODS = 5_000
NUM_CHANGED = 2_500
# The nearest neighbors of both halves need a few.
LEAST_HELD_OUT = 12


def evaluate(run: TrainedRun, data_dir: str | None = None, images: str | None = None) -> Evaluation:
    """Measures a trained run and writes `evaluation.json` into its folder, and scalars for TensorBoard.

    Of images without factors (labels): the codes' mutual information, recovery, extrapolation, diversity and verdicts,
    the confidence of categorical codes, and generated images against held-out ones. With factors also the association
    of each code with each factor, drawn as `codes_and_factors.png`; with a class, the error of categorical codes as
    classifiers, and how often generated images change their class by vector arithmetic and by one code, drawn as
    `vector_arithmetic.png`. Prints a line for each measure that it begins.

    Args:
        run: what `load_run` gave.
        data_dir: where TFDS keeps prepared data; None for where the run found it.
        images: where a person's own images are; None for where the run found them.

    Returns:
        What was written: `run`, `codes`, `confidence` by categorical code, `associations` by code and factor,
        `classification` by categorical code and class factor, `images`, `vector_arithmetic` (None without classes,
        and if nearly all generated images are of one class), `pictures` (the files that were drawn).

    Raises:
        SettingError: the folder can't be written, its images can't be loaded, or too few are held out.
    """
    if not os.access(run.folder.path, os.W_OK):
        raise SettingError("run_folder", "a folder that can be written", run.folder.path)
    log(f"evaluating {run.folder.path} at update {run.step:,}")
    data, factors = _load_data(run, data_dir, images)
    features = load_features(data, factors)
    model = BatchedModel(run.model)
    log(f"  generating {NUM_GENERATED:,} images, predicting their codes and computing their features")
    generated = model.generate_and_infer(NUM_GENERATED, 0, features)
    log(f"  predicting the codes of {len(data.held_out):,} held-out images")
    held_out = model.infer_codes(data.held_out)
    evaluation = {
        "version": VERSION,
        "run": _describe(run, data),
        "codes": _measure_codes(model, generated, held_out, features),
        "confidence": _measure_confidence(model, data, held_out),
        **_measure_factors(model, data, held_out, factors),
        "images": _measure_images(generated, factors, features),
        "vector_arithmetic": _measure_arithmetic(run, model, generated, features, data),
    }
    if factors:
        _draw_associations(run, evaluation)
    drawn = {HEAT_MAP_FILE: factors, ARITHMETIC_FILE: evaluation["vector_arithmetic"]}
    evaluation["pictures"] = [file for file, is_drawn in drawn.items() if is_drawn]
    for file in drawn.keys() - evaluation["pictures"]:
        (run.folder.path / file).unlink(missing_ok=True)  # Of an earlier evaluation.
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
    for name, confidence in evaluation["confidence"].items():
        values |= {f"evaluation/{measure}_{name}": confidence[measure] for measure in Confidence._fields}
    for name, by_factor in evaluation["associations"].items():
        values |= {f"evaluation/association_{name}_{factor}": cell["value"] for factor, cell in by_factor.items()}
    for name, by_factor in evaluation["classification"].items():
        for factor, classification in by_factor.items():
            for measure in ("one_to_one_error", "majority_error", "nmi", "ari"):
                values[f"evaluation/{measure}_{name}_{factor}"] = classification[measure]
    if evaluation["vector_arithmetic"]:
        for method, change in evaluation["vector_arithmetic"]["changes"].items():
            values[f"evaluation/change_of_class_by_{method.replace(' ', '_')}"] = change["success"]
    return values


def _load_data(run: TrainedRun, data_dir: str | None, images: str | None) -> tuple[ImageData, tuple[Factor, ...]]:
    """The run's images, of which at most 10,000 held-out ones are measured, and what is known of them."""
    config, source = run.config, run.record["data"]["source"]
    without_effect, place = ("data_dir", data_dir) if config.images else ("images", images)
    if place is not None:
        trained_on = config.images or f"--dataset={config.dataset}"
        raise SettingError(without_effect, f"auto, since {run.folder.path} was trained on {trained_on}", place)
    try:
        places = {"data_dir": data_dir or config.data_dir, "images": images or config.images}
        request = image_request(dataclasses.replace(config, **places), source)
        data = with_recorded_origin(run.record, load_images(request))
        factors = load_factors(request, data)
    except SettingError as error:
        # The error may name a setting of the run, which an evaluation can't change.
        expected = f"the images that {run.folder.path} was trained on: {config.images or config.dataset} from {source}"
        raise SettingError("data_dir" if config.images is None else "images", expected, error.got) from error
    if len(data.held_out) < LEAST_HELD_OUT:
        expected = f"a run with at least {LEAST_HELD_OUT} held-out images"
        raise SettingError("run_folder", expected, f"{run.folder.path} with {len(data.held_out)}")
    return dataclasses.replace(data, held_out=evenly_spread(data.held_out, NUM_HELD_OUT)), tuple(
        dataclasses.replace(factor, held_out=evenly_spread(factor.held_out, NUM_HELD_OUT)) for factor in factors
    )


def _describe(run: TrainedRun, data: ImageData) -> Evaluation:
    return {
        "folder": str(run.folder.path),
        "update": run.step,
        "seed": run.config.seed,
        "objective": run.config.objective,
        "data": data.caption,
        "held_out": run.config.held_out,
        "held_out_images": len(data.held_out),
    }


def _measure_codes(
    model: BatchedModel, generated: GeneratedImages, held_out: Posteriors, features: ImageFeatures
) -> Evaluation:
    log("  what each code means: information, recovery, extrapolation, diversity")
    information = estimate_information(model.spec, generated)
    recovery = measure_recovery(model.spec, generated)
    extrapolation = measure_extrapolation(model, NUM_OF_A_VALUE)
    diversity = measure_diversity(model, features, NUM_OF_A_VALUE)
    modes = {code.name: held_out[code.name].mode.numpy() for code in model.spec.codes}
    distributions = {code.name: code.distribution for code in model.spec.codes}
    verdicts = code_verdicts(distributions, recovery, modes)
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


def _measure_confidence(model: BatchedModel, data: ImageData, held_out: Posteriors) -> Evaluation:
    codes = [code.name for code in model.spec.categorical_codes]
    if not codes:
        return {}
    log("  the confidence of categorical codes: predicting them from augmented held-out images")
    augmented = model.infer_codes_of_augmented(data.held_out)
    return {
        name: measure_confidence(held_out[name].probs.numpy(), augmented[name].probs.numpy())._asdict()
        for name in codes
    }


def _measure_factors(
    model: BatchedModel, data: ImageData, held_out: Posteriors, factors: Sequence[Factor]
) -> Evaluation:
    if not factors:
        log("  these images have no labels: no association with factors, no classification")
        return {"associations": {}, "classification": {}}
    log(f"  codes against {', '.join(factor.name for factor in factors)}")
    associations = measure_associations(model.spec, held_out, factors)
    classification = measure_classification(
        model.spec, held_out, factors, lambda: model.infer_codes(evenly_spread(data.training, NUM_MATCHED)), NUM_MATCHED
    )
    class_names = {factor.name: factor.class_names for factor in factors}
    return {
        "associations": {
            code: {name: _association_record(result) for name, result in by_factor.items()}
            for code, by_factor in associations.items()
        },
        "classification": {
            code: {name: _classification_record(result, class_names[name]) for name, result in by_factor.items()}
            for code, by_factor in classification.items()
        },
    }


def _association_record(result: Association) -> Evaluation:
    return {**result._asdict(), "monotone_fit": result.monotone_fit and result.monotone_fit._asdict()}


def _classification_record(result: Classification, class_names: Sequence[str]) -> Evaluation:
    arrays = {name: value.tolist() for name, value in result._asdict().items() if isinstance(value, np.ndarray)}
    return {**result._asdict(), **arrays, "class_names": list(class_names)}


def _measure_images(generated: GeneratedImages, factors: Sequence[Factor], features: ImageFeatures) -> Evaluation:
    number = min(len(features.held_out), len(generated.features))
    held_out = evenly_spread(features.held_out, number)
    log(f"  the images: Frechet distances and nearest neighbors of {number:,}")
    of_generated = generated.features[:number]
    neighborhoods = compare_neighborhoods(
        evenly_spread(held_out, NUM_NEIGHBORHOODS), evenly_spread(of_generated, NUM_NEIGHBORHOODS)
    )
    return {
        "features": features.name,
        "features_hash": features.hash,
        "compared_images": number,
        "compared_neighborhoods": min(NUM_NEIGHBORHOODS, number),
        "diversity_of_real_classes": {
            factor.name: diversity_of_classes(held_out, evenly_spread(factor.held_out, number))
            for factor in factors
            if factor.kind == "class"
        },
        **compare_by_frechet(held_out, of_generated)._asdict(),
        **neighborhoods._asdict(),
    }


def _measure_arithmetic(
    run: TrainedRun, model: BatchedModel, generated: GeneratedImages, features: ImageFeatures, data: ImageData
) -> Evaluation | None:
    if not features.class_names:
        log("  these images have no classes: no change of class by vector arithmetic")
        return None
    log("  changing the class of generated images, by arithmetic on G's input and by one code")
    measured = measure_vector_arithmetic(model, generated, features, NUM_CHANGED)
    if measured is None:
        log("  nearly all generated images are of one class: no change of class is measured")
        return None
    result, examples = measured
    _draw_changes(run, result, examples, features.class_names, data.caption)
    return {**result._asdict(), "changes": {method: change._asdict() for method, change in result.changes.items()}}


def _draw_changes(run: TrainedRun, result: VectorArithmetic, examples: Examples, names: Sequence[str], data: str):
    path = run.folder.path / ARITHMETIC_FILE
    shares = ", ".join(f"{method} {change.success:.1%}" for method, change in result.changes.items())
    one_code = "One code: the sample with the category that stands for the target class. "
    caption = (
        f"Below each result its predicted class. Shown are the samples in the mean of {SHOWN}; larger means are of "
        f"more than are shown. {one_code if ONE_CODE in result.changes else ''}In the target class: {shares} of "
        f"{result.samples:,} results, {result.chance:.1%} at chance. {run.folder.path.name}, objective "
        f"{run.config.objective}, preset {run.record.get('preset') or 'not recorded'}, update {run.step:,}, {data}"
    )
    changes = [
        (names[source], names[target]) for source, target in zip(examples.sources, examples.targets, strict=True)
    ]
    predicted = {method: [names[number] for number in numbers] for method, numbers in examples.predicted.items()}
    plot_changes(examples.images, changes, predicted, SHOWN, path, caption)
    log(f"  changes of class are drawn in {path}")


def _draw_associations(run: TrainedRun, evaluation: Evaluation):
    path = run.folder.path / HEAT_MAP_FILE
    number, images = evaluation["run"]["held_out_images"], held_out_images(evaluation["run"])
    caption = f"{run.folder.path.name}, update {run.step:,}: {number:,} {images}; {evaluation['run']['data']}"
    caption += f"; shades from chance (mean over {PERMUTATIONS} permutations of the factor) to 1"
    plot_associations(evaluation["associations"], path, caption)
    log(f"  codes against factors are drawn in {path}")
