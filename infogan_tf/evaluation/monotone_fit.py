"""How exactly a code predicts a number or an angle: the error after a monotone fit."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from infogan_tf.evaluation.schema import MonotoneFit

FULL_TURN = 360.0
# Of a fit around the circle: where the code may begin, and how often angles are moved to the nearest turn.
STARTS = 4
REFITS = 4
# The half turns begin so many degrees apart.
HALF_TURN_STEP = 30
MIN_SHARE_OF_HALF_TURN = 0.1  # Of the images, with an angle in it.
MIN_IMAGES = 4


def fit_monotone(code: np.ndarray, values: np.ndarray, is_angle: bool, code_is_angle: bool = False) -> MonotoneFit:
    """Predicts a factor from a code by isotonic regression, fitted on one half of the images and scored on the other.

    An angle is fitted around the circle: it may begin anywhere, run either way, and its errors are at most 180 degrees.

    Args:
        code: a circular code or one dimension of a continuous one, as Q predicts it, finite, `[number]`.
        values: the factor of the same images, at least four, `[number]`.
        is_angle: whether it is an angle in degrees, where 360 is 0.
        code_is_angle: whether the code is one too; then the values are as well.
    """
    code, values = code.astype(np.float64), values.astype(np.float64)
    # At random, since the images may be sorted, or alternate.
    order = np.random.default_rng(0).permutation(len(values))
    fitted, scored = order[::2], order[1::2]
    if code_is_angle:
        code = _cut_far_from(code[fitted], code)
    halves = (code[fitted], values[fitted], code[scored], values[scored])
    fit = _fit(*halves[:2], is_angle)
    if not is_angle:
        return MonotoneFit(*_errors(fit, np.median(values[fitted]), *halves[2:]))
    predicted = fit.predict(code[scored])
    return MonotoneFit(
        _mean_error(predicted - values[scored], is_angle=True),
        _mean_error(_circular_median(values[fitted]) - values[scored], is_angle=True),
        *_fit_half_turn(*halves, code_is_angle),
    )


def _errors(fit: IsotonicRegression, constant: float, code: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The errors of a fit and of a constant."""
    return _mean_error(fit.predict(code) - values, is_angle=False), _mean_error(constant - values, is_angle=False)


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
        code_inside, turned = _inside_half_turn(code, degrees, start)
        scored_code_inside, scored_turned = _inside_half_turn(scored_code, scored, start)
        if min(len(turned), len(scored_turned)) < least or np.ptp(turned) == 0:
            continue
        if code_is_angle:
            scored_code_inside = _cut_far_from(code_inside, scored_code_inside)
            code_inside = _cut_far_from(code_inside, code_inside)
        fit, constant = _fit(code_inside, turned, is_angle=False), np.median(turned)
        error, error_of_constant = _errors(fit, constant, code_inside, turned)
        if error / error_of_constant < best_ratio:
            best_ratio = error / error_of_constant
            best = (float(start), *_errors(fit, constant, scored_code_inside, scored_turned))
    return best


def _inside_half_turn(code: np.ndarray, degrees: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """The code of the images with an angle in the half turn that begins there, and how far they are from its start."""
    turned = (degrees - start) % FULL_TURN
    inside = turned < FULL_TURN / 2
    return code[inside], turned[inside]


def _fit(code: np.ndarray, values: np.ndarray, is_angle: bool) -> IsotonicRegression:
    """The best fit, rising or falling; that of an angle goes around the circle."""
    fits = []
    for start in np.arange(STARTS) * FULL_TURN / STARTS if is_angle else [0]:
        for increasing in (True, False):
            turned = (values - start) % FULL_TURN + start if is_angle else values
            fit = IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(code, turned)
            for _ in range(REFITS if is_angle else 0):  # An angle just past the start belongs to the fit's own turn.
                turned += FULL_TURN * np.round((fit.predict(code) - turned) / FULL_TURN)
                fit = IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(code, turned)
            fits.append(fit)
    return min(fits, key=lambda fit: _mean_error(fit.predict(code) - values, is_angle))


def _circular_median(degrees: np.ndarray) -> float:
    """The whole degree with the least mean error."""
    return min(np.arange(FULL_TURN), key=lambda candidate: _mean_error(candidate - degrees, is_angle=True))


def _cut_far_from(most: np.ndarray, code: np.ndarray) -> np.ndarray:
    """A circular code from -180 to 180, turned so that where it is cut is opposite to the mean of most of it."""
    return _around_zero(code - np.rad2deg(np.angle(np.mean(np.exp(1j * np.deg2rad(most))))))


def _mean_error(differences: np.ndarray, is_angle: bool) -> float:
    return float(np.mean(np.abs(_around_zero(differences) if is_angle else differences)))


def _around_zero(degrees: np.ndarray) -> np.ndarray:
    """The same angles from -180 to 180."""
    return (degrees + FULL_TURN / 2) % FULL_TURN - FULL_TURN / 2
