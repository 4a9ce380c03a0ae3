import numpy as np
import pytest

from infogan_tf.data.factors import Factor
from infogan_tf.evaluation.classification import classify, measure_confidence


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 10, 5000)


def classified(matched, scored, num_categories=10, names="0123456789"):
    """What is measured of two sets of images, each given as categories and classes."""
    (matched, training), (scored, held_out) = (map(np.array, of_set) for of_set in (matched, scored))
    return classify(matched, scored, num_categories, Factor("label", "class", training, held_out, tuple(names)))


def test_a_perfect_representation_has_no_error_whatever_its_order(labels):
    order = np.random.default_rng(1).permutation(10)
    result = classified((order[labels], labels), (order[labels], labels))
    assert result.one_to_one_error == result.majority_error == 0
    assert (result.nmi, result.ari) == (pytest.approx(1), pytest.approx(1))
    np.testing.assert_array_equal(np.array(result.matching)[order], np.arange(10))
    assert result.class_names == list("0123456789")


def test_a_class_split_between_two_categories_costs_one_to_one_more_than_majority():
    # By hand: class 1 lies in categories 1 (60 images) and 2 (40); class 2 shares category 0 with class 0, 50 to 100.
    images = np.repeat([0, 0, 1, 2], [100, 50, 60, 40]), np.repeat([0, 2, 1, 1], [100, 50, 60, 40])
    result = classified(images, images, 3, "abc")
    assert result.majority_error == pytest.approx(50 / 250)
    assert result.one_to_one_error == result.matched_error == pytest.approx((50 + 40) / 250)
    assert (result.matching, result.majority) == ([0, 1, 2], [0, 1, 1])
    assert result.confusion == [[100, 0, 50], [0, 60, 0], [0, 40, 0]]


def test_the_matching_is_made_on_one_set_and_scored_on_the_other():
    result = classified(([0, 1], [0, 1]), ([0, 1, 1], [1, 0, 1]), 2, "ab")
    assert (result.one_to_one_error, result.matched_error) == (pytest.approx(2 / 3), 0)


def test_a_category_may_stand_for_no_class():
    left_over = classified(([0, 1, 2, 2], [0, 1, 1, 1]), ([1, 2], [1, 1]), 3, "ab")
    assert left_over.matching == [0, -1, 1]
    assert (left_over.one_to_one_error, left_over.majority_error) == (0.5, 0)
    empty = classified(([0, 0, 1], [2, 2, 1]), ([0, 2], [2, 0]), 3, "abc")
    assert (empty.majority, empty.majority_error) == ([2, 1, -1], 0.5)


def test_an_unrelated_representation_has_no_ari(labels):
    images = np.random.default_rng(2).integers(0, 10, 5000), labels
    result = classified(images, images)
    assert (result.ari, result.one_to_one_error) == (pytest.approx(0, abs=0.01), pytest.approx(0.9, abs=0.03))


def test_confidence_balance_and_stability():
    answers = np.eye(10)[np.arange(1000) % 10]
    best = measure_confidence(answers, answers)
    assert (best.confidence, best.balance, best.stability) == (1, pytest.approx(np.log(10)), 1)
    assert measure_confidence(np.full([1000, 10], 0.1), answers).confidence == pytest.approx(0.1)
    one_answer = np.eye(10)[np.zeros(1000, int)]
    assert measure_confidence(one_answer, one_answer).balance == pytest.approx(0)
    assert measure_confidence(np.eye(3)[[0, 1, 2, 1]], np.eye(3)[[0, 2, 2, 1]]).stability == 3 / 4
