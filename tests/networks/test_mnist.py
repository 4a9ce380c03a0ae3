"""What the MNIST experiment makes of its networks' settings."""

import numpy as np
import pytest

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.experiments import build_model


@pytest.mark.parametrize(
    ("preset", "slope", "weights", "std"),
    [
        ("original", 0.01, [1.0, 1.0, 1.0], "Gaussian(std 1)"),
        ("paper", 0.1, [1.0, 0.1, 0.1], "Gaussian(std learned, at least 0.05)"),
    ],
)
def test_presets_differ_where_paper_and_original_code_do(preset, slope, weights, std):
    model = build_model(PRESETS[preset])
    assert model.discriminator.leaky_slope == slope
    assert [code.weight for code in model.spec.codes] == weights
    assert [code.distribution.posterior_name for code in model.spec.codes] == ["Categorical", std, std]
    assert model.spec.size == 74


def test_initial_weights_follow_from_the_seed():
    first, again, other = (build_model(MnistConfig(seed=seed)) for seed in (3, 3, 4))
    for a, b, c in zip(first.generator.weights, again.generator.weights, other.generator.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        if "kernel" in a.path:
            assert np.any(a.numpy() != c.numpy())
