import itertools

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import SIZES, specs_for

LATENTS, OUTPUTS = 132, 14


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_size_has_networks_that_fit_it(size, channels):
    generator, discriminator = specs_for((size, size, channels))
    assert generator.image_size == (size, size)
    assert generator.output == "tanh"
    assert discriminator.signed_input
    assert [(conv.strides, conv.bn) for conv in discriminator.convs] == [
        (2, number > 0) for number in range(len(discriminator.convs))
    ]
    grid = size / 2 ** len(discriminator.convs)
    assert 4 <= grid <= 7 or grid in (9, 11, 13, 15)
    widths = [conv.filters for conv in discriminator.convs]
    assert widths == [(64 if size <= 32 else 32) * 2**number for number in range(len(widths))]
    assert max(widths) <= 512
    assert generator.grid == (grid, grid, widths[-1])
    assert [*reversed([up.filters for up in generator.ups])] == widths[:-1]
    assert all(up.bn and up.strides == 2 for up in generator.ups)


def convolution_counts(widths, grids):
    """Multiply-adds and parameters of 4x4 convolutions, given channels and the sizes of the smaller side, by hand."""
    pairs = list(itertools.pairwise(widths))
    multiply_adds = sum(grid**2 * 16 * a * b for grid, (a, b) in zip(grids, pairs, strict=True))
    return multiply_adds, sum(16 * a * b for a, b in pairs)


@pytest.mark.parametrize(
    ("size", "widths", "multiply_adds", "parameters"),
    [
        (16, [64, 128], (2.6e6, 2.6e6), (412_931, 401_231)),
        (32, [64, 128, 256], (18e6, 18e6), (1_216_259, 1_190_735)),
        (64, [32, 64, 128, 256], (27e6, 27e6), (1_247_619, 1_222_191)),
        (128, [32, 64, 128, 256, 512], (142e6, 142e6), (3_902_851, 3_849_775)),
    ],
)
def test_costs_are_as_documented(size, widths, multiply_adds, parameters):
    shape = (size, size, 3)
    generator_spec, discriminator_spec = specs_for(shape)
    generator = Generator(generator_spec, LATENTS, shape)
    discriminator = Discriminator(discriminator_spec, shape, OUTPUTS, leaky_slope=0.1)
    grids = [size // 2 ** (number + 1) for number in range(len(widths))]
    convolutions, kernels = convolution_counts([3, *widths], grids)
    features, norms = grids[-1] ** 2 * widths[-1], 4 * sum(widths[1:])
    assert multiply_adds == (
        pytest.approx(LATENTS * features + convolutions, rel=0.02),
        pytest.approx(convolutions + features * 129 + 128 * OUTPUTS, rel=0.02),
    )
    assert parameters == (
        LATENTS * features + 4 * features + kernels + 4 * sum(widths[:-1]) + 3,
        kernels + widths[0] + norms + features + 1 + features * 128 + 4 * 128 + 128 * OUTPUTS + OUTPUTS,
    )
    counts = [sum(np.prod(weight.shape) for weight in network.weights) for network in (generator, discriminator)]
    assert tuple(counts) == parameters
    images = generator(tf.random.stateless_normal([2, LATENTS], [1, 2]), training=True)
    assert discriminator(images).posterior.shape == (2, OUTPUTS)


@pytest.mark.parametrize(
    "shape", [(28, 28, 1), (8, 8, 1), (136, 136, 3), (32, 40, 3), (32, 32, 2), (32, 32), 32, None, (32.5, 32.5, 3)]
)
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"image_shape must be \(size, size, channels\) with a size from 16 to 128"):
        specs_for(shape)
