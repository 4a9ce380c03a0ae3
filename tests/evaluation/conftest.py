"""Real labels, and the features that are learned from them."""

import pytest


@pytest.fixture(scope="session")
def labels(embedded_digits):
    from infogan_tf.data.labels import load_labels

    return load_labels(embedded_digits, "mnist", None)


@pytest.fixture(scope="session")
def features(embedded_digits, labels):
    from infogan_tf.evaluation.digit_features import load_digit_features

    return load_digit_features(embedded_digits, labels)
