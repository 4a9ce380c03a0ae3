"""Several runs' predictions of a categorical code as one, whose categories are matched without labels."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment


def consensus(matched: Sequence[np.ndarray], scored: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Averages several runs' probabilities of K categories, of two sets of images, each `[images, K]`.

    The same category has another number in each run. Those of a run are matched one to one with those of the first run,
    by how probable both are for the same images of the first set: the Hungarian algorithm (Kuhn 1955).

    >>> one = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> consensus([one, one[:, ::-1]], [one, one[:, ::-1]])[1].tolist()
    [[0.9, 0.1], [0.2, 0.8]]
    """
    orders = [linear_sum_assignment(matched[0].T @ of_run, maximize=True)[1] for of_run in matched]
    first, second = (
        np.mean([of_run[:, order] for of_run, order in zip(of_set, orders, strict=True)], axis=0)
        for of_set in (matched, scored)
    )
    return first, second
