"""Every measure of one run that its images allow."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from infogan_tf.build_model import image_request
from infogan_tf.console import logger
from infogan_tf.data.factors import Factor, load_factors
from infogan_tf.data.image_data import ImageData, evenly_spread
from infogan_tf.data.sources import load_images
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import fidelity, recovery, schema
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.classification import classify_by_factor, measure_confidence
from infogan_tf.evaluation.disentanglement.measure import measure_disentanglement
from infogan_tf.evaluation.factor_associations import CodePredictions, association
from infogan_tf.evaluation.features import ImageFeatures, load_features
from infogan_tf.evaluation.record import record_evaluation
from infogan_tf.evaluation.vector_arithmetic import measure_vector_arithmetic
from infogan_tf.runtime import keras_settings
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.record import with_recorded_origin

NUM_GENERATED = NUM_HELD_OUT = NUM_MATCHED = 10_000
NUM_OF_A_VALUE = 200
NUM_NEIGHBORHOODS = 5_000
NUM_CHANGED = 2_500


@keras_settings()
def evaluate(trained: TrainedRun, data_dir: str | None = None, images: str | None = None) -> schema.Evaluation:
    """Measures a trained run, and draws and writes what was measured into its folder.

    Codes, their confidence and generated images need no labels. With factors (labels) each code is compared with them;
    with a class among them, categorical codes also as classifiers, and arithmetic on G's input with one code. A line is
    printed for each measure.

    `data_dir` is where TFDS keeps prepared data, `images` where a person's own images are; None for where the run found
    them.

    Raises:
        SettingError: the folder can't be written, the run's images can't be loaded, or none is held out.
    """
    folder = trained.run.path
    if not os.access(folder, os.W_OK):
        raise SettingError("run_folder", "a folder that can be written", folder)
    logger.info(f"evaluating {folder} at update {trained.step:,}")
    data, factors = labeled_images(trained, data_dir, images)
    features = load_features(data, factors)
    model = BatchedModel(trained.model)
    logger.info(f"  generating {NUM_GENERATED:,} images, predicting their codes and computing their features")
    generated = model.generate_and_infer(NUM_GENERATED, features)
    logger.info(f"  predicting the codes of {len(data.held_out):,} held-out images")
    posteriors = model.infer_codes(data.held_out)
    codes = _measure_codes(model, generated, posteriors, features)
    confidence = _measure_confidence(model, data, posteriors)
    associations, disentanglement, classification = _measure_factors(model, data, posteriors, factors)
    measured = _measure_images(generated, factors, features)
    arithmetic, examples = _measure_arithmetic(model, generated, features)
    config = trained.config
    run = schema.EvaluatedRun(
        str(folder), trained.step, config.seed, config.objective, data.caption, config.held_out, len(data.held_out)
    )
    evaluation = schema.Evaluation(
        schema.VERSION, run, codes, confidence, associations, disentanglement, classification, measured, arithmetic, []
    )
    return record_evaluation(trained, evaluation, examples)


def labeled_images(trained: TrainedRun, data_dir: str | None, images: str | None) -> tuple[ImageData, list[Factor]]:
    """The images of a run, at most 10,000 of them held out, and what their labels say; errors are `evaluate`'s."""
    config, source = trained.config, trained.record.data.source
    without_effect, place = ("data_dir", data_dir) if config.images else ("images", images)
    if place is not None:
        trained_on = config.images or f"--dataset={config.dataset}"
        raise SettingError(without_effect, f"auto, since {trained.run.path} was trained on {trained_on}", place)
    try:
        moved = dataclasses.replace(config, data_dir=data_dir or config.data_dir, images=images or config.images)
        data = with_recorded_origin(trained.record, load_images(image_request(moved, source)))
        factors = load_factors(data)
    except SettingError as error:
        # The error may name a setting of the run, which an evaluation can't change.
        expected = f"the images that {trained.run.path} was trained on: {config.images or config.dataset} from {source}"
        raise SettingError("data_dir" if config.images is None else "images", expected, error.got) from error
    if not len(data.held_out):
        raise SettingError("run_folder", "a run with held-out images", f"{trained.run.path} without any")
    data, *factors = (
        dataclasses.replace(each, held_out=evenly_spread(each.held_out, NUM_HELD_OUT)) for each in (data, *factors)
    )
    return data, factors


def matched_images(training: np.ndarray) -> np.ndarray:
    """Of training images, or of their labels, at most 10,000, by which categories are matched to classes."""
    return evenly_spread(training, NUM_MATCHED)


def _measure_codes(
    model: BatchedModel, generated: GeneratedImages, held_out: dict[str, Any], features: ImageFeatures
) -> dict[str, schema.CodeMeasures]:
    number = len(model.spec.codes)
    logger.info("  what each code means: information, recovery")
    recovered = recovery.measure_recovery(model.spec, generated)
    logger.info(f"  extrapolation of {number} codes, one after the other")
    extrapolation = recovery.measure_extrapolation(model, NUM_OF_A_VALUE)
    logger.info(f"  diversity of {number} codes, one after the other")
    diversity = fidelity.measure_diversity(model, features, NUM_OF_A_VALUE)
    verdicts = recovery.code_verdicts(model.spec, recovered, held_out)
    priors = {code.name: code.distribution for code in model.spec.codes}
    return {
        name: schema.CodeMeasures(
            prior=prior.prior_name,
            is_discrete=prior.is_discrete,
            verdict=verdicts[name],
            **recovery.estimate_information(prior, generated.latents[name], generated.posteriors[name]),
            recovery_measure=recovered[name].measure,
            recovery=recovered[name].value,
            extrapolation=extrapolation.get(name),
            diversity=diversity[name],
        )
        for name, prior in priors.items()
    }


def _measure_confidence(model: BatchedModel, data: ImageData, held_out: dict[str, Any]) -> dict[str, schema.Confidence]:
    codes = [code.name for code in model.spec.categorical_codes]
    if not codes:
        return {}
    logger.info("  the confidence of categorical codes: predicting them from augmented held-out images")
    augmented = model.infer_codes_of_augmented(data.held_out)
    return {name: measure_confidence(held_out[name].probs.numpy(), augmented[name].probs.numpy()) for name in codes}


def _measure_factors(
    model: BatchedModel, data: ImageData, held_out: dict[str, Any], factors: Sequence[Factor]
) -> tuple[dict[str, Any], schema.Disentanglement | None, dict[str, Any]]:
    """The association of each code with each factor, by code and factor, and how the codes correspond to the factors.

    Third, how well categories classify images, by code and factor.
    """
    if not factors:
        logger.info("  these images have no labels: no association with factors, no classification")
        return {}, None, {}
    logger.info(f"  codes against {', '.join(factor.name for factor in factors)}")
    predictions = {code.name: CodePredictions.of(code.distribution, held_out[code.name]) for code in model.spec.codes}
    associations = {
        code: {each.name: association(of_code, each.kind, each.held_out) for each in factors}
        for code, of_code in predictions.items()
    }
    logger.info("  disentanglement: MIG, SAP, DCI and others, on random splits of the held-out images")
    disentanglement = measure_disentanglement(predictions, factors)
    classification = {}
    if model.spec.categorical_codes and any(factor.kind == "class" for factor in factors):
        training = model.infer_codes(matched_images(data.training))
        for name in (code.name for code in model.spec.categorical_codes):
            matched, scored = (of_set[name].logits.numpy() for of_set in (training, held_out))
            classification[name] = classify_by_factor(matched, scored, factors)
    return associations, disentanglement, classification


def _measure_images(
    generated: GeneratedImages, factors: Sequence[Factor], features: ImageFeatures
) -> schema.ImageMeasures:
    number = min(len(features.held_out), len(generated.features))
    logger.info(f"  the images: Frechet distances and nearest neighbors of {number:,}")
    real, fake = evenly_spread(features.held_out, number), generated.features[:number]
    classes = {factor.name: evenly_spread(factor.held_out, number) for factor in factors if factor.kind == "class"}
    return schema.ImageMeasures(
        features=features.name,
        features_hash=features.hash,
        compared_images=number,
        compared_neighborhoods=min(NUM_NEIGHBORHOODS, number),
        diversity_of_real_classes={name: fidelity.diversity_of_classes(real, of) for name, of in classes.items()},
        frechet_distance=fidelity.frechet_distance(real, fake),
        # Halves are every second image, so that of a set sorted by class both have the same classes.
        frechet_distance_halves=fidelity.frechet_distance(real[::2], fake[::2]),
        frechet_floor_halves=fidelity.frechet_distance(real[::2], real[1::2]),
        **fidelity.compare_neighborhoods(*(evenly_spread(each, NUM_NEIGHBORHOODS) for each in (real, fake))),
    )


def _measure_arithmetic(model: BatchedModel, generated: GeneratedImages, features: ImageFeatures) -> tuple[Any, Any]:
    if not features.class_names:
        logger.info("  the features know no classes: no change of class by vector arithmetic")
        return None, None
    logger.info("  changing the class of generated images, by arithmetic on G's input and by one code")
    measured = measure_vector_arithmetic(model, generated, features, NUM_CHANGED)
    if measured is None:
        logger.info("  nearly all generated images are of one class: no change of class is measured")
    return measured or (None, None)
