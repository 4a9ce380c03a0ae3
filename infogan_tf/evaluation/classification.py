"""How well the categories of a code classify images: the paper's 5 % (section 7.2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from infogan_tf.codes import LatentSpec
from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import evenly_spread


class Classification(NamedTuple):
    """Categories as a classifier.

    Attributes:
        one_to_one_error: share of images in the wrong class when every category stands for a class of its own.
        majority_error: the same when a category stands for the class that is most frequent in it, so that two may stand
            for the same class and a class may have none.
        matched_error: the error one to one on the images that the matching was made on: codes can be compared by it
            without the images that are scored.
        nmi: normalized mutual information of categories and classes, arithmetic mean of the entropies; 1 same, 0
            independent.
        ari: adjusted Rand index (Hubert and Arabie 1985); 1 same, about 0 at chance.
        matching: the class of each category, one to one, `[num_categories]`; -1 for one that is left over.
        majority: the most frequent class of each category, `[num_categories]`; -1 for one that no image is in.
        confusion: images of the second set by category and class, `[num_categories, num_classes]`.
    """

    one_to_one_error: float
    majority_error: float
    matched_error: float
    nmi: float
    ari: float
    matching: np.ndarray
    majority: np.ndarray
    confusion: np.ndarray


def measure_classification(
    spec: LatentSpec,
    held_out: Mapping[str, Any],
    factors: Sequence[Factor],
    infer_training: Callable[[], Mapping[str, Any]],
    num_matched: int,
) -> dict[str, dict[str, Classification]]:
    """By categorical code and class factor, how well the categories classify held-out images.

    Args:
        spec: the codes.
        held_out: by code, its posteriors on held-out images.
        factors: of all images.
        infer_training: gives the posteriors of `num_matched` training images, evenly spread; called only where a code
            and a factor are both classes.
        num_matched: how many training images decide which category stands for which class.
    """
    codes = spec.categorical_codes
    classes = [factor for factor in factors if factor.kind == "class"]
    if not codes or not classes:
        return {}
    training = infer_training()
    results: dict[str, dict[str, Classification]] = {}
    for code in codes:
        matched, scored = (of_set[code.name].logits.numpy().argmax(axis=1) for of_set in (training, held_out))
        results[code.name] = {
            factor.name: classify(
                matched,
                evenly_spread(factor.training, num_matched),
                scored,
                factor.held_out,
                code.distribution.num_categories,
                factor.num_classes,
            )
            for factor in classes
        }
    return results


def classify(
    matched_categories: np.ndarray,
    matched_labels: np.ndarray,
    scored_categories: np.ndarray,
    scored_labels: np.ndarray,
    num_categories: int,
    num_classes: int,
) -> Classification:
    """Gives each category a class on one set of images, and counts the errors on another.

    Paper, section 7.2: "by matching each category in c1 to a digit type, we achieve 5 % error"; it names neither rule
    nor split. One to one is the stricter rule: the Hungarian algorithm on the counts (Kuhn 1955). The matching is made
    on training images and scored on test images: the error on the images that it was chosen on would be too low.

    Args:
        matched_categories: of the images that decide the matching, int `[number]`.
        matched_labels: their classes.
        scored_categories: of the images that are scored.
        scored_labels: their classes.
        num_categories: how many categories the code has.
        num_classes: how many classes there are.
    """
    counts = count(matched_categories, matched_labels, num_categories, num_classes)
    matching = np.full([num_categories], -1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    matching[rows] = columns
    majority = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    return Classification(
        one_to_one_error=_error_rate(matching, scored_categories, scored_labels),
        majority_error=_error_rate(majority, scored_categories, scored_labels),
        matched_error=_error_rate(matching, matched_categories, matched_labels),
        nmi=float(normalized_mutual_info_score(scored_labels, scored_categories)),
        ari=float(adjusted_rand_score(scored_labels, scored_categories)),
        matching=matching,
        majority=majority,
        confusion=count(scored_categories, scored_labels, num_categories, num_classes),
    )


def count(categories: np.ndarray, labels: np.ndarray, num_categories: int, num_classes: int) -> np.ndarray:
    """Images by category and class: int64 `[num_categories, num_classes]`."""
    counts = np.zeros([num_categories, num_classes], np.int64)
    np.add.at(counts, (categories, labels), 1)
    return counts


def _error_rate(classes: np.ndarray, categories: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose category stands for a class that is not theirs."""
    return float(np.mean(classes[categories] != labels))
