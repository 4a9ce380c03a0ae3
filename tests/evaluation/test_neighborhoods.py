import numpy as np
import pytest
from scipy.spatial.distance import cdist

from infogan_tf.evaluation import neighborhoods
from infogan_tf.evaluation.neighborhoods import compare_neighborhoods


@pytest.fixture
def real():
    return np.random.default_rng(0).normal(size=(600, 4))


def test_images_from_the_same_source_are_alike(real):
    result = compare_neighborhoods(real, np.random.default_rng(1).normal(size=(600, 4)))
    assert result.precision > 0.85
    assert result.recall > 0.85
    assert result.density == pytest.approx(1, abs=0.1)
    assert result.coverage == pytest.approx(0.97, abs=0.03)
    same = compare_neighborhoods(real, real)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)


def test_images_from_elsewhere_have_nothing(real):
    assert compare_neighborhoods(real, real + 100) == (0, 0, 0, 0)


def test_few_good_images_have_precision_and_density_without_recall_and_coverage(real):
    result = compare_neighborhoods(real, np.random.default_rng(1).normal(scale=0.1, size=(600, 4)))
    assert result.precision > 0.95
    assert result.density > 1
    assert result.recall < 0.1
    assert result.coverage < 0.2


def test_gray_noise_inside_the_ball_of_an_outlier_is_precise_and_covers_nothing(real):
    outlier = np.full([1, 4], 60.0)
    noise = np.full([601, 4], 20.0) + np.random.default_rng(1).normal(scale=0.01, size=(601, 4))
    result = compare_neighborhoods(np.concatenate([real, outlier]), noise)
    assert result.precision == 1
    assert result.coverage < 0.01
    assert result.density < 0.3


def test_the_balls_reach_to_the_third_and_the_fifth_neighbor():
    # By hand: on a line of points one apart the inner balls have radius 2 (k = 3), the outer ones 3.
    real = np.arange(10.0)[:, None]
    generated = np.array([[-3.5], [-2.9], [4.5], [11.9], [12.1], [20], [21], [22], [23], [24]])
    result = compare_neighborhoods(real, generated)
    assert result.precision == pytest.approx(3 / 10)
    # k = 5: radii 5, 4, 3, 3, ..., 3, 4, 5. The first five points are in 1, 2, 10, 2 and 1 balls.
    assert result.density == pytest.approx((1 + 2 + 10 + 2 + 1) / 5 / 10)
    assert result.coverage == 1
    # -3.9 is in the ball of 0 alone.
    assert compare_neighborhoods(real, np.repeat([-3.9, -20], 5)[:, None]).coverage == pytest.approx(1 / 10)


def test_all_follow_the_published_definitions(real, monkeypatch):
    monkeypatch.setattr(neighborhoods, "CHUNK", 70)
    generated = np.random.default_rng(1).normal(loc=0.5, scale=0.8, size=(600, 4))
    distances = cdist(real, generated)

    def radii(members, k):
        return np.sort(cdist(members, members), axis=1)[:, k]

    real_balls, generated_balls = distances <= radii(real, 3)[:, None], distances <= radii(generated, 3)[None]
    dense_balls = distances <= radii(real, 5)[:, None]
    result = compare_neighborhoods(real, generated)
    assert result.precision == pytest.approx(real_balls.any(axis=0).mean())
    assert result.recall == pytest.approx(generated_balls.any(axis=1).mean())
    assert result.density == pytest.approx(dense_balls.sum() / (5 * 600))
    assert result.coverage == pytest.approx((distances.min(axis=1) <= radii(real, 5)).mean())
