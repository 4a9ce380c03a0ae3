"""All measures together: on splits, beside chance, and for whatever codes and factors a run has."""

import numpy as np
import pytest

from infogan_tf.data.factors import Factor
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes, discrete_factors
from infogan_tf.evaluation.disentanglement.measure import SETTINGS, measure_disentanglement
from infogan_tf.evaluation.factor_associations import CodePredictions

RNG = np.random.default_rng(0)


def factor(name, kind, values):
    return Factor(name, kind, values[:0], values)


def numbers(kind, *values):
    return CodePredictions(kind, np.stack(values, axis=1).astype(float))


def classes(number, size=3):
    return RNG.permutation(np.arange(number) % size)


@pytest.mark.filterwarnings("error")
def test_codes_of_all_kinds_that_know_all_factors_are_far_above_chance():
    shape, side, is_bright = classes(300), RNG.permutation(np.repeat([0.0, 90, 180, 270], 75)), classes(300, 2)
    codes = {
        "shape": CodePredictions("categorical", np.eye(3)[shape]),
        "view": numbers("circular", (side - 90 + RNG.normal(0, 3, 300) + 180) % 360 - 180),
        "c3": numbers("binary", 0.9 - 0.8 * is_bright),
        "c4": numbers("continuous", *RNG.normal(size=[2, 300])),
    }
    kinds = {"shape": ("class", shape), "side": ("angle", side), "bright": ("attribute", is_bright)}
    result = measure_disentanglement(codes, [factor(name, *each) for name, each in kinds.items()])
    assert result.dimensions == ["shape", "view", "c3", "c4[0]", "c4[1]"]
    assert (result.factors, result.binned, result.left_out) == ({"shape": 3, "side": 4, "bright": 2}, [], [])
    assert (result.fitted, result.tested, list(result.scores)) == (200, 100, list(SETTINGS))
    for name, score in result.scores.items():
        assert score.lowest <= score.value <= score.highest
        # Modularity is high at chance.
        assert score.value > score.chance + (0.1 if "odularity" in name else 0.35), (name, score)
        assert score.value > (0.5 if name in ("SAP", "Modularity", "InfoModularity") else 0.8), (name, score)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [29, 30])
def test_few_images_with_rare_values_are_measured_from_30_on(number, capsys):
    codes = {
        "c1": numbers("continuous", RNG.normal(size=number)),
        "c2": CodePredictions("categorical", np.eye(1)[[0] * number]),
    }
    rare = (np.arange(number) == 3).astype(int)
    factors = [
        factor("many", "class", np.arange(number) % 12),
        factor("rare", "attribute", rare),
        factor("same", "class", np.zeros(number, int)),
        factor("each", "class", np.arange(number) + 30),
        factor("age", "ordered", RNG.uniform(size=number)),
    ]
    result = measure_disentanglement(codes, factors)
    if number < 30:
        assert result is None
        assert "fewer than 30 images" in capsys.readouterr().out
        return
    assert (list(result.factors), result.binned) == (["many", "age"], ["age"])
    assert result.left_out == ["rare", "same", "each"]
    assert all(np.isfinite([score.value, score.chance]).all() for score in result.scores.values())
    assert measure_disentanglement(codes, factors[1:3]) is None
    assert "no factor has 2 to 50 values in all parts of each split" in capsys.readouterr().out


def test_predictions_that_are_not_finite_are_not_measured():
    codes = {"c1": numbers("continuous", np.full(60, np.nan))}
    assert measure_disentanglement(codes, [factor("shape", "class", classes(60))]) is None


def test_numbers_and_angles_keep_few_values_with_many_images_and_are_else_binned():
    kinds = {
        "few": ("ordered", np.arange(400) % 40 / 7, 40),
        "many": ("ordered", np.arange(400) % 41 / 7, 10),
        "angle": ("angle", np.arange(400) % 5 * 90.0, 4),  # 360 degrees are 0.
        "number": ("ordered", RNG.normal(size=400), 10),
        "class": ("class", np.arange(400) % 57, 57),
    }
    values, binned = discrete_factors([factor(name, *each[:2]) for name, each in kinds.items()])
    assert [len(np.unique(column)) for column in values.T] == [number for *_, number in kinds.values()]
    assert binned == ["many", "number"]


def test_bins_are_20_of_equal_width_and_arcs_of_18_degrees_and_categories_are_their_own():
    degrees = np.array([-179.0, -100, -91, 0, 9, 179])
    codes = {
        "c1": numbers("continuous", np.array([0, 0.99, 1, 10, 19.1, 20.0])),
        "c2": numbers("circular", degrees),
        "c3": CodePredictions("categorical", np.eye(30)[[29, 29, 3, 4, 5, 5]]),
    }
    labeled = LabeledCodes.of(codes, np.zeros([6, 1], int))
    # Angles begin at 179 degrees, past the widest gap.
    np.testing.assert_array_equal(labeled.bins.T, [[0, 0, 1, 10, 19, 19], [0, 4, 5, 10, 10, 0], [29, 29, 3, 4, 5, 5]])
    assert [columns.shape[1] for columns in labeled.columns] == [1, 2, 30]
