"""Modularity and explicitness (Ridgeway and Mozer 2018, arXiv 1802.05312, section 3)."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes


def modularity(codes: LabeledCodes) -> float | None:
    """The mean over dimensions of 1 - (sum of I^2 over all factors but the best) / (I_best^2 (K - 1)).

    I is a dimension's mutual information with each of K factors. 1 if no dimension knows of two factors; a dimension
    that knows of none has 0. None of a single factor.
    """
    if codes.num_factors == 1:
        return None
    squares = np.sort(codes.mutual_information() ** 2, axis=1)
    best = squares[:, -1]
    others = np.divide(squares[:, :-1].mean(axis=1), best, out=np.ones_like(best), where=best > 0)
    return float(np.mean(1 - others))


def explicitness(fitted: LabeledCodes, tested: LabeledCodes) -> float:
    """The mean over factors, and over their values, of the area under the ROC curve, on other images.

    A logistic regression predicts a factor from all dimensions; each value stands against the rest. 0.5 is chance.
    """
    scaler = StandardScaler().fit(np.concatenate(fitted.columns, axis=1))
    to_fit, to_test = (scaler.transform(np.concatenate(each.columns, axis=1)) for each in (fitted, tested))
    of_factors = []
    for factor, truth in zip(fitted.factors.T, tested.factors.T, strict=True):
        model = LogisticRegression().fit(to_fit, factor)
        scores = model.predict_proba(to_test).T
        pairs = ((truth == value, score) for value, score in zip(model.classes_, scores, strict=True))
        areas = [roc_auc_score(is_value, score) for is_value, score in pairs if 0 < is_value.sum() < len(truth)]
        of_factors.append(np.mean(areas))
    return float(np.mean(of_factors))
