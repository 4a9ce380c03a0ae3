import numpy as np
import pytest

from infogan_tf.networks.blocks import leaky_relu


@pytest.mark.parametrize("slope", [float("nan"), -0.1, None, "a"])
def test_a_bad_slope_is_refused(slope):
    with pytest.raises(ValueError, match="slope of a leaky ReLU must be a number >= 0, got "):
        leaky_relu(slope)


def test_the_slope_applies_below_zero():
    np.testing.assert_allclose(leaky_relu(np.float32(0.5))(np.array([-2.0, 2.0])), [-1, 2])
