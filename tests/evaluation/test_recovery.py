import numpy as np
import pytest

from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.recovery import measure_recovery, recovery_of
from tests.evaluation.perfect_model import PerfectModel


def measure(model):
    return measure_recovery(model.spec, BatchedModel(model).generate_and_infer(2000, 1, lambda images: images))


def test_recovery_of_a_perfect_and_a_useless_q(small_model):
    perfect = measure(PerfectModel(small_model.spec))
    assert {name: recovery.value for name, recovery in perfect.items()} == {"c1": 1, "c2": 1, "c3": 1}
    useless = measure(PerfectModel(small_model.spec, predicts=False))
    assert useless["c1"].value == pytest.approx(0.1, abs=0.03)
    assert useless["c2"].value == pytest.approx(0, abs=0.01)


def test_recovery_of_perfect_and_useless_predictions():
    rng = np.random.default_rng(0)
    codes = rng.uniform(-1, 1, (2000, 1))
    assert recovery_of(codes, codes, is_discrete=False) == ("R^2", 1, 1)
    useless = recovery_of(codes, np.zeros_like(codes), is_discrete=False)
    assert useless.value == pytest.approx(0, abs=0.01)
    worse = recovery_of(codes, -codes, is_discrete=False)
    assert worse.value == pytest.approx(-3, abs=0.1)
    assert worse.score == 0
    one_hot = np.eye(10)[rng.integers(0, 10, 2000)]
    assert recovery_of(one_hot, one_hot, is_discrete=True) == ("accuracy", 1, 1)
    constant = recovery_of(one_hot, np.eye(10)[np.zeros(2000, int)], is_discrete=True)
    assert constant.value == pytest.approx(0.1, abs=0.03)
    assert constant.score == pytest.approx(0, abs=0.02)
