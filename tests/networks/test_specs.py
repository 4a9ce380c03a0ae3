import itertools

import numpy as np
import pytest

from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import SIZES, Conv, DiscriminatorSpec, GeneratorSpec, Up, specs_for

LATENTS, OUTPUTS = 132, 14


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_size_has_networks_that_fit_it(size, channels):
    generator, discriminator = specs_for((size, size, channels))
    assert generator.image_size == (size, size)
    assert generator.output == "tanh"
    assert discriminator.signed_input
    widths = [conv.filters for conv in discriminator.convs]
    assert widths == [(64 if size <= 32 else 32) * 2**number for number in range(len(widths))]
    assert list(discriminator.convs) == [Conv(width, bn=number > 0) for number, width in enumerate(widths)]
    grid = size / 2 ** len(widths)
    assert 4 <= grid <= 7 or grid in (9, 11, 13, 15)
    assert generator.grid == (grid, grid, widths[-1])
    assert list(generator.ups) == [Up(width, bn=True) for width in reversed(widths[:-1])]


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
    # By hand: products of channels, which a convolution of 4x4 has once for each pixel of the smaller side.
    products = [16 * a * b for a, b in itertools.pairwise([3, *widths])]
    pixels = [(size // 2 ** (number + 1)) ** 2 for number in range(len(widths))]
    convolutions = np.dot(products, pixels)
    features = pixels[-1] * widths[-1]
    assert multiply_adds == (
        pytest.approx(LATENTS * features + convolutions, rel=0.02),
        pytest.approx(convolutions + features * 129 + 128 * OUTPUTS, rel=0.02),
    )
    counts = [sum(np.prod(weight.shape) for weight in network.weights) for network in (generator, discriminator)]
    assert tuple(counts) == parameters


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 1), (136, 136, 3), (32, 40, 3), (32, 32, 2), (32, 32), 32])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"image_shape must be (\(size, size, channels\)|3 integers)"):
        specs_for(shape)


def test_scaled_networks_have_other_widths_and_nothing_else():
    generator = GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True), Up(3, strides=1)), output="tanh")
    narrow = GeneratorSpec(dense=(128,), grid=(7, 7, 16), ups=(Up(8, bn=True), Up(1, strides=1)), output="tanh")
    assert generator.scaled(1 / 8) == narrow
    discriminator = DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128)
    wide = DiscriminatorSpec(convs=(Conv(128), Conv(256, bn=True)), dense=(2048,), code_hidden=256)
    assert discriminator.scaled(2) == wide
    assert wide.scaled(1) == wide
