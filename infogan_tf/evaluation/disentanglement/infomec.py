"""InfoMEC: InfoModularity, InfoCompactness and InfoExplicitness (Hsu et al. 2023, arXiv 2305.18378, section 4)."""

from typing import NamedTuple

import numpy as np
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes

NEIGHBORS = 10
ACTIVE = 1 / 20  # The least range of a dimension that counts, as a share of the largest.


class InfoMEC(NamedTuple):
    """The three scores; None if there is one factor, or one dimension that varies, alone."""

    modularity: float | None
    compactness: float | None
    explicitness: float


def infomec(codes: LabeledCodes) -> InfoMEC:
    """Measures what each dimension z that varies knows of each factor v: I(z; v) / H(v).

    InfoModularity: the mean over dimensions of the share of the best of K factors, rescaled from [1/K, 1] to [0, 1].
    InfoCompactness: the same over factors of the share of the best dimension.
    InfoExplicitness: the mean over factors of 1 - H(v | z) / H(v), what a logistic regression knows from all codes. The
    regression is not regularized, and its classes have equal weight. H(v | z) is its cross-entropy on the images that
    it is fitted to. H(v) is that of a regression without codes, which predicts all values equally: the log of their
    number. The score is negative where codes know nothing and some values are rarer than others.
    """
    information = _normalized_information(codes)
    return InfoMEC(_concentration(information), _concentration(information.T), _explicitness(codes))


def _normalized_information(codes: LabeledCodes) -> np.ndarray:
    """I(z; v) / H(v) of dimensions that vary and factors, `[dimensions, factors]`.

    That of continuous dimensions is estimated from ten nearest neighbors (Ross 2014), that of discrete ones counted.
    """
    ranges = np.array([np.ptp(columns, axis=0).max() for columns in codes.columns])
    continuous = ranges[~codes.is_discrete].max(initial=0)
    is_active = ranges > np.where(codes.is_discrete, 0, ACTIVE * continuous)
    if not is_active.any():
        return np.empty([0, codes.num_factors])
    values, is_discrete = codes.values[:, is_active], codes.is_discrete[is_active]
    settings = {"discrete_features": is_discrete, "n_neighbors": NEIGHBORS, "random_state": 0}
    information = [mutual_info_classif(values, factor, **settings) for factor in codes.factors.T]
    return np.stack(information, axis=1) / codes.factor_entropies()


def _concentration(information: np.ndarray) -> float | None:
    number = information.shape[1]
    if number < 2:
        return None
    known = information[information.sum(axis=1) > 0]
    share = np.mean(known.max(axis=1) / known.sum(axis=1)) if len(known) else 1 / number
    return float((share - 1 / number) / (1 - 1 / number))


def _explicitness(codes: LabeledCodes) -> float:
    columns = StandardScaler().fit_transform(np.concatenate(codes.columns, axis=1))
    shares = []
    for factor in codes.factors.T:
        model = LogisticRegression(C=np.inf, class_weight="balanced").fit(columns, factor)
        shares.append(1 - log_loss(factor, model.predict_proba(columns)) / np.log(len(model.classes_)))
    return float(np.mean(shares))
