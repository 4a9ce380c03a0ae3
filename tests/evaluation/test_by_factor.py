import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import (
    Bernoulli,
    BernoulliPosterior,
    Categorical,
    CategoricalPosterior,
    GaussianPosterior,
    Uniform,
)
from infogan_tf.evaluation.by_factor import measure_associations, measure_classification
from tests.evaluation.factors import factor

SPEC = LatentSpec(
    (LatentCode("shape", Categorical(3)), LatentCode("b1", Bernoulli()), LatentCode("c1", Uniform(size=2)))
)
NUMBER = 300
CLASSES = np.arange(NUMBER) % 3


def posteriors(categories):
    """`shape` is the category, b1 whether it is 0, and c1's second dimension the number of the image."""
    noise = np.random.default_rng(0).normal(size=NUMBER)
    means = tf.constant(np.stack([noise, np.arange(NUMBER)], axis=1), tf.float32)
    return {
        "shape": CategoricalPosterior(tf.constant(10 * np.eye(3)[categories], tf.float32)),
        "b1": BernoulliPosterior(tf.constant(np.where(categories == 0, 2, -2)[:, None], tf.float32)),
        "c1": GaussianPosterior(means, tf.ones_like(means)),
    }


FACTORS = [
    factor("fruit", "class", CLASSES, CLASSES[:90], ("apple", "pear", "plum")),
    factor("is_apple", "attribute", (CLASSES == 0).astype(int), class_names=("no", "yes")),
    factor("age", "ordered", np.arange(NUMBER) / 10),
    factor("azimuth", "angle", np.arange(NUMBER) * 360 / NUMBER),
]


def test_each_code_is_measured_against_each_factor_as_their_kinds_ask_for():
    table = measure_associations(SPEC, posteriors(CLASSES), FACTORS)
    assert list(table) == ["shape", "b1", "c1"]
    assert all(list(row) == ["fruit", "is_apple", "age", "azimuth"] for row in table.values())
    assert table["shape"]["fruit"]["value"] == pytest.approx(1)
    assert table["b1"]["is_apple"]["value"] == 1
    assert table["c1"]["age"]["value"] == pytest.approx(1)
    assert table["c1"]["age"]["part"] == 1
    assert table["c1"]["age"]["monotone_fit"]["error"] < 0.2
    assert table["c1"]["azimuth"]["monotone_fit"]["error"] < 3
    assert table["c1"]["azimuth"]["monotone_fit"]["error_of_constant"] == pytest.approx(90, rel=0.1)
    for code, name in (("c1", "fruit"), ("shape", "age"), ("b1", "azimuth")):
        assert table[code][name]["monotone_fit"] is None


def test_categories_are_classifiers_of_classes_alone():
    turned = (CLASSES + 1) % 3
    training = {name: posterior for name, posterior in posteriors(turned).items() if name == "shape"}
    training["shape"] = CategoricalPosterior(training["shape"].logits[:90])
    results = measure_classification(SPEC, posteriors(turned), FACTORS, lambda: training, 90)
    assert list(results) == ["shape"]
    assert list(results["shape"]) == ["fruit"]
    result = results["shape"]["fruit"]
    assert (result["one_to_one_error"], result["matching"]) == (0, [2, 0, 1])
    assert (result["nmi"], result["ari"]) == (pytest.approx(1), pytest.approx(1))
    assert result["class_names"] == ["apple", "pear", "plum"]
    assert result["confusion"][1] == [100, 0, 0]


def test_training_images_are_left_alone_where_there_is_no_class():
    result = measure_classification(SPEC, posteriors(CLASSES), FACTORS[1:], lambda: pytest.fail("inferred"), 90)
    assert result == {}
