"""Each measure on cases worked out by hand, and on one whose values disentanglement_lib 1.5 gives."""

import numpy as np
import pytest

from infogan_tf.evaluation.disentanglement.beta_vae import beta_vae
from infogan_tf.evaluation.disentanglement.dci import dci
from infogan_tf.evaluation.disentanglement.factor_vae import factor_vae
from infogan_tf.evaluation.disentanglement.infomec import infomec
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes
from infogan_tf.evaluation.disentanglement.mig import mig
from infogan_tf.evaluation.disentanglement.modularity_explicitness import explicitness, modularity
from infogan_tf.evaluation.disentanglement.sap import sap
from infogan_tf.evaluation.factor_associations import CodePredictions

SIZES = (4, 3, 2)
RNG = np.random.default_rng(0)
# Every combination of values 25 times, so that factors tell nothing of each other.
GRID = RNG.permutation(np.repeat(np.stack(np.meshgrid(*map(np.arange, SIZES)), -1).reshape(-1, 3), 25, axis=0))
NOISE = RNG.normal(size=[len(GRID), 3])
SCORES = {
    "MIG": mig,
    "SAP": lambda codes: sap(codes, codes),
    "disentanglement": lambda codes: dci(codes, codes).disentanglement,
    "completeness": lambda codes: dci(codes, codes).completeness,
    "informativeness": lambda codes: dci(codes, codes).informativeness,
    "modularity": modularity,
    "explicitness": lambda codes: explicitness(codes, codes),
    "InfoModularity": lambda codes: infomec(codes).modularity,
    "InfoCompactness": lambda codes: infomec(codes).compactness,
    "InfoExplicitness": lambda codes: infomec(codes).explicitness,
    "FactorVAE": lambda codes: factor_vae(codes, codes),
    "BetaVAE": lambda codes: beta_vae(codes, codes),
}


def continuous(*dimensions, factors=GRID):
    return LabeledCodes.of({"c": CodePredictions("continuous", np.stack(dimensions, axis=1))}, factors)


def categorical(*dimensions, sizes=SIZES):
    codes = zip(dimensions, sizes, strict=True)
    predictions = {f"c{i}": CodePredictions("categorical", np.eye(n)[values]) for i, (values, n) in enumerate(codes)}
    return LabeledCodes.of(predictions, GRID)


def angles(values, size):
    return CodePredictions("circular", (170 + 360 / size * values[:, None] + NOISE[:, :1] + 180) % 360 - 180)


PERFECT = {
    "continuous": continuous(*GRID.T + 0.0),
    "another order, sign and scale": continuous(5 - GRID[:, 2], 0.1 * GRID[:, 0], -GRID[:, 1]),
    "categories in another order": categorical(np.array([2, 0, 3, 1])[GRID[:, 0]], *GRID.T[1:]),
    "angles": LabeledCodes.of({f"c{i}": angles(GRID[:, i], n) for i, n in enumerate(SIZES)}, GRID),
    "bits": LabeledCodes.of({"c": CodePredictions("binary", GRID == 1)}, GRID == 1),
}


@pytest.mark.parametrize("case", PERFECT)
def test_a_dimension_for_each_factor_has_1(case):
    codes = PERFECT[case]
    for measure in set(SCORES) - {"SAP", "InfoModularity", "InfoCompactness", "explicitness", "InfoExplicitness"}:
        assert SCORES[measure](codes) == pytest.approx(1, abs=0.01), measure
    # Neighbors are not counted exactly.
    assert SCORES["InfoModularity"](codes) > 0.95
    assert SCORES["InfoCompactness"](codes) > 0.95


def test_linear_predictors_read_categories_and_angles_but_not_the_middle_of_a_line():
    # By hand: another dimension tells each of n values in 1/n of the images.
    gap = 1 - np.mean(1 / np.array(SIZES))
    for case in ("categories in another order", "angles"):
        assert SCORES["SAP"](PERFECT[case]) == pytest.approx(gap, abs=0.02)
        assert SCORES["explicitness"](PERFECT[case]) == pytest.approx(1)
        assert SCORES["InfoExplicitness"](PERFECT[case]) > 0.99
    assert SCORES["SAP"](PERFECT["continuous"]) < gap - 0.05


def test_a_second_dimension_for_a_factor_takes_its_gap_but_not_its_modularity():
    once, twice = continuous(*GRID.T), continuous(*GRID.T, -GRID[:, 0])
    # By hand: one gap of three is 0.
    assert mig(twice) == pytest.approx(2 / 3)
    assert sap(twice, twice) < sap(once, once) - 0.1
    assert modularity(twice) == pytest.approx(1)
    assert SCORES["disentanglement"](twice) == pytest.approx(1, abs=1e-3)
    assert SCORES["completeness"](twice) < 0.95
    assert SCORES["InfoCompactness"](twice) < SCORES["InfoCompactness"](once) - 0.1
    assert SCORES["FactorVAE"](twice) == 1


def test_a_dimension_of_two_factors_costs_modularity_but_not_the_gap():
    # By hand: the first dimension determines two of the factors, and no other one knows of these.
    codes = categorical(GRID[:, 0] * 3 + GRID[:, 1], GRID[:, 2], sizes=(12, 2))
    assert mig(codes) == pytest.approx(1)
    of_first = 1 - (np.log(3) / np.log(4)) ** 2 / 2
    assert modularity(codes) == pytest.approx((of_first + 1) / 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("measure", SCORES)
def test_a_constant_dimension_changes_little_and_constant_codes_break_nothing(measure):
    constant, score = np.full(len(GRID), 0.3), SCORES[measure]
    without, beside = score(continuous(*GRID.T)), score(continuous(*GRID.T, constant))
    # By hand: modularity counts a dimension that knows of no factor as 0.
    assert beside == pytest.approx(without * (0.75 if measure == "modularity" else 1), abs=0.02)
    if measure != "BetaVAE":  # All differences are the same.
        alone = score(continuous(constant, constant))
        assert alone is None if measure == "InfoCompactness" else 0 <= alone <= 0.55


def test_scores_of_one_factor_or_one_dimension_alone_are_missing():
    of_one_factor = continuous(*NOISE.T, factors=GRID[:, :1])
    of_one_dimension = continuous(GRID[:, 0])
    missing = {"disentanglement", "modularity", "InfoModularity"}, {"MIG", "SAP", "completeness", "InfoCompactness"}
    for codes, names in zip((of_one_factor, of_one_dimension), missing, strict=True):
        measured = {name for name in set(SCORES) - {"FactorVAE", "BetaVAE"} if SCORES[name](codes) is None}
        assert measured == names


def example(number, seed, noise):
    """Factors of 4, 3 and 6 values; a dimension of one, of two, two of the third one, and one that hardly varies."""
    random = np.random.RandomState(seed)
    factors = np.stack([random.randint(0, size, number) for size in (4, 3, 6)], axis=1)
    (a, b, c), drawn = (factors / [4, 3, 6]).T, random.normal(size=[number, 5]) * [*noise, 0.01]
    return continuous(*(np.stack([a, b + 0.5 * a, c, 0.5 * c, 0 * a], axis=1) + drawn).T, factors=factors)


def test_scores_are_those_of_disentanglement_lib():
    codes = example(600, 0, [0.1, 0.1, 0.3, 0.5])
    fitted, tested = codes[np.arange(400)], codes[np.arange(400, 600)]
    # The bins are those of all 600 images.
    assert mig(codes) == pytest.approx(0.41464252)
    assert modularity(codes) == pytest.approx(0.90276179)
    assert sap(fitted, tested) == pytest.approx(0.18333333)
    assert explicitness(fitted, tested) == pytest.approx(0.89940889, abs=1e-6)
    # With as many stages of boosting, four, and random_state=0.
    assert dci(fitted, tested) == pytest.approx((0.62041528, 0.62337532, 0.67), abs=1e-6)


def test_infomec_is_that_of_its_authors():
    codes = example(600, 0, [0.1, 0.1, 0.3, 0.5])
    # Neighbors are found beside random noise of 1e-10, which is drawn for all dimensions together.
    assert infomec(codes) == pytest.approx((0.84497347, 0.89179479, 0.59979051), abs=1e-3)


def test_votes_are_about_those_of_disentanglement_lib():
    codes = example(20_000, 1, [0.2, 1.0, 1.5, 1.5])
    fitted, tested = codes[np.arange(10_000)], codes[np.arange(10_000, 20_000)]
    # It draws other images, and new ones for each vote.
    assert factor_vae(fitted, tested) == pytest.approx(0.6494, abs=0.02)
    assert beta_vae(fitted, tested) == pytest.approx(0.7240, abs=0.02)
