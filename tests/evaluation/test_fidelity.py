import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.fidelity import (
    compare_neighborhoods,
    diversity_of_classes,
    frechet_distance,
    measure_diversity,
)
from tests.evaluation.perfect_model import SPEC, PerfectModel


def test_distances_are_those_of_the_formula():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)), rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5))
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    means = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    expected = means + np.trace(covariances[0] + covariances[1] - 2 * sqrtm(covariances[0] @ covariances[1]).real)
    assert frechet_distance(a, b) == pytest.approx(expected)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert 4 < frechet_distance(np.ones([100, 5]), a) < np.inf, "collapsed features are measured too"


@pytest.fixture
def real():
    return np.random.default_rng(0).normal(size=(600, 4))


def test_images_from_the_same_source_are_alike_and_those_from_elsewhere_have_nothing(real):
    result = compare_neighborhoods(real, np.random.default_rng(1).normal(size=(600, 4)))
    assert min(result["precision"], result["recall"]) > 0.85
    assert result["density"] == pytest.approx(1, abs=0.1)
    assert result["coverage"] == pytest.approx(0.97, abs=0.03)
    assert set(compare_neighborhoods(real, real + 100).values()) == {0}


def test_gray_noise_inside_the_ball_of_an_outlier_is_precise_and_covers_nothing(real):
    outlier = np.full([1, 4], 60.0)
    noise = np.full([601, 4], 20.0) + np.random.default_rng(1).normal(scale=0.01, size=(601, 4))
    result = compare_neighborhoods(np.concatenate([real, outlier]), noise)
    assert result["precision"] == 1
    assert result["coverage"] < 0.01
    assert result["density"] < 0.3


def test_all_follow_the_published_definitions(real):
    generated = np.random.default_rng(1).normal(loc=0.5, scale=0.8, size=(600, 4))
    distances = cdist(real, generated)

    def radii(members, k):
        return np.sort(cdist(members, members), axis=1)[:, k]

    real_balls, generated_balls = distances <= radii(real, 3)[:, None], distances <= radii(generated, 3)[None]
    dense_balls = distances <= radii(real, 5)[:, None]
    assert compare_neighborhoods(real, generated) == pytest.approx(
        {
            "precision": real_balls.any(axis=0).mean(),
            "recall": generated_balls.any(axis=1).mean(),
            "density": dense_balls.sum() / (5 * 600),
            "coverage": (distances.min(axis=1) <= radii(real, 5)).mean(),
        }
    )


def test_diversity_tells_a_code_that_decides_everything_from_one_that_decides_nothing():
    model = BatchedModel(PerfectModel(SPEC))
    only_c1 = measure_diversity(model, lambda images: images.numpy()[:, :3], number=200)
    np.testing.assert_allclose(only_c1["c1"], 0, atol=1e-9)
    np.testing.assert_allclose(only_c1["c2"], 1, atol=0.1)
    collapsed = measure_diversity(model, lambda images: np.zeros([len(images), 3]), number=5)
    assert collapsed["c2"] == [0] * 5


def test_diversity_of_real_classes():
    features = np.random.default_rng(0).normal(size=(400, 3)) + 10 * np.eye(3)[np.arange(400) % 2]
    apart = diversity_of_classes(features, np.arange(400) % 2)
    assert len(apart) == 2
    assert max(apart) < 0.1
    np.testing.assert_allclose(diversity_of_classes(features, np.arange(400) % 7 // 4), 1, atol=0.1)
    assert len(diversity_of_classes(features, np.array([1] + 399 * [0]))) == 1, "one image has no spread"
    # By hand: the squared distance of 0 and 2 is 4, the mean one of all six pairs 296 / 6.
    assert diversity_of_classes(np.array([[0.0], [2], [7], [11]]), np.array([0, 0, 1, 1]))[0] == pytest.approx(24 / 296)


def test_values_held_fixed_are_those_of_the_prior():
    shown = []
    model = BatchedModel(PerfectModel(SPEC))
    measure_diversity(model, lambda images: shown.append(images.numpy()) or images.numpy(), number=4)
    fixed = shown[1:]
    assert [images[0, :3].argmax() for images in fixed[:3]] == [0, 1, 2]
    assert [np.unique(images[:, 3]).tolist() for images in fixed[3:8]] == [[0], [1], [2], [3], [4]]
    assert [np.unique(images[:, 4]).tolist() for images in fixed[8:]] == [[-3], [-1], [1], [3], [5]]
