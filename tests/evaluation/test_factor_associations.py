import dataclasses

import numpy as np
import pytest
import scipy.special
import tensorflow as tf
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score, roc_auc_score

from infogan_tf.distributions import Bernoulli, Categorical, Circular, Uniform
from infogan_tf.evaluation.factor_associations import MEASURES, CodePredictions, association, quantile_bins

NUMBER = 600
FEW = 60  # Of 600 of a person's own images so many are held out.
CODE_KINDS, FACTOR_KINDS = list(MEASURES), list(MEASURES["continuous"])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def categorical(categories, number):
    return CodePredictions("categorical", np.eye(number)[categories])


def continuous(*dimensions):
    return CodePredictions("continuous", np.stack(dimensions, axis=1))


def predictions(kind, rng, number=NUMBER):
    if kind == "categorical":
        return CodePredictions(kind, rng.dirichlet(np.ones(10), number))
    if kind == "circular":
        return CodePredictions(kind, rng.uniform(-180, 180, [number, 1]))
    return CodePredictions(kind, rng.uniform(0, 1, [number, 3]))


def factor_values(kind, rng, number=NUMBER):
    if kind in ("class", "attribute"):
        return rng.integers(0, 8, number) if kind == "class" else (rng.uniform(size=number) < 0.1).astype(int)
    return rng.uniform(0, 360, number)


@pytest.mark.slow
@pytest.mark.parametrize("code_kind", CODE_KINDS)
@pytest.mark.parametrize("factor_kind", FACTOR_KINDS)
def test_unrelated_codes_of_several_parts_are_at_chance_on_few_images(code_kind, factor_kind, rng):
    pairs = [(predictions(code_kind, rng, FEW), factor_values(factor_kind, rng, FEW)) for _ in range(40)]
    results = [association(code, factor_kind, values) for code, values in pairs]
    adjusted, values, chances = np.array([(each.adjusted, each.value, each.chance) for each in results]).T
    assert min(adjusted) >= 0
    assert np.mean(adjusted) < 0.12
    assert np.mean(values) == pytest.approx(np.mean(chances), abs=0.1 if results[0].measure == "monotone fit" else 0.03)
    if (code_kind, factor_kind) == ("categorical", "attribute"):
        assert np.mean(chances) > 0.7, "the best of ten categories"
    assert not any(each.note for each in results)


def test_perfect_codes_have_about_1_and_numbers_and_angles_are_fitted(rng):
    attribute, classes, degrees = np.arange(FEW) % 2, np.arange(FEW) % 10, rng.uniform(0, 360, FEW)
    for kind, values, factor_kind, factor_of in (
        ("continuous", -np.exp(degrees / 50), "ordered", degrees),
        ("continuous", degrees / 50, "angle", degrees),
        ("continuous", attribute, "attribute", attribute),
        ("continuous", classes, "class", classes),
        ("circular", degrees - 180, "ordered", np.cos(np.deg2rad(degrees))),
        ("circular", 90 - degrees, "angle", degrees),
        ("circular", 20 + 90 * attribute, "attribute", attribute),
        ("circular", 36 * classes + rng.normal(0, 3, FEW), "class", classes),
        ("binary", attribute, "ordered", 3.0 * attribute),
        ("binary", attribute, "angle", 180.0 * attribute),
        ("binary", attribute, "attribute", 1 - attribute),
        ("binary", attribute, "class", 2 * attribute),
        ("categorical", classes, "ordered", classes**2.0),
        ("categorical", classes, "angle", 36.0 * classes),
        ("categorical", classes, "attribute", (classes == 3).astype(int)),
        ("categorical", classes, "class", 9 - classes),
    ):
        others = rng.uniform(size=[FEW, 2])
        columns = np.eye(10)[values] if kind == "categorical" else np.column_stack([others, values])
        if kind == "circular":
            columns = ((values + 180) % 360 - 180)[:, None]
        result = association(CodePredictions(kind, columns), factor_kind, factor_of)
        assert result.measure == MEASURES[kind][factor_kind]
        assert result.value > 0.9
        assert result.adjusted > 0.9, (kind, factor_kind)
        assert result.part == {"continuous": 2, "binary": 2, "circular": None}.get(kind, result.part)
        fitted = (("continuous", "ordered"), ("continuous", "angle"), ("circular", "angle"))
        assert (result.monotone_fit is not None) == ((kind, factor_kind) in fitted)


def test_a_code_that_leaves_two_angles_explains_half_of_a_full_turn(rng):
    degrees = rng.uniform(0, 360, NUMBER)
    ambiguous = association(continuous(np.cos(np.deg2rad(degrees))), "angle", degrees)
    assert (ambiguous.chance, ambiguous.adjusted) == (0, ambiguous.value)
    assert ambiguous.value == pytest.approx(0.5, abs=0.05)
    assert ambiguous.monotone_fit.error == pytest.approx(45, abs=4)
    assert ambiguous.monotone_fit.error_in_half_turn < 1.5


def test_parts_of_a_turn_have_the_circular_eta_of_their_mean_points(rng):
    degrees = rng.uniform(0, 360, NUMBER)
    bit = CodePredictions("binary", np.stack([rng.uniform(size=NUMBER), 1 - 0.8 * (degrees >= 180)], axis=1))
    quarters = association(categorical((degrees // 90).astype(int), 5), "angle", degrees)
    halves = association(bit, "angle", degrees)
    assert quarters.value == pytest.approx(np.sin(np.pi / 4) / (np.pi / 4), abs=0.02)
    assert (halves.value, halves.part) == (pytest.approx(2 / np.pi, abs=0.02), 1)


def test_values_are_those_of_scipy_and_sklearn(rng):
    code = rng.normal(size=NUMBER).round(1)  # With ties.
    number = code + rng.normal(size=NUMBER).round(1)
    attribute, classes = (number < 0).astype(int), quantile_bins(number)
    for kind, values, expected in (
        ("ordered", -number, spearmanr(code, number).statistic),
        ("attribute", attribute, 1 - roc_auc_score(attribute, code)),
        ("class", classes, normalized_mutual_info_score(classes, quantile_bins(code))),
    ):
        assert association(continuous(code), kind, values).value == pytest.approx(expected)


def test_an_nmi_adjusted_for_chance_is_about_the_adjusted_mutual_information(rng):
    classes = rng.integers(0, 20, 72)
    category = np.where(rng.uniform(size=72) < 0.5, classes, rng.integers(0, 20, 72))
    result = association(categorical(category, 20), "class", classes)
    assert result.chance > 0.5
    assert result.adjusted == pytest.approx(adjusted_mutual_info_score(category, classes), abs=0.05)


def test_the_correlation_ratio_of_a_hand_worked_example():
    # Squares within the groups 6, altogether 70.
    result = association(categorical([0, 0, 1, 1, 2, 2], 4), "ordered", np.array([0.0, 2, 4, 6, 8, 10]))
    assert (result.measure, result.value, result.part) == ("eta", pytest.approx(np.sqrt(64 / 70)), None)


def test_a_category_for_each_image_is_perfect_by_chance_alone():
    result = association(categorical(range(5), 5), "ordered", np.arange(5.0))
    assert (result.value, result.chance, result.adjusted) == (pytest.approx(1), pytest.approx(1), 0)


@pytest.mark.parametrize("code_kind", CODE_KINDS)
@pytest.mark.parametrize("factor_kind", FACTOR_KINDS)
def test_degenerate_input_is_not_measured_and_says_why(code_kind, factor_kind, rng):
    code, values = predictions(code_kind, rng, 30), factor_values(factor_kind, rng, 30)
    values[:2] = 0, 1
    same = 360.0 * np.arange(30) if factor_kind == "angle" else np.ones(30, int)  # Whole turns are the same angle.
    diverged, constant = (
        dataclasses.replace(code, values=given)
        for given in (code.values * np.nan, np.repeat(code.values[:1], 30, axis=0))
    )
    for given_code, given_values, note in (
        (constant, values, "Q's predictions are constant"),
        (code, same, "the factor is constant"),
        (diverged, values, "Q's predictions are not finite"),
    ):
        result = association(given_code, factor_kind, given_values)
        unrelated = 0.5 if result.measure == "AUC" else 0
        assert (result.value, result.chance, result.adjusted) == (unrelated, unrelated, 0)
        assert (result.note, result.part, result.monotone_fit) == (note, None, None)


def test_dimensions_that_do_not_vary_are_passed_over(rng):
    half = rng.integers(0, 2, NUMBER)
    code = continuous(np.ones(NUMBER), half)
    for kind, values in (("angle", 180.0 * half), ("class", 3 * half), ("ordered", -2.0 * half), ("attribute", half)):
        result = association(code, kind, values)
        assert (result.value, result.adjusted, result.part) == (pytest.approx(1), pytest.approx(1), 1)


def test_predictions_are_modes_angles_or_probabilities():
    flat = tf.constant([[2.0, -3.0, 0.5, 0.0], [0.0, 4.0, 0.0, 0.0]])
    for prior, kind, values in (
        (Uniform(size=2), "continuous", [[2, -3], [0, 4]]),
        (Circular(), "circular", np.rad2deg(np.arctan2([[-3], [4]], [[2], [0]]))),
        (Categorical(2), "categorical", scipy.special.softmax(flat[:, :2], axis=1)),
        (Bernoulli(size=2), "binary", scipy.special.expit(flat[:, :2])),
    ):
        predicted = CodePredictions.of(prior, prior.posterior(flat[:, : prior.param_size]))
        assert predicted.kind == kind
        np.testing.assert_allclose(predicted.values, values, rtol=1e-5)
