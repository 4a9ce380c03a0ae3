import numpy as np
import pytest

from infogan_tf.evaluation.monotone_fit import fit_monotone

NUMBER = 800


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_number_that_a_code_tells_up_to_a_monotone_function(rng):
    values = rng.uniform(-75, 75, NUMBER)
    exact = fit_monotone(-np.exp(values / 40), values, is_angle=False)
    assert exact.error < 0.5
    assert exact.error_of_constant == pytest.approx(37.5, rel=0.1)
    unrelated = fit_monotone(rng.normal(size=NUMBER), values, is_angle=False)
    assert unrelated.error == pytest.approx(unrelated.error_of_constant, rel=0.1)


@pytest.mark.parametrize(("start", "sign"), [(0, 1), (100, -1), (359, 1)])
def test_an_angle_may_begin_anywhere_and_run_either_way(start, sign, rng):
    degrees = rng.uniform(0, 360, NUMBER)
    code = sign * ((degrees - start) % 360) / 180 + rng.normal(0, 0.05, NUMBER)
    around = fit_monotone(code, degrees - 720, is_angle=True)
    assert around.error == pytest.approx(9 * np.sqrt(2 / np.pi), rel=0.3), "mean of |9 degrees of Gaussian noise|"
    assert around.error_of_constant == pytest.approx(90, rel=0.1)
    if start == 100:
        assert fit_monotone(code, degrees, is_angle=False).error > 2 * around.error


def test_the_half_turn_that_a_code_predicts_best(rng):
    degrees = rng.uniform(0, 360, NUMBER)
    code = np.where((degrees > 60) & (degrees < 240), degrees / 180, rng.uniform(0, 2, NUMBER))
    fit = fit_monotone(code, degrees, is_angle=True)
    assert fit.half_turn_start == 60
    assert fit.error_in_half_turn < 2 < 20 < fit.error
    assert fit_monotone(code, degrees, is_angle=False).error_in_half_turn is None


@pytest.mark.parametrize("concentration", [0, 3])
def test_no_half_turn_of_an_unrelated_code_is_better_than_its_constant(concentration, rng):
    degrees = np.rad2deg(rng.vonmises(0, concentration, NUMBER))
    fit = fit_monotone(rng.normal(size=NUMBER), degrees, is_angle=True)
    assert fit.error_in_half_turn == pytest.approx(fit.error_of_constant_in_half_turn, rel=0.2)


@pytest.mark.parametrize("offset", [0, 120, 180])
def test_a_circular_code_of_a_part_of_the_turn_is_not_torn_apart_by_its_cut(offset, rng):
    degrees = rng.uniform(0, 90, NUMBER)
    code = (degrees + offset + rng.normal(0, 5, NUMBER) + 180) % 360 - 180
    fit = fit_monotone(code, degrees, is_angle=True, code_is_angle=True)
    assert fit.error == pytest.approx(5 * np.sqrt(2 / np.pi), rel=0.3)


@pytest.mark.parametrize(("offset", "sign"), [(0, 1), (140, 1), (200, -1)])
def test_a_circular_code_may_be_cut_anywhere(offset, sign, rng):
    degrees = rng.uniform(0, 360, NUMBER)
    code = (sign * degrees + offset + rng.normal(0, 9, NUMBER) + 180) % 360 - 180
    fit = fit_monotone(code, degrees, is_angle=True, code_is_angle=True)
    expected = pytest.approx(9 * np.sqrt(2 / np.pi), rel=0.4)
    assert (fit.error, fit.error_in_half_turn) == (expected, expected)
    assert fit.error_of_constant_in_half_turn == pytest.approx(45, rel=0.1)


def test_a_circular_code_that_knows_a_half_turn_that_it_is_cut_in(rng):
    degrees = rng.uniform(0, 360, NUMBER)
    known = (degrees > 90) & (degrees < 270)
    code = np.where(known, degrees, rng.uniform(-180, 180, NUMBER) % 180 - 90)
    code = (code + 180) % 360 - 180
    fit = fit_monotone(code, degrees, is_angle=True, code_is_angle=True)
    assert (fit.half_turn_start, fit.error_in_half_turn < 2) == (90, True)


def test_the_score_is_of_images_that_the_fit_has_not_seen(rng):
    few = fit_monotone(rng.normal(size=20), rng.uniform(0, 360, 20), is_angle=True)
    assert few.error > 45, "a fit follows the noise of the images that it is fitted to"


def test_constants_and_few_images_are_measured_too(rng):
    constant = fit_monotone(np.ones(50), rng.normal(size=50), is_angle=False)
    assert constant.error == pytest.approx(constant.error_of_constant, rel=0.2)
    angle = fit_monotone(rng.normal(size=50), np.full(50, 7.0), is_angle=True)
    assert (angle.error, angle.error_of_constant) == (pytest.approx(0, abs=1e-6), 0)
    few = fit_monotone(np.arange(6.0), np.arange(6) * 60.0, is_angle=True)
    assert (few.half_turn_start, few.error_in_half_turn) == (None, None)
