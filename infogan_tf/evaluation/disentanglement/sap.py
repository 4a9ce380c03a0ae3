"""SAP, separated attribute predictability (Kumar et al. 2018, arXiv 1711.00848, section 3)."""

import numpy as np
from sklearn.svm import LinearSVC

from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes
from infogan_tf.evaluation.disentanglement.mig import mean_gap


def sap(fitted: LabeledCodes, tested: LabeledCodes) -> float | None:
    """The mean over factors of A(z_1, v) - A(z_2, v).

    A(z, v) is the accuracy, on other images, of a linear support vector machine that predicts factor v from dimension z
    alone; z_1 and z_2 have the largest ones. Kumar et al. take R^2 for continuous factors, which are binned here. None
    of a single dimension.
    """
    return mean_gap(
        np.array(
            [
                [
                    LinearSVC(C=0.01, class_weight="balanced", random_state=0).fit(to_fit, factor).score(to_test, truth)
                    for factor, truth in zip(fitted.factors.T, tested.factors.T, strict=True)
                ]
                for to_fit, to_test in zip(fitted.columns, tested.columns, strict=True)
            ]
        )
    )
