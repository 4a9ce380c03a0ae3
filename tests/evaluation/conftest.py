"""Real labels, and the features that are learned from them."""

import pytest

from tests.evaluation.factors import factor


@pytest.fixture(scope="session")
def labels(embedded_digits):
    from infogan_tf.data.labels import load_labels

    return load_labels(embedded_digits, "mnist", None)


@pytest.fixture(scope="session")
def digit(labels):
    return factor("label", "class", labels.held_out, labels.training, tuple("0123456789"))


@pytest.fixture(scope="session")
def features(embedded_digits, digit):
    from infogan_tf.evaluation.features import load_features

    return load_features(embedded_digits, [digit])
