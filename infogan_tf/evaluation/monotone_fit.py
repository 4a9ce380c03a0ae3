"""How exactly a code predicts a number or an angle: the error after a monotone fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.isotonic import IsotonicRegression

FULL_TURN = 360.0
# Of a fit around the circle: where the code may begin, and how often angles are moved to the nearest turn.
STARTS = 4
REFITS = 4
# The half turns begin so many degrees apart.
HALF_TURN_STEP = 30
MIN_SHARE_OF_HALF_TURN = 0.1  # Of the images, with an angle in it.
MIN_IMAGES = 4


class MonotoneFit(NamedTuple):
    """Errors of a factor's prediction from a code, in the factor's own unit: degrees for an angle.

    Attributes:
        error: mean absolute error on images that the fit has not seen.
        error_of_constant: the same of the best constant, which does not know the code.
        half_turn_start: of an angle, where the half turn that the code predicts best begins, degrees, else None.
        error_in_half_turn: of an angle, the error of the images with an angle in that half turn, fitted without the
            others, else None.
        error_of_constant_in_half_turn: the same of the best constant there.
    """

    error: float
    error_of_constant: float
    half_turn_start: float | None = None
    error_in_half_turn: float | None = None
    error_of_constant_in_half_turn: float | None = None


def fit_monotone(code: np.ndarray, values: np.ndarray, is_angle: bool, code_is_angle: bool = False) -> MonotoneFit:
    """Predicts a factor from a code by isotonic regression, fitted on one half of the images and scored on the other.

    An angle is fitted around the circle: it may begin anywhere, run either way, and its errors are at most 180 degrees.

    Args:
        code: a circular code or one dimension of a continuous one, as Q predicts it, finite, `[number]`; at least four
            images.
        values: the factor of the same images, `[number]`.
        is_angle: whether it is an angle in degrees, where 360 is 0.
        code_is_angle: whether the code is one too; then the values are as well.
    """
    code, values = code.astype(np.float64), values.astype(np.float64)
    # At random, since the images may be sorted, or alternate.
    order = np.random.default_rng(0).permutation(len(values))
    fitted, scored = order[::2], order[1::2]
    if code_is_angle:
        code = _cut_far_from(code[fitted], code)
    parts = (code[fitted], values[fitted], code[scored], values[scored])
    return _fit_angle(*parts, code_is_angle) if is_angle else _fit_number(*parts)


def _fit_number(code: np.ndarray, values: np.ndarray, scored_code: np.ndarray, scored: np.ndarray) -> MonotoneFit:
    return MonotoneFit(*_errors(_fit_straight(code, values), np.median(values), scored_code, scored))


def _errors(fit: IsotonicRegression, constant: float, code: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The errors of a fit and of a constant."""
    return _mean_error(fit.predict(code) - values, is_angle=False), _mean_error(constant - values, is_angle=False)


def _fit_angle(
    code: np.ndarray, degrees: np.ndarray, scored_code: np.ndarray, scored: np.ndarray, code_is_angle: bool
) -> MonotoneFit:
    predicted = _fit_around(code, degrees).predict(scored_code)
    return MonotoneFit(
        _mean_error(predicted - scored, is_angle=True),
        _mean_error(_circular_median(degrees) - scored, is_angle=True),
        *_fit_half_turn(code, degrees, scored_code, scored, code_is_angle),
    )


def _fit_half_turn(
    code: np.ndarray, degrees: np.ndarray, scored_code: np.ndarray, scored: np.ndarray, code_is_angle: bool
) -> tuple[float | None, float | None, float | None]:
    """The half turn with the least error, relative to the best constant's, of the fitted images.

    Returns:
        Its start, and of the scored images in it the error and the best constant's; None if no half turn has enough.
    """
    best_ratio, best = np.inf, (None, None, None)
    least = max(MIN_IMAGES, MIN_SHARE_OF_HALF_TURN * len(degrees))
    for start in np.arange(0.0, FULL_TURN, HALF_TURN_STEP):
        inside, turned = _inside_half_turn(degrees, start)
        scored_inside, scored_turned = _inside_half_turn(scored, start)
        if min(len(turned), len(scored_turned)) < least or np.ptp(turned) == 0:
            continue
        code_inside, scored_code_inside = code[inside], scored_code[scored_inside]
        if code_is_angle:
            scored_code_inside = _cut_far_from(code_inside, scored_code_inside)
            code_inside = _cut_far_from(code_inside, code_inside)
        fit, constant = _fit_straight(code_inside, turned), np.median(turned)
        error, error_of_constant = _errors(fit, constant, code_inside, turned)
        if error / error_of_constant < best_ratio:
            best_ratio = error / error_of_constant
            best = (float(start), *_errors(fit, constant, scored_code_inside, scored_turned))
    return best


def _inside_half_turn(degrees: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Which angles are in the half turn that begins there, and how far they are from its start."""
    turned = (degrees - start) % FULL_TURN
    inside = turned < FULL_TURN / 2
    return inside, turned[inside]


def _fit_straight(code: np.ndarray, values: np.ndarray) -> IsotonicRegression:
    return _best([_isotonic(code, values, increasing) for increasing in (True, False)], code, values, is_angle=False)


def _fit_around(code: np.ndarray, degrees: np.ndarray) -> IsotonicRegression:
    fits = []
    for start in np.arange(STARTS) * FULL_TURN / STARTS:
        for increasing in (True, False):
            turned = (degrees - start) % FULL_TURN + start
            fit = _isotonic(code, turned, increasing)
            for _ in range(REFITS):  # An angle just past the start belongs to the turn that the fit is in.
                turned += FULL_TURN * np.round((fit.predict(code) - turned) / FULL_TURN)
                fit = _isotonic(code, turned, increasing)
            fits.append(fit)
    return _best(fits, code, degrees, is_angle=True)


def _best(fits: list[IsotonicRegression], code: np.ndarray, values: np.ndarray, is_angle: bool) -> IsotonicRegression:
    return min(fits, key=lambda fit: _mean_error(fit.predict(code) - values, is_angle))


def _isotonic(code: np.ndarray, values: np.ndarray, increasing: bool) -> IsotonicRegression:
    return IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(code, values)


def _circular_median(degrees: np.ndarray) -> float:
    """The whole degree with the least mean error."""
    candidates = np.arange(FULL_TURN)
    return float(min(candidates, key=lambda candidate: _mean_error(candidate - degrees, is_angle=True)))


def _circular_mean(degrees: np.ndarray) -> float:
    return float(np.rad2deg(np.angle(np.mean(np.exp(1j * np.deg2rad(degrees))))))


def _cut_far_from(most: np.ndarray, code: np.ndarray) -> np.ndarray:
    """A circular code from -180 to 180, turned so that where it is cut is opposite to the mean of most of it."""
    return _around_zero(code - _circular_mean(most))


def _mean_error(differences: np.ndarray, is_angle: bool) -> float:
    return float(np.mean(np.abs(_around_zero(differences) if is_angle else differences)))


def _around_zero(degrees: np.ndarray) -> np.ndarray:
    """The same angles from -180 to 180."""
    return (degrees + FULL_TURN / 2) % FULL_TURN - FULL_TURN / 2
