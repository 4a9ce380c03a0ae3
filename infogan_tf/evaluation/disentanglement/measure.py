"""All measures of disentanglement of one run, each with its range over random splits of the images and its chance."""

import functools
import itertools
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from infogan_tf.console import logger, progress
from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import FEW_HELD_OUT
from infogan_tf.evaluation.disentanglement.beta_vae import beta_vae
from infogan_tf.evaluation.disentanglement.dci import dci
from infogan_tf.evaluation.disentanglement.factor_vae import factor_vae
from infogan_tf.evaluation.disentanglement.infomec import infomec
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes, discrete_factors
from infogan_tf.evaluation.disentanglement.mig import mig
from infogan_tf.evaluation.disentanglement.modularity_explicitness import explicitness, modularity
from infogan_tf.evaluation.disentanglement.sap import sap
from infogan_tf.evaluation.factor_associations import CodePredictions
from infogan_tf.evaluation.schema import Disentanglement, DisentanglementScore

NUM_SPLITS = 3
FITTED_SHARE = 2 / 3  # As 10,000 of 15,000 in disentanglement_lib.
DCI_FITTED = 2_000  # More give about the same scores, and take minutes.
MOST_VALUES = 50  # A factor with more is left out, since DCI would take minutes.
IMAGES_OF_A_VALUE = 30  # On average, for measures that hold a factor fixed: ten in the third that is tested.
TREES = f"GradientBoostingClassifier(n_estimators=images / 100), at most {DCI_FITTED:,} images fitted"
BINS = "20 bins of equal width"
NEAREST = "10 nearest neighbors"
VOTES = "64 images of one value, 10,000 votes fitted, 5,000 tested"
# By measure the settings, those of disentanglement_lib or, for InfoMEC, of its authors, unless docs/evaluation.md says
# otherwise.
SETTINGS = {
    "MIG": BINS,
    "SAP": 'LinearSVC(C=0.01, class_weight="balanced")',
    "DCI disentanglement": TREES,
    "DCI completeness": TREES,
    "DCI informativeness": TREES,
    "Modularity": BINS,
    "Explicitness": "LogisticRegression(), ROC AUC",
    "InfoModularity": NEAREST,
    "InfoCompactness": NEAREST,
    "InfoExplicitness": "logistic regression, not regularized",
    "FactorVAE": VOTES,
    "BetaVAE": VOTES.replace("images", "pairs"),
}


def measure_disentanglement(codes: Mapping[str, CodePredictions], factors: Sequence[Factor]) -> Disentanglement | None:
    """The measures of Q's predictions for held-out images, against the factors of these.

    Chance is the same measure where the images' factors are shuffled within each part of a split.

    Returns:
        None where nothing can be measured: fewer than 30 images, predictions that are not finite, or no factor of at
        most 50 values, of which all parts of each split have two.
    """
    number = len(next(iter(codes.values())).values)
    if number < FEW_HELD_OUT or not all(np.isfinite(code.values).all() for code in codes.values()):
        logger.info(f"  fewer than {FEW_HELD_OUT} images, or predictions that are not finite: it is not measured")
        return None
    values, binned = discrete_factors(factors)
    splits = [_split(number, seed) for seed in range(NUM_SPLITS)]
    is_used = [column.max() < MOST_VALUES and _varies(column, splits) for column in values.T]
    names = [factor.name for factor, used in zip(factors, is_used, strict=True) if used]
    if not names:
        logger.info(f"  no factor has 2 to {MOST_VALUES} values in all parts of each split: it is not measured")
        return None
    labeled = LabeledCodes.of(codes, values[:, is_used])
    has_groups = len(names) > 1 and not binned and number / (labeled.factors.max() + 1) >= IMAGES_OF_A_VALUE
    measured, at_chance = [], []
    for split in progress(splits, NUM_SPLITS, "splits measured"):
        parts = [labeled[part] for part in split]
        measured.append(_measure(*parts, has_groups))
        at_chance.append(_measure(*map(LabeledCodes.shuffled, parts), has_groups))
    return Disentanglement(
        dimensions=list(labeled.names),
        factors={name: int(column.max()) + 1 for name, column in zip(names, labeled.factors.T, strict=True)},
        binned=[name for name in names if name in binned],
        left_out=[factor.name for factor in factors if factor.name not in names],
        fitted=len(splits[0][0]),
        tested=len(splits[0][2]),
        splits=NUM_SPLITS,
        scores={name: _score(name, measured, at_chance) for name in dict.fromkeys(itertools.chain(*measured))},
    )


def _split(number: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At random the images to fit to, those of them that DCI is fitted to, and those to test on."""
    fitted, tested = np.split(np.random.default_rng(seed).permutation(number), [int(number * FITTED_SHARE)])
    return fitted, fitted[:DCI_FITTED], tested


def _varies(factor: np.ndarray, splits: Sequence[tuple[np.ndarray, ...]]) -> bool:
    """Whether two values of a factor `[number]` are in all parts of all splits."""
    return all(len(functools.reduce(np.intersect1d, [factor[part] for part in split])) > 1 for split in splits)


def _measure(fitted: LabeledCodes, few: LabeledCodes, tested: LabeledCodes, has_groups: bool) -> dict[str, float]:
    """The measures of a split by name, without those that need more than one factor, or more than one dimension."""
    with warnings.catch_warnings():  # Where classes are separated exactly, the best weights are infinite.
        warnings.simplefilter("ignore", ConvergenceWarning)
        scores = {
            "MIG": mig(fitted),
            "SAP": sap(fitted, tested),
            **{f"DCI {name}": value for name, value in dci(few, tested)._asdict().items()},
            "Modularity": modularity(fitted),
            "Explicitness": explicitness(fitted, tested),
            **{f"Info{name.capitalize()}": value for name, value in infomec(fitted)._asdict().items()},
        }
        if has_groups:
            scores |= {"FactorVAE": factor_vae(fitted, tested), "BetaVAE": beta_vae(fitted, tested)}
    return {name: value for name, value in scores.items() if value is not None}


def _score(
    name: str, measured: Sequence[Mapping[str, float]], at_chance: Sequence[Mapping[str, float]]
) -> DisentanglementScore:
    of_splits, of_chance = ([split[name] for split in table if name in split] for table in (measured, at_chance))
    value, chance = float(np.mean(of_splits)), float(np.mean(of_chance))
    return DisentanglementScore(value, min(of_splits), max(of_splits), chance, SETTINGS[name])
