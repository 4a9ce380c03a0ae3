import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, CategoricalPosterior, Uniform
from infogan_tf.evaluation.classification import classify, measure_classification
from tests.evaluation.factors import factor


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 10, 5000)


def classify_same(categories, labels):
    return classify(categories, labels, categories, labels, num_categories=10, num_classes=10)


def test_a_perfect_representation_has_no_error_whatever_its_order(labels):
    order = np.random.default_rng(1).permutation(10)
    result = classify_same(order[labels], labels)
    assert result.one_to_one_error == result.majority_error == 0
    np.testing.assert_array_equal(result.matching[order], np.arange(10))
    assert result.confusion.sum() == 5000
    assert (result.confusion > 0).sum() == 10


def test_a_category_that_holds_no_image_stands_for_no_class():
    result = classify(np.array([0, 0, 1]), np.array([2, 2, 1]), np.array([0, 2]), np.array([2, 0]), 3, 3)
    assert result.majority.tolist() == [2, 1, -1]
    assert result.majority_error == 0.5


def test_a_useless_representation_is_at_chance(labels):
    result = classify_same(np.random.default_rng(2).integers(0, 10, 5000), labels)
    assert result.one_to_one_error == pytest.approx(0.9, abs=0.03)
    assert result.majority_error == pytest.approx(0.9, abs=0.03)
    one_category = classify_same(np.zeros(5000, np.int64), labels)
    assert one_category.majority_error == pytest.approx(0.9, abs=0.02)


def test_a_class_split_between_two_categories_costs_one_to_one_more_than_majority():
    # By hand: class 1 lies in categories 1 (60 images) and 2 (40); class 2 shares category 0 with class 0, 50 to 100.
    categories = np.repeat([0, 0, 1, 2], [100, 50, 60, 40])
    labels = np.repeat([0, 2, 1, 1], [100, 50, 60, 40])
    result = classify(categories, labels, categories, labels, num_categories=3, num_classes=3)
    assert result.majority_error == pytest.approx(50 / 250)
    assert result.one_to_one_error == result.matched_error == pytest.approx((50 + 40) / 250)
    np.testing.assert_array_equal(result.matching, [0, 1, 2])
    np.testing.assert_array_equal(result.majority, [0, 1, 1])
    np.testing.assert_array_equal(result.confusion, [[100, 0, 50], [0, 60, 0], [0, 40, 0]])


def test_the_matching_is_made_on_one_set_and_scored_on_the_other():
    result = classify(np.array([0, 1]), np.array([0, 1]), np.array([0, 1, 1]), np.array([1, 0, 1]), 2, 2)
    assert result.one_to_one_error == pytest.approx(2 / 3)
    assert result.matched_error == 0


def test_more_categories_than_classes_leave_some_without_one():
    result = classify(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 1]), np.array([1, 2]), np.array([1, 1]), 3, 2)
    np.testing.assert_array_equal(result.matching, [0, -1, 1])
    assert result.one_to_one_error == 0.5
    assert result.majority_error == 0


def test_the_same_clusters_under_other_names_agree_fully(labels):
    result = classify_same((labels + 3) % 10, labels)
    assert result.nmi == pytest.approx(1)
    assert result.ari == pytest.approx(1)


def test_independent_clusters_do_not_agree(labels):
    result = classify_same(np.random.default_rng(3).integers(0, 10, 5000), labels)
    assert result.nmi == pytest.approx(0, abs=0.02)
    assert result.ari == pytest.approx(0, abs=0.01)


def test_nmi_is_that_of_its_formula_on_the_scored_images():
    # By hand: two of four equal classes in each of two categories: I = log 2, mean entropy (log 2 + log 4) / 2.
    matched = np.zeros(4, np.int64)
    result = classify(matched, matched, np.repeat([0, 1], 20), np.repeat([0, 1, 2, 3], 10), 2, 4)
    assert result.nmi == pytest.approx(np.log(2) / ((np.log(2) + np.log(4)) / 2))


def test_categories_are_classifiers_of_classes_alone():
    spec = LatentSpec((LatentCode("shape", Categorical(3)), LatentCode("c1", Uniform())))
    classes = np.arange(300) % 3
    logits = tf.constant(10 * np.eye(3)[(classes + 1) % 3], tf.float32)
    held_out, training = ({"shape": CategoricalPosterior(of_set), "c1": None} for of_set in (logits, logits[:90]))
    factors = [factor("is_apple", "attribute", (classes == 0).astype(int)), factor("age", "ordered", classes / 10)]
    assert measure_classification(spec, held_out, factors, lambda: pytest.fail("inferred without need"), 90) == {}
    factors.append(factor("fruit", "class", classes, classes[:90], ("apple", "pear", "plum")))
    results = measure_classification(spec, held_out, factors, lambda: training, 90)
    assert {code: list(row) for code, row in results.items()} == {"shape": ["fruit"]}
    result = results["shape"]["fruit"]
    assert (result.one_to_one_error, result.matching.tolist()) == (0, [2, 0, 1])
    assert (result.nmi, result.ari) == (pytest.approx(1), pytest.approx(1))
    assert result.confusion[1].tolist() == [100, 0, 0]
