import numpy as np
import pytest

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Gaussian, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.diversity import diversity_of_classes, mean_squared_distance, measure_diversity
from tests.evaluation.perfect_model import PerfectModel


def test_diversity_tells_a_code_that_decides_everything_from_one_that_decides_nothing(small_model):
    model = BatchedModel(PerfectModel(small_model.spec))
    only_c1 = measure_diversity(model, lambda images: images.numpy()[:, 62:72], number=200)
    np.testing.assert_allclose(only_c1["c1"], 0, atol=1e-9)
    np.testing.assert_allclose(only_c1["c2"], 1, atol=0.1)
    assert len(only_c1["c1"]) == 10
    collapsed = measure_diversity(model, lambda images: np.zeros([len(images), 3]), number=5)
    assert collapsed["c2"] == [0] * 5
    assert mean_squared_distance(np.array([[0.0], [2.0]])) == pytest.approx(4)


def test_diversity_of_real_classes():
    features = np.random.default_rng(0).normal(size=(400, 3)) + 10 * np.eye(3)[np.arange(400) % 2]
    apart = diversity_of_classes(features, np.arange(400) % 2)
    assert len(apart) == 2
    assert max(apart) < 0.1
    np.testing.assert_allclose(diversity_of_classes(features, np.arange(400) % 7 // 4), 1, atol=0.1)
    assert len(diversity_of_classes(features, np.array([1] + 399 * [0]))) == 1, "one image has no spread"


def test_values_held_fixed_are_those_of_the_prior():
    spec = LatentSpec(
        (LatentCode("c1", Categorical(3)), LatentCode("c2", Uniform(0, 4)), LatentCode("c3", Gaussian(1, 2)))
    )
    model = PerfectModel(spec)
    shown = []
    measure_diversity(BatchedModel(model), lambda images: shown.append(images.numpy()) or images.numpy(), number=4)
    fixed = shown[1:]
    assert [images[0, :3].argmax() for images in fixed[:3]] == [0, 1, 2]
    assert [np.unique(images[:, 3]).tolist() for images in fixed[3:8]] == [[0], [1], [2], [3], [4]]
    assert [np.unique(images[:, 4]).tolist() for images in fixed[8:]] == [[-3], [-1], [1], [3], [5]]
