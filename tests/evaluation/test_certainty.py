import numpy as np
import pytest

from infogan_tf.evaluation.certainty import certainty_of, measure_certainty


def test_a_sure_balanced_and_stable_reader():
    categories = np.arange(1000) % 10
    certainty = certainty_of(np.eye(10)[categories], categories)
    assert certainty.confidence == certainty.stability == 1
    assert certainty.balance == pytest.approx(np.log(10))


def test_a_useless_reader():
    guesses = np.random.default_rng(0).integers(0, 10, 1000)
    unsure = certainty_of(np.full([1000, 10], 0.1) + 1e-6 * np.eye(10)[np.arange(1000) % 10], guesses)
    assert unsure.confidence == pytest.approx(0.1, abs=1e-4)
    assert unsure.stability == pytest.approx(0.1, abs=0.04)
    one_answer = certainty_of(np.eye(10)[np.zeros(1000, int)], np.zeros(1000, int))
    assert one_answer.balance == pytest.approx(0)


def test_reads_real_images_and_follows_from_the_seed(small_model, embedded_digits):
    images = embedded_digits.held_out[::5]
    first, again = (measure_certainty(small_model, "c1", images) for _ in range(2))
    assert first == again
    assert 0.1 <= first.confidence <= 1
    assert first.balance <= np.log(10) + 1e-6
