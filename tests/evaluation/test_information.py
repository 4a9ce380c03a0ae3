import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.information import estimate_information
from tests.evaluation.perfect_model import PerfectModel


def estimate(model, number, seed=0):
    return estimate_information(model.spec, BatchedModel(model).generate_and_infer(number, seed, lambda images: images))


def test_information_of_a_perfect_and_a_useless_q(small_model):
    perfect = estimate(PerfectModel(small_model.spec), number=2000)
    assert perfect["c1"].bound == pytest.approx(np.log(10), abs=1e-5)
    # Nothing but the floor of 0.05 under the std keeps the density of a continuous code from more.
    assert perfect["c2"].bound == pytest.approx(np.log(2) - np.log(0.05) - 0.5 * np.log(2 * np.pi), abs=1e-3)
    assert perfect["c1"].standard_error == pytest.approx(0, abs=1e-6)
    useless = estimate(PerfectModel(small_model.spec, predicts=False), number=2000)
    assert useless["c1"].bound == pytest.approx(0, abs=1e-5)
    assert useless["c1"].entropy == pytest.approx(np.log(10))


def test_the_standard_error_is_that_of_the_mean(small_model):
    generated = BatchedModel(small_model).generate_and_infer(2000, 0, lambda images: images)
    groups = [tf.nest.map_structure(lambda values, g=g: values[g::40], generated) for g in range(40)]
    estimates = [estimate_information(small_model.spec, group)["c2"] for group in groups]
    scatter = np.std([estimate.bound for estimate in estimates], ddof=1)
    # The scatter of 40 groups is itself uncertain by a ninth.
    assert scatter == pytest.approx(np.mean([estimate.standard_error for estimate in estimates]), rel=0.4)
