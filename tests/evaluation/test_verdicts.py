import numpy as np
import pytest

from infogan_tf.distributions import Categorical, Uniform
from infogan_tf.evaluation.recovery import Recovery
from infogan_tf.evaluation.verdicts import code_verdicts, redundancy

DISTRIBUTIONS = {"c1": Categorical(10), "c2": Uniform(), "c3": Uniform()}
WELL_RECOVERED = Recovery("R^2", 0.9, 0.9)


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    return {
        "c1": np.eye(10)[rng.integers(0, 10, 1000)],
        "c2": rng.normal(size=(1000, 1)),
        "c3": rng.normal(size=(1000, 1)),
    }


def test_codes_that_are_recovered_and_mean_different_things_are_used(predictions):
    recovery = dict.fromkeys(DISTRIBUTIONS, WELL_RECOVERED)
    assert code_verdicts(DISTRIBUTIONS, recovery, predictions) == {"c1": "used", "c2": "used", "c3": "used"}


def test_a_code_that_cannot_be_recovered_is_ignored(predictions):
    recovery = dict.fromkeys(DISTRIBUTIONS, WELL_RECOVERED) | {"c2": Recovery("R^2", 0.05, 0.05)}
    assert code_verdicts(DISTRIBUTIONS, recovery, predictions)["c2"] == "ignored"


def test_a_code_that_means_the_same_as_another_is_redundant(predictions):
    predictions["c3"] = -(predictions["c2"] ** 3)
    verdicts = code_verdicts(DISTRIBUTIONS, dict.fromkeys(DISTRIBUTIONS, WELL_RECOVERED), predictions)
    assert verdicts == {"c1": "used", "c2": "used", "c3": "redundant with c2"}


def test_no_code_is_redundant_with_an_ignored_one(predictions):
    predictions["c3"] = predictions["c2"]
    recovery = dict.fromkeys(DISTRIBUTIONS, WELL_RECOVERED) | {"c2": Recovery("R^2", 0.0, 0.0)}
    assert code_verdicts(DISTRIBUTIONS, recovery, predictions) == {"c1": "used", "c2": "ignored", "c3": "used"}


def test_redundancy_of_unlike_codes(predictions):
    category = predictions["c1"]
    tells_category = category.argmax(axis=1)[:, None] + 0.01 * predictions["c2"]
    assert redundancy(category, True, tells_category, False) > 0.8
    assert redundancy(category, True, predictions["c2"], False) < 0.1
    assert redundancy(category, True, category[:, ::-1], True) == pytest.approx(1)
    assert redundancy(np.ones([10, 1]), False, predictions["c2"][:10], False) == 0
