"""How exactly a code predicts a number or an angle: the error after a monotone fit."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from infogan_tf.evaluation.schema import MonotoneFit

FULL_TURN = 360.0


def fit_monotone(code: np.ndarray, values: np.ndarray, is_angle: bool, code_is_angle: bool = False) -> MonotoneFit:
    """Predicts a factor from a code by isotonic regression, fitted on one half of the images and scored on the other.

    An angle, in degrees, is fitted around the circle: it may begin anywhere, run either way, and its errors are at most
    180 degrees. The code is one dimension of a continuous one, or a circular one if it is an angle too, as then the
    factor is; it is finite, `[number]`. There are at least four values of the factor, `[number]`.
    """
    code, values = code.astype(np.float64), values.astype(np.float64)
    # At random, since the images may be sorted, or alternate.
    order = np.random.default_rng(0).permutation(len(values))
    fitted, scored = order[::2], order[1::2]
    if code_is_angle:
        code = _cut_far_from(code[fitted], code)
    (errors,) = _errors(code, values, is_angle, fitted, scored)
    return MonotoneFit(*errors, *(_fit_half_turn(code, values, fitted, scored, code_is_angle) if is_angle else ()))


def _fit_half_turn(
    code: np.ndarray, degrees: np.ndarray, fitted: np.ndarray, scored: np.ndarray, code_is_angle: bool
) -> tuple[float | None, float | None, float | None]:
    """The start of the half turn with the least error, relative to the best constant's, of the fitted images.

    Beside it, of the scored images in it, the error and the best constant's; all None if no half turn has enough.
    """
    best_ratio, best = np.inf, (None, None, None)
    for start in np.arange(0.0, FULL_TURN, 30):
        turned = (degrees - start) % FULL_TURN
        fitted_inside, scored_inside = (half[turned[half] < FULL_TURN / 2] for half in (fitted, scored))
        is_enough = min(len(fitted_inside), len(scored_inside)) >= max(4, 0.1 * len(fitted))
        if not is_enough or np.ptp(turned[fitted_inside]) == 0:
            continue
        uncut = _cut_far_from(code[fitted_inside], code) if code_is_angle else code
        (error, of_constant), errors = _errors(uncut, turned, False, fitted_inside, fitted_inside, scored_inside)
        if error / of_constant < best_ratio:
            best_ratio, best = error / of_constant, (float(start), *errors)
    return best


def _errors(
    code: np.ndarray, values: np.ndarray, is_angle: bool, fitted: np.ndarray, *sets: np.ndarray
) -> list[tuple[float, float]]:
    """The mean errors of the best fit to some images, and of the best constant, on each of several sets of images."""
    fit = _fit(code[fitted], values[fitted], is_angle)
    constant = _circular_median(values[fitted]) if is_angle else np.median(values[fitted])
    differences, of_constant = fit.predict(code) - values, constant - values
    return [(_mean_error(differences[part], is_angle), _mean_error(of_constant[part], is_angle)) for part in sets]


def _fit(code: np.ndarray, values: np.ndarray, is_angle: bool) -> IsotonicRegression:
    """The best fit, rising or falling; that of an angle goes around the circle."""
    fits = []
    for start in (0, 90, 180, 270) if is_angle else (0,):
        for increasing in (True, False):
            turned = (values - start) % FULL_TURN + start if is_angle else values
            fit = IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(code, turned)
            for _ in range(4 if is_angle else 0):  # An angle just past the start belongs to the fit's own turn.
                turned += FULL_TURN * np.round((fit.predict(code) - turned) / FULL_TURN)
                fit = IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(code, turned)
            fits.append(fit)
    return min(fits, key=lambda fit: _mean_error(fit.predict(code) - values, is_angle))


def _mean_error(differences: np.ndarray, is_angle: bool) -> float:
    return float(np.mean(np.abs(_around_zero(differences) if is_angle else differences)))


def _circular_median(degrees: np.ndarray) -> float:
    """The whole degree with the least mean error."""
    return min(np.arange(FULL_TURN), key=lambda candidate: _mean_error(candidate - degrees, is_angle=True))


def _cut_far_from(most: np.ndarray, code: np.ndarray) -> np.ndarray:
    """A circular code from -180 to 180, turned so that where it is cut is opposite to the mean of most of it."""
    return _around_zero(code - np.rad2deg(np.angle(np.mean(np.exp(1j * np.deg2rad(most))))))


def _around_zero(degrees: np.ndarray) -> np.ndarray:
    """The same angles from -180 to 180."""
    return (degrees + FULL_TURN / 2) % FULL_TURN - FULL_TURN / 2
