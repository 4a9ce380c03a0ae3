import numpy as np
import pytest

from infogan_tf.evaluation.clustering import cluster_agreement


def test_the_same_clusters_under_other_names_agree_fully():
    labels = np.random.default_rng(0).integers(0, 10, 3000)
    agreement = cluster_agreement((labels + 3) % 10, labels)
    assert agreement.nmi == pytest.approx(1)
    assert agreement.ari == pytest.approx(1)


def test_independent_clusters_do_not_agree():
    rng = np.random.default_rng(0)
    agreement = cluster_agreement(rng.integers(0, 10, 3000), rng.integers(0, 10, 3000))
    assert agreement.nmi == pytest.approx(0, abs=0.02)
    assert agreement.ari == pytest.approx(0, abs=0.01)


def test_nmi_is_that_of_its_formula():
    # By hand: two of four equal classes in each of two categories: I = log 2, mean entropy (log 2 + log 4) / 2.
    agreement = cluster_agreement(np.repeat([0, 1], 20), np.repeat([0, 1, 2, 3], 10))
    assert agreement.nmi == pytest.approx(np.log(2) / ((np.log(2) + np.log(4)) / 2))
