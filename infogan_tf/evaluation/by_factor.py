"""What is measured against known factors of real images: classes, attributes, numbers, angles."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infogan_tf.codes import LatentSpec
from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.distributions import Distribution
from infogan_tf.evaluation.classification import classify
from infogan_tf.evaluation.factor_associations import CodePredictions, association
from infogan_tf.evaluation.monotone_fit import fit_monotone

Posteriors = Mapping[str, Any]
Results = dict[str, dict[str, Any]]


def code_predictions(distribution: Distribution, posterior: Any) -> CodePredictions:
    """What Q predicts of one code, from its posterior."""
    if distribution.num_categories:
        return CodePredictions("categorical", posterior.probs.numpy())
    if distribution.is_discrete:
        return CodePredictions("binary", posterior.probs.numpy())
    return CodePredictions("continuous", posterior.mode.numpy())


def measure_associations(spec: LatentSpec, held_out: Posteriors, factors: Sequence[Factor]) -> Results:
    """By code and factor, the fields of `Association`, and those of `MonotoneFit` or None.

    Args:
        spec: the codes.
        held_out: by code, its posteriors on held-out images.
        factors: of the same images.
    """
    results: Results = {}
    for code in spec.codes:
        predictions = code_predictions(code.distribution, held_out[code.name])
        results[code.name] = {factor.name: _measure_pair(predictions, factor) for factor in factors}
    return results


def _measure_pair(predictions: CodePredictions, factor: Factor) -> dict[str, Any]:
    result = association(predictions, factor.kind, factor.held_out)
    fit = None
    if predictions.kind == "continuous" and factor.kind in ("ordered", "angle"):
        fit = fit_monotone(predictions.values[:, result.part or 0], factor.held_out, factor.kind == "angle")
    return {**result._asdict(), "monotone_fit": fit and fit._asdict()}


def measure_classification(
    spec: LatentSpec,
    held_out: Posteriors,
    factors: Sequence[Factor],
    infer_training: Callable[[], Posteriors],
    num_matched: int,
) -> Results:
    """By categorical code and class factor, the fields of `Classification`, and `class_names`.

    Args:
        spec: the codes.
        held_out: by code, its posteriors on held-out images.
        factors: of all images.
        infer_training: gives the posteriors of `num_matched` training images, evenly spread; called only where a code
            and a factor are both classes.
        num_matched: how many training images decide which category stands for which class.
    """
    codes = [code for code in spec.codes if code.distribution.num_categories]
    classes = [factor for factor in factors if factor.kind == "class"]
    if not codes or not classes:
        return {}
    training = infer_training()
    return {
        code.name: {
            factor.name: _classify(code.distribution, training[code.name], held_out[code.name], factor, num_matched)
            for factor in classes
        }
        for code in codes
    }


def _classify(
    distribution: Distribution, training: Any, held_out: Any, factor: Factor, num_matched: int
) -> dict[str, Any]:
    matched, scored = (posterior.logits.numpy().argmax(axis=1) for posterior in (training, held_out))
    labels = evenly_spread(factor.training, num_matched)
    result = classify(matched, labels, scored, factor.held_out, distribution.num_categories, factor.num_classes)
    arrays = {name: value.tolist() for name, value in result._asdict().items() if isinstance(value, np.ndarray)}
    return {**result._asdict(), **arrays, "class_names": list(factor.class_names)}
