import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.data.factors import Factor
from infogan_tf.distributions import Categorical, CategoricalPosterior, Uniform
from infogan_tf.evaluation.classification import classify, measure_classification, measure_confidence


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 10, 5000)


def classify_same(categories, labels, num_categories=10, names="0123456789"):
    return classify(categories, labels, categories, labels, num_categories, names)


def test_a_perfect_representation_has_no_error_whatever_its_order(labels):
    order = np.random.default_rng(1).permutation(10)
    result = classify_same(order[labels], labels)
    assert result.one_to_one_error == result.majority_error == 0
    assert (result.nmi, result.ari) == (pytest.approx(1), pytest.approx(1))
    np.testing.assert_array_equal(np.array(result.matching)[order], np.arange(10))
    assert np.sum(result.confusion) == 5000
    assert np.count_nonzero(result.confusion) == 10


def test_a_class_split_between_two_categories_costs_one_to_one_more_than_majority():
    # By hand: class 1 lies in categories 1 (60 images) and 2 (40); class 2 shares category 0 with class 0, 50 to 100.
    categories = np.repeat([0, 0, 1, 2], [100, 50, 60, 40])
    labels = np.repeat([0, 2, 1, 1], [100, 50, 60, 40])
    result = classify_same(categories, labels, 3, "abc")
    assert result.majority_error == pytest.approx(50 / 250)
    assert result.one_to_one_error == result.matched_error == pytest.approx((50 + 40) / 250)
    assert (result.matching, result.majority) == ([0, 1, 2], [0, 1, 1])
    assert result.confusion == [[100, 0, 50], [0, 60, 0], [0, 40, 0]]


def test_the_matching_is_made_on_one_set_and_scored_on_the_other():
    result = classify(np.array([0, 1]), np.array([0, 1]), np.array([0, 1, 1]), np.array([1, 0, 1]), 2, "ab")
    assert (result.one_to_one_error, result.matched_error) == (pytest.approx(2 / 3), 0)


def test_a_category_may_stand_for_no_class():
    left_over = classify(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 1]), np.array([1, 2]), np.array([1, 1]), 3, "ab")
    assert left_over.matching == [0, -1, 1]
    assert (left_over.one_to_one_error, left_over.majority_error) == (0.5, 0)
    empty = classify(np.array([0, 0, 1]), np.array([2, 2, 1]), np.array([0, 2]), np.array([2, 0]), 3, "abc")
    assert (empty.majority, empty.majority_error) == ([2, 1, -1], 0.5)


def test_nmi_is_that_of_its_formula_on_the_scored_images():
    # By hand: two of four equal classes in each of two categories: I = log 2, mean entropy (log 2 + log 4) / 2.
    matched = np.zeros(4, np.int64)
    result = classify(matched, matched, np.repeat([0, 1], 20), np.repeat([0, 1, 2, 3], 10), 2, "abcd")
    assert result.nmi == pytest.approx(np.log(2) / ((np.log(2) + np.log(4)) / 2))


def test_an_unrelated_representation_has_no_ari(labels):
    result = classify_same(np.random.default_rng(2).integers(0, 10, 5000), labels)
    assert (result.ari, result.one_to_one_error) == (pytest.approx(0, abs=0.01), pytest.approx(0.9, abs=0.03))


def test_each_categorical_code_is_a_classifier():
    spec = LatentSpec((LatentCode("shape", Categorical(3)), LatentCode("c1", Uniform())))
    classes = np.arange(300) % 3
    logits = tf.constant(10 * np.eye(3)[(classes + 1) % 3], tf.float32)
    held_out, training = ({"shape": CategoricalPosterior(of_set), "c1": None} for of_set in (logits, logits[:90]))
    fruit = Factor("fruit", "class", classes[:90], classes, ("apple", "pear", "plum"))
    results = measure_classification(spec, training, held_out, [fruit])
    assert {code: list(row) for code, row in results.items()} == {"shape": ["fruit"]}
    result = results["shape"]["fruit"]
    assert (result.one_to_one_error, result.matching) == (0, [2, 0, 1])
    assert (result.confusion[1], result.class_names) == ([100, 0, 0], ["apple", "pear", "plum"])


def test_confidence_balance_and_stability():
    answers = np.eye(10)[np.arange(1000) % 10]
    best = measure_confidence(answers, answers)
    assert (best.confidence, best.balance, best.stability) == (1, pytest.approx(np.log(10)), 1)
    guesses = np.eye(10)[np.random.default_rng(0).integers(0, 10, 1000)]
    unsure = measure_confidence(np.full([1000, 10], 0.1) + 1e-6 * answers, guesses)
    assert unsure.confidence == pytest.approx(0.1, abs=1e-4)
    assert unsure.stability == pytest.approx(0.1, abs=0.04)
    one_answer = np.eye(10)[np.zeros(1000, int)]
    assert measure_confidence(one_answer, one_answer).balance == pytest.approx(0)
    assert measure_confidence(np.eye(3)[[0, 1, 2, 1]], np.eye(3)[[0, 2, 2, 1]]).stability == 3 / 4
