"""The networks of all five experiments against the paper's tables (appendix C), with parameter counts by hand."""

import keras
import numpy as np
import pytest

from infogan_tf.networks.batch_norm import BatchNorm
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

SVHN_GENERATOR = GeneratorSpec(grid=(2, 2, 448), ups=(Up(256, bn=True), Up(128), Up(64)), output="tanh")
SVHN_DISCRIMINATOR = DiscriminatorSpec(
    convs=(Conv(64), Conv(128, bn=True), Conv(256, bn=True)), code_hidden=128, signed_input=True
)
SVHN_GENERATOR_TEXT = "FC 2x2x448 BN ReLU; up 256 s2 BN ReLU; up 128 s2 ReLU; up 64 s2 ReLU; up 3 s2 tanh (x+1)/2"
SVHN_BODY_TEXT = "2x-1; k4 64 s2 lReLU; k4 128 s2 BN lReLU; k4 256 s2 BN lReLU"
SVHN_UPS_COUNT = 16 * 448 * 256 + 4 * 256 + 16 * 256 * 128 + 128 + 16 * 128 * 64 + 64 + 16 * 64 * 3 + 3
SVHN_BODY_COUNT = 16 * 3 * 64 + 64 + 16 * 64 * 128 + 4 * 128 + 16 * 128 * 256 + 4 * 256

# image shape, latents and Q's outputs (two for each continuous code: mean and std); the generator, what it is and its
# parameter count; the discriminator, its body, Q's layers and the parameter count of both with D's last layer.
EXPERIMENTS = {
    "mnist": (
        ((28, 28, 1), 62 + 10 + 2, 10 + 2 * 2),
        GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True),)),
        "FC 1024 BN ReLU; FC 7x7x128 BN ReLU; up 64 s2 BN ReLU; up 1 s2 sigmoid",
        74 * 1024 + 4 * 1024 + 1024 * 6272 + 4 * 6272 + 16 * 128 * 64 + 4 * 64 + 16 * 64 + 1,
        DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128),
        "k4 64 s2 lReLU; k4 128 s2 BN lReLU; FC 1024 BN lReLU",
        "FC 128 BN lReLU; FC 14",
        (16 * 64 + 64 + 16 * 64 * 128 + 4 * 128 + 6272 * 1024 + 4 * 1024)
        + (1024 + 1 + 1024 * 128 + 4 * 128 + 128 * 14 + 14),
    ),
    "svhn": (
        ((32, 32, 3), 124 + 4 * 10 + 4, 4 * 10 + 4 * 2),
        SVHN_GENERATOR,
        SVHN_GENERATOR_TEXT,
        168 * 1792 + 4 * 1792 + SVHN_UPS_COUNT,
        SVHN_DISCRIMINATOR,
        SVHN_BODY_TEXT,
        "FC 128 BN lReLU; FC 48",
        SVHN_BODY_COUNT + 4096 + 1 + 4096 * 128 + 4 * 128 + 128 * 48 + 48,
    ),
    "celeba": (
        ((32, 32, 3), 128 + 10 * 10, 10 * 10),
        SVHN_GENERATOR,
        SVHN_GENERATOR_TEXT,
        228 * 1792 + 4 * 1792 + SVHN_UPS_COUNT,
        SVHN_DISCRIMINATOR,
        SVHN_BODY_TEXT,
        "FC 128 BN lReLU; FC 100",
        SVHN_BODY_COUNT + 4096 + 1 + 4096 * 128 + 4 * 128 + 128 * 100 + 100,
    ),
    "faces": (
        ((32, 32, 1), 128 + 5, 5 * 2),
        GeneratorSpec(dense=(1024,), grid=(8, 8, 128), ups=(Up(64, bn=True),)),
        "FC 1024 BN ReLU; FC 8x8x128 BN ReLU; up 64 s2 BN ReLU; up 1 s2 sigmoid",
        133 * 1024 + 4 * 1024 + 1024 * 8192 + 4 * 8192 + 16 * 128 * 64 + 4 * 64 + 16 * 64 + 1,
        DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,)),
        "k4 64 s2 lReLU; k4 128 s2 BN lReLU; FC 1024 BN lReLU",
        "FC 10",
        16 * 64 + 64 + 16 * 64 * 128 + 4 * 128 + 8192 * 1024 + 4 * 1024 + 1024 + 1 + 1024 * 10 + 10,
    ),
    "chairs": (
        ((64, 64, 1), 128 + 3 * 20 + 1, 3 * 20 + 2),
        GeneratorSpec(
            dense=(1024,),
            grid=(8, 8, 256),
            ups=(Up(256, strides=1, bn=True), Up(256, strides=1, bn=True), Up(128, bn=True), Up(64, bn=True)),
        ),
        "FC 1024 BN ReLU; FC 8x8x256 BN ReLU; up 256 s1 BN ReLU; up 256 s1 BN ReLU; up 128 s2 BN ReLU; "
        "up 64 s2 BN ReLU; up 1 s2 sigmoid",
        (189 * 1024 + 4 * 1024 + 1024 * 16384 + 4 * 16384)
        + 2 * (16 * 256 * 256 + 4 * 256)
        + (16 * 256 * 128 + 4 * 128 + 16 * 128 * 64 + 4 * 64 + 16 * 64 + 1),
        DiscriminatorSpec(
            convs=(
                Conv(64),
                Conv(128, bn=True),
                Conv(256, bn=True),
                Conv(256, strides=1, bn=True),
                Conv(256, strides=1, bn=True),
            ),
            dense=(1024,),
        ),
        "k4 64 s2 lReLU; k4 128 s2 BN lReLU; k4 256 s2 BN lReLU; k4 256 s1 BN lReLU; k4 256 s1 BN lReLU; "
        "FC 1024 BN lReLU",
        "FC 62",
        (16 * 64 + 64 + 16 * 64 * 128 + 4 * 128 + 16 * 128 * 256 + 4 * 256)
        + 2 * (16 * 256 * 256 + 4 * 256)
        + (16384 * 1024 + 4 * 1024 + 1024 + 1 + 1024 * 62 + 62),
    ),
}


def described(network):
    """The layers as the paper writes them."""
    text = ""
    for layer in network.layers:
        match layer:
            case keras.layers.Conv2DTranspose(kernel_size=(4, 4), strides=(stride, _)):
                text += f"; up {layer.filters} s{stride}"
            case keras.layers.Conv2D(kernel_size=(4, 4), strides=(stride, _)):
                text += f"; k4 {layer.filters} s{stride}"
            case keras.layers.Dense():
                text += f"; FC {layer.units}"
            case BatchNorm():
                text += " BN"
            case keras.layers.ReLU():
                text += " ReLU"
            case keras.layers.LeakyReLU(negative_slope=0.1):
                text += " lReLU"
            case keras.layers.Activation():
                text += f" {layer.activation.__name__}"
            case keras.layers.Rescaling(scale=0.5, offset=0.5):
                text += " (x+1)/2"
            case keras.layers.Rescaling(scale=2.0, offset=-1.0):
                text += "; 2x-1"
            case keras.layers.Reshape(target_shape=shape):
                text = text.replace(f"FC {np.prod(shape)}", f"FC {'x'.join(map(str, shape))}")
            case _:
                assert isinstance(layer, keras.layers.Flatten), layer
    return text.removeprefix("; ")


def count(network):
    return sum(np.prod(weight.shape) for weight in network.weights)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_networks_are_those_of_the_paper(name):
    (
        (image_shape, latent_size, posterior_size),
        generator_spec,
        generator_text,
        generator_count,
        discriminator_spec,
        body_text,
        code_head_text,
        discriminator_count,
    ) = EXPERIMENTS[name]
    generator = Generator(generator_spec, latent_size, image_shape)
    assert described(generator.body) == generator_text
    assert count(generator) == generator_count
    assert generator.body.output_shape == (None, *image_shape)
    discriminator = Discriminator(discriminator_spec, image_shape, posterior_size, leaky_slope=0.1)
    assert described(discriminator.body) == body_text
    assert described(discriminator.real_head) == "FC 1"
    assert described(discriminator.code_head) == code_head_text
    assert count(discriminator) == discriminator_count


def test_initial_weights_of_mnist_stay_as_they_were():
    """Every initializer draws its seed in the order of creation: another order would start another training."""
    keras.utils.set_random_seed(0)
    (image_shape, latents, outputs), generator_spec, _, _, discriminator_spec, *_ = EXPERIMENTS["mnist"]
    networks = [
        Generator(generator_spec, latents, image_shape),
        Discriminator(discriminator_spec, image_shape, outputs, leaky_slope=0.1, q_features="own"),
    ]
    sums = [
        np.abs(weight.numpy().astype(np.float64)).sum()
        for network in networks
        for weight in network.weights
        if weight.path.endswith(("kernel", "gamma"))
    ]
    # Of networks whose layers were written out one by one.
    body = [14.404, 1894.453, 127.917, 102501.246, 1024.450]
    q_body = [14.549, 1893.356, 127.801, 102475.385, 1023.174]
    real_head, code_head = [15.683], [2093.013, 127.983, 28.110]
    generator = [1212.592, 1024.094, 102505.778, 6270.981, 2101.589, 64.196, 17.140]
    np.testing.assert_allclose(sums, [*generator, *body, *real_head, *code_head, *q_body], atol=1e-3)
