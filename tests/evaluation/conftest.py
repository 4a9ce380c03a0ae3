"""Real labels, and the features that are learned from them."""

import pytest


@pytest.fixture(scope="session")
def labels(embedded_digits):
    from infogan_tf.data import ImageRequest
    from infogan_tf.data.factors import load_factors

    return load_factors(ImageRequest(), embedded_digits)[0]


@pytest.fixture(scope="session")
def features(embedded_digits, labels):
    from infogan_tf.evaluation.digit_features import load_digit_features

    return load_digit_features(embedded_digits, labels)
