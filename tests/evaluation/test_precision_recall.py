import numpy as np
import pytest

from infogan_tf.evaluation.precision_recall import precision_recall


@pytest.fixture
def real():
    return np.random.default_rng(0).normal(size=(600, 4))


def test_images_from_the_same_source_have_both(real):
    generated = np.random.default_rng(1).normal(size=(600, 4))
    result = precision_recall(real, generated)
    assert result.precision > 0.85
    assert result.recall > 0.85
    assert precision_recall(real, real) == (1, 1)


def test_images_from_elsewhere_have_neither(real):
    assert precision_recall(real, real + 100) == (0, 0)


def test_few_good_images_have_precision_without_recall(real):
    generated = np.random.default_rng(1).normal(scale=0.1, size=(600, 4))
    result = precision_recall(real, generated)
    assert result.precision > 0.95
    assert result.recall < 0.1


def test_the_region_is_the_union_of_balls_to_the_third_neighbour():
    # By hand: on a line of points one apart the inner balls have radius 2, the outer ones 3.
    real = np.arange(10.0)[:, None]
    generated = np.array([[-3.5], [-2.9], [4.5], [11.9], [12.1], [20], [21], [22], [23], [24]])
    assert precision_recall(real, generated).precision == pytest.approx(3 / 10)
