"""How well the categories of a code classify images (the paper's 5 %, section 7.2), and how confidently."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import entr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.evaluation.schema import Classification, Confidence


def classify_by_factor(matched: np.ndarray, scored: np.ndarray, factors: Sequence[Factor]) -> dict[str, Classification]:
    """How well the most probable category classifies images, by class factor.

    Logits or probabilities `[images, K]` are of training images, evenly spread, and of the held-out ones.
    """
    return {
        factor.name: classify(matched.argmax(axis=1), scored.argmax(axis=1), matched.shape[1], factor)
        for factor in factors
        if factor.kind == "class"
    }


def classify(matched: np.ndarray, scored: np.ndarray, num_categories: int, factor: Factor) -> Classification:
    """Gives each category a class by one set of images, and counts the errors on another.

    Paper, section 7.2: "by matching each category in c1 to a digit type, we achieve 5 % error"; it names neither rule
    nor split. One to one is the stricter rule: the Hungarian algorithm on the counts (Kuhn 1955). The matching is made
    on training images and scored on held-out ones: the error on the images that it was chosen on would be too low.

    Args:
        matched, scored: the categories of some training images, evenly spread, and of the held-out ones, `[number]`.
        num_categories: of the code.
        factor: the classes.
    """
    training = evenly_spread(factor.training, len(matched))
    counts = count(matched, training, num_categories, factor.num_classes)
    matching = np.full([num_categories], -1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    matching[rows] = columns
    majority = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    has_classes = np.ptp(factor.held_out) > 0  # Of one class alone, scikit-learn's 0 or 1 would say nothing.
    return Classification(
        one_to_one_error=float(np.mean(matching[scored] != factor.held_out)),
        majority_error=float(np.mean(majority[scored] != factor.held_out)),
        matched_error=float(np.mean(matching[matched] != training)),
        nmi=float(normalized_mutual_info_score(factor.held_out, scored)) if has_classes else None,
        ari=float(adjusted_rand_score(factor.held_out, scored)) if has_classes else None,
        matching=matching.tolist(),
        majority=majority.tolist(),
        confusion=count(scored, factor.held_out, num_categories, factor.num_classes).tolist(),
        class_names=list(factor.class_names),
    )


def count(categories: np.ndarray, labels: np.ndarray, num_categories: int, num_classes: int) -> np.ndarray:
    """Images by category and class: int64 `[num_categories, num_classes]`."""
    cells = np.bincount(categories * num_classes + labels, minlength=num_categories * num_classes)
    return cells.reshape(num_categories, num_classes)


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
