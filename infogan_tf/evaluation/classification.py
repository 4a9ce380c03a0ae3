"""How well the categories of a code classify images (the paper's 5 %, section 7.2), and how confidently."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import entr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from infogan_tf.codes import LatentSpec
from infogan_tf.data.factors import Factor
from infogan_tf.evaluation.schema import Classification, Confidence


def measure_classification(
    spec: LatentSpec, matched: Mapping[str, Any], held_out: Mapping[str, Any], factors: Sequence[Factor]
) -> dict[str, dict[str, Classification]]:
    """By categorical code and class factor, how well the categories classify held-out images.

    `matched` has by code its posteriors on the training images that decide which category stands for which class,
    `held_out` those on held-out images; the factors are classes of both.
    """
    results: dict[str, dict[str, Classification]] = {}
    for code in spec.categorical_codes:
        on_training, on_held_out = (of_set[code.name].logits.numpy().argmax(axis=1) for of_set in (matched, held_out))
        number = code.distribution.num_categories
        results[code.name] = {
            each.name: classify(on_training, each.training, on_held_out, each.held_out, number, each.class_names)
            for each in factors
        }
    return results


def classify(
    matched_categories: np.ndarray,
    matched_labels: np.ndarray,
    scored_categories: np.ndarray,
    scored_labels: np.ndarray,
    num_categories: int,
    class_names: Sequence[str],
) -> Classification:
    """Gives each category a class on one set of images, and counts the errors on another; all int `[number]`.

    Paper, section 7.2: "by matching each category in c1 to a digit type, we achieve 5 % error"; it names neither rule
    nor split. One to one is the stricter rule: the Hungarian algorithm on the counts (Kuhn 1955). The matching is made
    on training images and scored on test images: the error on the images that it was chosen on would be too low.
    """
    counts = count(matched_categories, matched_labels, num_categories, len(class_names))
    matching = np.full([num_categories], -1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    matching[rows] = columns
    majority = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    return Classification(
        one_to_one_error=float(np.mean(matching[scored_categories] != scored_labels)),
        majority_error=float(np.mean(majority[scored_categories] != scored_labels)),
        matched_error=float(np.mean(matching[matched_categories] != matched_labels)),
        nmi=float(normalized_mutual_info_score(scored_labels, scored_categories)),
        ari=float(adjusted_rand_score(scored_labels, scored_categories)),
        matching=matching.tolist(),
        majority=majority.tolist(),
        confusion=count(scored_categories, scored_labels, num_categories, len(class_names)).tolist(),
        class_names=list(class_names),
    )


def count(categories: np.ndarray, labels: np.ndarray, num_categories: int, num_classes: int) -> np.ndarray:
    """Images by category and class: int64 `[num_categories, num_classes]`."""
    counts = np.zeros([num_categories, num_classes], np.int64)
    np.add.at(counts, (categories, labels), 1)
    return counts


def measure_confidence(probabilities: np.ndarray, augmented_probabilities: np.ndarray) -> Confidence:
    """A good classification is confident, balanced and stable.

    By these, and by the mutual information, settings can be chosen without labels. Stability favors a model that was
    itself trained with these augmentations. Probabilities are `[number, K]`, of the same images without and with them.
    """
    return Confidence(
        confidence=float(probabilities.max(axis=1).mean()),
        balance=float(entr(probabilities.mean(axis=0, dtype=np.float64)).sum()),
        stability=float(np.mean(augmented_probabilities.argmax(axis=1) == probabilities.argmax(axis=1))),
    )
