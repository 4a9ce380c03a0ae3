import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score

from infogan_tf.evaluation.factor_associations import (
    MEASURES,
    CodePredictions,
    association,
    quantile_bins,
)

NUMBER = 600
CODE_KINDS, FACTOR_KINDS = (sorted({pair[i] for pair in MEASURES}) for i in (0, 1))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def one_hot(categories, number):
    return np.eye(number)[categories]


def predictions(kind, rng, number=NUMBER):
    if kind == "categorical":
        return CodePredictions(kind, rng.dirichlet(np.ones(5), number))
    return CodePredictions(kind, rng.uniform(0, 1, [number, 1]))


def factor_values(kind, rng, number=NUMBER):
    if kind in ("class", "attribute"):
        return rng.integers(0, 4 if kind == "class" else 2, number)
    return rng.uniform(0, 360, number)


@pytest.mark.parametrize("code_kind", CODE_KINDS)
@pytest.mark.parametrize("factor_kind", FACTOR_KINDS)
def test_unrelated_codes_and_factors_are_near_chance(code_kind, factor_kind, rng):
    result = association(predictions(code_kind, rng), factor_kind, factor_values(factor_kind, rng))
    assert 0 <= result.strength < 0.15
    if result.measure != "NMI":
        assert result.value == pytest.approx(0.5 + result.strength / 2 if result.measure == "AUC" else result.strength)
    assert not result.note


def test_strong_associations_of_every_kind(rng):
    degrees = rng.uniform(0, 360, NUMBER)
    classes, half = (degrees // 90).astype(int), (degrees >= 180).astype(int)
    category = CodePredictions("categorical", one_hot([2, 0, 3, 1], 5)[classes])
    probability = CodePredictions("binary", np.stack([rng.uniform(size=NUMBER), 1 - half * 0.8], axis=1))
    number = CodePredictions("continuous", np.stack([rng.uniform(size=NUMBER), -np.exp(degrees / 100)], axis=1))
    factors = {"class": classes, "attribute": half, "ordered": degrees, "angle": degrees}
    table = {
        name: {kind: association(code, kind, values) for kind, values in factors.items()}
        for name, code in {"c1": category, "b1": probability, "c2": number}.items()
    }
    assert table["c1"]["class"][:3] == ("NMI", 1, 1)
    assert table["b1"]["attribute"] == ("AUC", 1, 1, 1, "")
    assert table["c2"]["ordered"] == ("|Spearman|", pytest.approx(1), pytest.approx(1), 1, "")
    assert table["c2"]["attribute"] == ("AUC", 1, 1, 1, "")
    assert table["c1"]["attribute"].part in (0, 1, 2, 3)
    assert table["c1"]["attribute"].value == pytest.approx(0.75, abs=0.02), "one of two categories of each half"
    assert table["c1"]["ordered"].value > 0.96
    assert table["c1"]["angle"].value == pytest.approx(np.sin(np.pi / 4) / (np.pi / 4), abs=0.02), "mean of a quarter"
    assert table["c2"]["angle"].value > 0.6
    assert table["c2"]["class"].value > 0.6, "ten bins of four classes cannot reach 1"
    assert table["b1"]["angle"].value == pytest.approx(2 * np.sqrt(2) / np.pi, abs=0.02), "correlation of sin and sign"


def test_values_are_those_of_scipy_and_sklearn(rng):
    code = rng.normal(size=[NUMBER, 1]).round(1)  # With ties.
    number = code[:, 0] + rng.normal(size=NUMBER).round(1)
    attribute, classes = (number < 0).astype(int), quantile_bins(number)
    continuous = CodePredictions("continuous", code)
    assert association(continuous, "ordered", -number).value == pytest.approx(spearmanr(code[:, 0], number).statistic)
    auc = association(continuous, "attribute", attribute)
    assert auc.value == pytest.approx(1 - roc_auc_score(attribute, code[:, 0]))
    assert auc.strength == pytest.approx(2 * auc.value - 1)
    expected = normalized_mutual_info_score(classes, quantile_bins(code[:, 0]))
    assert association(continuous, "class", classes).value == pytest.approx(expected)
    degrees = 40 * number
    circle = np.stack([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], axis=1)
    share = LinearRegression().fit(circle, code[:, 0]).score(circle, code[:, 0])
    assert association(continuous, "angle", degrees).value == pytest.approx(np.sqrt(share))
    # Mardia's own formula, in the three correlations.
    xc, xs, cs = np.corrcoef([code[:, 0], *circle.T])[[0, 0, 1], [1, 2, 2]]
    assert share == pytest.approx((xc**2 + xs**2 - 2 * xc * xs * cs) / (1 - cs**2))


def test_an_nmi_that_few_images_have_by_chance_has_no_strength(rng):
    strengths = []
    for _ in range(10):
        result = association(predictions("continuous", rng, 72), "class", rng.integers(0, 20, 72))
        assert result.value > 0.3
        strengths.append(result.strength)
    assert np.mean(strengths) < 0.05
    classes = rng.integers(0, 20, 72)
    same = association(CodePredictions("categorical", one_hot(classes, 20)), "class", classes)
    assert (same.value, same.strength) == (pytest.approx(1), pytest.approx(1))


def test_the_correlation_ratio_of_a_hand_worked_example():
    # Squares within the groups 6, with 3 degrees of freedom; altogether 70, with 5: 1 - (6 / 3) / (70 / 5) = 6 / 7.
    category = CodePredictions("categorical", one_hot([0, 0, 1, 1, 2, 2], 4))
    result = association(category, "ordered", np.array([0.0, 2, 4, 6, 8, 10]))
    assert result[:4] == ("eta", pytest.approx(np.sqrt(6 / 7)), pytest.approx(np.sqrt(6 / 7)), None)
    on_axes = association(category, "angle", np.array([0.0, 0, 90, 90, 180, 180]))
    assert on_axes.value == pytest.approx(1)


def test_more_groups_than_images_can_tell_are_no_association(rng):
    values = [association(predictions("categorical", rng, 20), "ordered", rng.normal(size=20)).value for _ in range(50)]
    assert np.mean(np.square(values)) < 0.1, "uncorrected: 4 of 19"
    each_its_own = CodePredictions("categorical", np.eye(5))
    assert association(each_its_own, "ordered", np.arange(5.0)).value == 0


@pytest.mark.parametrize("code_kind", CODE_KINDS)
@pytest.mark.parametrize("factor_kind", FACTOR_KINDS)
def test_degenerate_input_has_no_strength_and_says_why(code_kind, factor_kind, rng):
    code, values = predictions(code_kind, rng, 30), factor_values(factor_kind, rng, 30)
    unknown = values * np.nan if values.dtype.kind == "f" else values * 0 - 1
    diverged = code._replace(values=code.values * np.nan)
    constant = code._replace(values=np.repeat(code.values[:1], 30, axis=0))
    for given_code, given_values, note in (
        (constant, values, "Q's predictions are constant"),
        (code, values[:1].repeat(30), "the factor is constant"),
        (diverged, values, "Q's predictions are not finite"),
        (code, unknown, "the factor is unknown for all images"),
        (code._replace(values=code.values[:0]), values[:0], "the factor is unknown for all images"),
    ):
        result = association(given_code, factor_kind, given_values)
        assert (result.value, result.strength) == (0.5 if result.measure == "AUC" else 0, 0)
        assert result.note == note
    unknown[2:] = values[2:]
    result = association(code, factor_kind, unknown)
    assert result[:4] == association(code._replace(values=code.values[2:]), factor_kind, values[2:])[:4]
    assert result.note == "unknown for 2 of 30 images, which are left out"


def test_angles_on_a_line_and_dimensions_that_do_not_vary(rng):
    half = rng.integers(0, 2, NUMBER)
    code = CodePredictions("continuous", np.stack([np.ones(NUMBER), half], axis=1))
    assert association(code, "angle", 180.0 * half)[:4] == ("circular R", pytest.approx(1), pytest.approx(1), 1)
    classes = 3 * half  # No image is of the classes between.
    assert association(code, "class", classes)[:4] == ("NMI", pytest.approx(1), pytest.approx(1), 1)


def test_whole_turns_apart_is_the_same_angle(rng):
    for kind in CODE_KINDS:
        result = association(predictions(kind, rng), "angle", 360.0 * rng.integers(0, 3, NUMBER))
        assert (result.strength, result.note) == (0, "the factor is constant")


def test_predictions_and_factors_of_different_images_are_refused(rng):
    with pytest.raises(ValueError, match="factor_values must be of 600 images, got 599"):
        association(predictions("binary", rng), "angle", np.zeros(599))
