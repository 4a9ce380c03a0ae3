import numpy as np
import pytest

from infogan_tf.evaluation.confidence import measure_confidence


def test_a_confident_balanced_and_stable_classifier():
    answers = np.eye(10)[np.arange(1000) % 10]
    confidence = measure_confidence(answers, answers)
    assert confidence.confidence == confidence.stability == 1
    assert confidence.balance == pytest.approx(np.log(10))


def test_a_useless_classifier():
    guesses = np.eye(10)[np.random.default_rng(0).integers(0, 10, 1000)]
    unsure = measure_confidence(np.full([1000, 10], 0.1) + 1e-6 * np.eye(10)[np.arange(1000) % 10], guesses)
    assert unsure.confidence == pytest.approx(0.1, abs=1e-4)
    assert unsure.stability == pytest.approx(0.1, abs=0.04)
    one_answer = np.eye(10)[np.zeros(1000, int)]
    assert measure_confidence(one_answer, one_answer).balance == pytest.approx(0)


def test_stability_is_the_share_that_keeps_its_category():
    assert measure_confidence(np.eye(3)[[0, 1, 2, 1]], np.eye(3)[[0, 2, 2, 1]]).stability == 3 / 4
