"""All five experiments against the paper's tables (appendix C): networks and presets."""

import itertools

import keras
import numpy as np
import pytest

from infogan_tf.build_model import build_latents
from infogan_tf.code_text import parse_codes
from infogan_tf.experiments import find_experiment, presets
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.layers import BatchNorm

FC_HEAD = "FC 128 BN lReLU; FC "
MNIST_GENERATOR = "FC 1024 BN ReLU; FC 7x7x128 BN ReLU; up 64 s2 BN ReLU; up 1 s2 sigmoid"
MNIST_BODY = "k4 64 s2 lReLU; k4 128 s2 BN lReLU; FC 1024 BN lReLU"
SVHN_GENERATOR = "FC 2x2x448 BN ReLU; up 256 s2 BN ReLU; up 128 s2 ReLU; up 64 s2 ReLU; up 3 s2 tanh (x+1)/2"
SVHN_BODY = "2x-1; k4 64 s2 lReLU; k4 128 s2 BN lReLU; k4 256 s2 BN lReLU"
CHAIRS_GENERATOR = (
    "FC 1024 BN ReLU; FC 8x8x256 BN ReLU; up 256 s1 BN ReLU; up 256 s1 BN ReLU; up 128 s2 BN ReLU; "
    "up 64 s2 BN ReLU; up 1 s2 sigmoid"
)
CHAIRS_BODY = (
    "k4 64 s2 lReLU; k4 128 s2 BN lReLU; k4 256 s2 BN lReLU; k4 256 s1 BN lReLU; k4 256 s1 BN lReLU; FC 1024 BN lReLU"
)

# Image shape, latents and Q's outputs (two for each continuous code: mean and std); G; D's body; Q's layers.
EXPERIMENTS = {
    "mnist": (((28, 28, 1), 62 + 10 + 2, 10 + 2 * 2), MNIST_GENERATOR, MNIST_BODY, f"{FC_HEAD}14"),
    "svhn": (((32, 32, 3), 124 + 4 * 10 + 4, 4 * 10 + 4 * 2), SVHN_GENERATOR, SVHN_BODY, f"{FC_HEAD}48"),
    "celeba": (((32, 32, 3), 128 + 10 * 10, 10 * 10), SVHN_GENERATOR, SVHN_BODY, f"{FC_HEAD}100"),
    "faces": (((32, 32, 1), 128 + 5, 5 * 2), MNIST_GENERATOR.replace("7x7", "8x8"), MNIST_BODY, "FC 10"),
    "chairs": (((64, 64, 1), 128 + 3 * 20 + 1, 3 * 20 + 2), CHAIRS_GENERATOR, CHAIRS_BODY, "FC 62"),
}

# By experiment and preset: codes with their weights times lambda, size of z, learning rates of D and Q and of G.
PRESETS = {
    ("mnist", "paper"): ([("categorical", (10,), 1)] + 2 * [("uniform", (), 0.1)], 62, 2e-4, 1e-3),
    ("svhn", "paper"): (4 * [("categorical", (10,), 1)] + 4 * [("uniform", (), 0.1)], 124, 2e-4, 1e-3),
    ("celeba", "paper"): (10 * [("categorical", (10,), 1)], 128, 2e-4, 1e-3),
    ("faces", "paper_azimuth"): (5 * [("uniform", (), 0.2)], 128, 2e-4, 5e-4),
    ("faces", "paper_elevation"): (5 * [("uniform", (), 0.1)], 128, 4e-4, 3e-4),
    ("faces", "paper_lighting_and_width"): (5 * [("uniform", (), 0.1)], 128, 8e-4, 3e-4),
    ("chairs", "paper_rotation"): (3 * [("categorical", (20,), 1)] + [("uniform", (), 10)], 128, 2e-4, 1e-3),
    ("chairs", "paper_width"): (3 * [("categorical", (20,), 2)] + [("uniform", (), 0.05)], 128, 2e-4, 1e-3),
}


def described(network):
    """The layers as the paper writes them; a bias is where batch norm would not cancel it."""
    text = ""
    for layer, following in itertools.pairwise([*network.layers, None]):
        assert getattr(layer, "use_bias", True) == (not isinstance(following, BatchNorm))
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


def networks_of(name, q_features="shared"):
    """An experiment's networks for the paper's codes, with the shapes of images, of latents and of Q's outputs."""
    papers = next(config for preset, config in presets(name).items() if preset.startswith("paper"))
    experiment, latents = find_experiment(name), build_latents(papers)
    shape = experiment.image_shape
    generator_spec, discriminator_spec = experiment.networks(shape)
    generator = Generator(generator_spec, latents.size, shape)
    discriminator = Discriminator(discriminator_spec, shape, latents.posterior_size, 0.1, q_features=q_features)
    return generator, discriminator, (shape, latents.size, latents.posterior_size)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_networks_are_those_of_the_paper(name):
    sizes, generator_text, body_text, code_head_text = EXPERIMENTS[name]
    generator, discriminator, made_sizes = networks_of(name)
    assert made_sizes == sizes
    assert described(generator.body) == generator_text
    assert generator.body.output_shape == (None, *sizes[0])
    assert described(discriminator.body) == body_text
    assert described(discriminator.real_head) == "FC 1"
    assert described(discriminator.code_head) == code_head_text


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_presets_are_those_of_the_paper(name, preset):
    codes, noise_size, discriminator_rate, generator_rate = PRESETS[name, preset]
    config = presets(name)[preset]
    terms = [(code.kind, code.numbers, config.info_reg_coeff * code.weight) for code in parse_codes(config.codes)]
    assert terms == codes
    assert config.noise_size == noise_size
    assert build_latents(config).size == EXPERIMENTS[name][0][1]
    assert (config.discriminator_learning_rate, config.generator_learning_rate) == (discriminator_rate, generator_rate)
    assert (config.batch_size, config.leaky_slope, config.posterior_std) == (128, 0.1, "learned")
    additions = (config.code_augmentation, config.consistency, config.average_decay)
    assert (config.update, *additions) == ("alternating", 0, 0, 0)


def test_every_preset_of_the_paper_is_pinned():
    named = {(name, preset) for name in EXPERIMENTS for preset in presets(name) if preset.startswith("paper")}
    assert named == set(PRESETS)


def test_initial_weights_of_mnist_stay_as_they_were():
    """Every initializer draws its seed in the order of creation: another order would start another training."""
    keras.utils.set_random_seed(0)
    generator, discriminator, _ = networks_of("mnist", q_features="own")
    weights = (*generator.weights, *discriminator.weights)
    drawn = [weight.numpy() for weight in weights if weight.path.endswith(("kernel", "gamma"))]
    sums = [np.abs(values.astype(np.float64)).sum() for values in drawn]
    # Of networks whose layers were written out one by one.
    body = [14.404, 1894.453, 127.917, 102501.246, 1024.450]
    q_body = [14.549, 1893.356, 127.801, 102475.385, 1023.174]
    real_head, code_head = [15.683], [2093.013, 127.983, 28.110]
    generator = [1212.592, 1024.094, 102505.778, 6270.981, 2101.589, 64.196, 17.140]
    np.testing.assert_allclose(sums, [*generator, *body, *real_head, *code_head, *q_body], atol=1e-3)
