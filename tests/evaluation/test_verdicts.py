import numpy as np
import pytest

from infogan_tf.distributions import Categorical, Circular, Uniform
from infogan_tf.evaluation.recovery import Recovery
from infogan_tf.evaluation.verdicts import code_verdicts, redundancy

DISTRIBUTIONS = {"c1": Categorical(10), "c2": Uniform(), "c3": Uniform()}


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    return {
        "c1": np.eye(10)[rng.integers(0, 10, 1000)],
        "c2": rng.normal(size=(1000, 1)),
        "c3": rng.normal(size=(1000, 1)),
    }


def test_a_code_is_used_if_it_is_recovered_and_means_something_else_than_other_used_ones(predictions):
    recovered = dict.fromkeys(DISTRIBUTIONS, Recovery("R^2", 0.9, 0.9))
    without_c2 = recovered | {"c2": Recovery("R^2", 0.05, 0.05)}
    assert code_verdicts(DISTRIBUTIONS, recovered, predictions) == {"c1": "used", "c2": "used", "c3": "used"}
    predictions["c3"] = -(predictions["c2"] ** 3)
    verdicts = code_verdicts(DISTRIBUTIONS, recovered, predictions)
    assert verdicts == {"c1": "used", "c2": "used", "c3": "redundant with c2"}
    assert code_verdicts(DISTRIBUTIONS, without_c2, predictions) == {"c1": "used", "c2": "ignored", "c3": "used"}


def test_redundancy_of_unlike_codes(predictions):
    category = predictions["c1"]
    tells_category = category.argmax(axis=1)[:, None] + 0.01 * predictions["c2"]
    assert redundancy(category, Categorical(10), tells_category, Uniform()) > 0.8
    assert redundancy(category, Categorical(10), predictions["c2"], Uniform()) < 0.1
    assert redundancy(category, Categorical(10), category[:, ::-1], Categorical(10)) == pytest.approx(1)
    assert redundancy(np.ones([10, 1]), Uniform(), predictions["c2"][:10], Uniform()) == 0


@pytest.mark.parametrize("offset", [0, 45, 100])
def test_circular_codes_are_redundant_up_to_a_rotation_and_a_reflection(offset):
    rng = np.random.default_rng(0)
    angles, others = rng.uniform(-180, 180, 1000), rng.uniform(-180, 180, 1000)
    codes = Circular().encode(angles).numpy()
    for sign in (1, -1):
        turned = Circular().encode(sign * angles + offset).numpy()
        assert redundancy(codes, Circular(), turned, Circular()) == pytest.approx(1, abs=1e-4)
    assert redundancy(codes, Circular(), Circular().encode(others).numpy(), Circular()) < 0.1


def test_a_circular_code_and_another(predictions):
    angles = np.random.default_rng(0).uniform(-180, 180, 1000)
    codes = Circular().encode(angles).numpy()
    assert redundancy(codes, Circular(), angles[:, None], Uniform()) > 0.9
    assert redundancy(codes, Circular(), np.cos(np.deg2rad(angles))[:, None], Uniform()) < 0.8
    sectors = np.eye(10)[((angles + 180) // 36).astype(int)]
    assert redundancy(codes, Circular(), sectors, Categorical(10)) > 0.8
    assert redundancy(codes, Circular(), predictions["c1"], Categorical(10)) < 0.1
