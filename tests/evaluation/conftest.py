"""Real labels, and the features that are learned from them."""

import pytest


@pytest.fixture(scope="session")
def digit(embedded_digits):
    from infogan_tf.data.factors import load_factors

    return load_factors(embedded_digits)[0]


@pytest.fixture(scope="session")
def features(embedded_digits, digit):
    from infogan_tf.evaluation.features import load_features

    return load_features(embedded_digits, [digit])
