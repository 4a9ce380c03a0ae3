"""What each experiment trains: its latents and networks, made from its config."""

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras

from infogan_tf.configs import ExperimentConfig, MnistConfig
from infogan_tf.distributions import Categorical, Uniform
from infogan_tf.latents import LatentCode, LatentSpec
from infogan_tf.model import InfoGAN
from infogan_tf.networks import MnistDiscriminator, MnistGenerator
from infogan_tf.networks.mnist import IMAGE_SHAPE
from infogan_tf.optimizers import FusedAdam


class Experiment(NamedTuple):
    """How an experiment's parts are made.

    Attributes:
        image_shape: (height, width, channels) that its networks take.
        latents: config -> `LatentSpec`.
        generator: (config, spec) -> network.
        discriminator: (config, spec) -> network.
    """

    image_shape: tuple[int, int, int]
    latents: Callable[[Any], LatentSpec]
    generator: Callable[[Any, LatentSpec], keras.Model]
    discriminator: Callable[[Any, LatentSpec], keras.Model]


def mnist_latents(config: MnistConfig) -> LatentSpec:
    """62 of noise, c1 ~ Categorical(10), c2 and c3 ~ Uniform(-1, 1) (paper, appendix C.1)."""
    c1_weight, c2_weight, c3_weight = config.code_weights
    fixed_std = 1.0 if config.posterior_std == "fixed" else None
    continuous = Uniform(-1, 1, posterior_std=fixed_std, min_std=config.min_std)
    return LatentSpec(
        (
            LatentCode("z", Uniform(-1, 1, size=62), regularized=False),
            LatentCode("c1", Categorical(10), weight=c1_weight, invariant=True),
            LatentCode("c2", continuous, weight=c2_weight),
            LatentCode("c3", continuous, weight=c3_weight),
        )
    )


Q_FEATURES_OF_OBJECTIVE = {"infogan": "shared", "gan": "detached", "gan_own_q": "own"}

EXPERIMENTS = {
    "mnist": Experiment(
        image_shape=IMAGE_SHAPE,
        latents=mnist_latents,
        generator=lambda config, spec: MnistGenerator(spec.size),
        discriminator=lambda config, spec: MnistDiscriminator(
            spec.posterior_size, config.leaky_slope, q_features=Q_FEATURES_OF_OBJECTIVE[config.objective]
        ),
    ),
}


def build_model(config: ExperimentConfig, max_shift: int = 0) -> InfoGAN:
    """A new, uncompiled model of the config's experiment; its initial weights follow from the seed.

    Args:
        config: the settings.
        max_shift: D and Q see images moved by up to this many pixels; the config's own value may be `auto`.
    """
    experiment = EXPERIMENTS[config.experiment]
    spec = experiment.latents(config)
    with _initial_weights_from(config.seed):
        return InfoGAN(
            generator=experiment.generator(config, spec),
            discriminator=experiment.discriminator(config, spec),
            spec=spec,
            info_reg_coeff=config.info_reg_coeff,
            max_shift=max_shift,
            deformation=config.deformation,
            consistency=config.consistency,
            average_decay=config.average_decay,
            seed=config.seed,
            update=config.update,
        )


def compile_model(model: InfoGAN, config: ExperimentConfig):
    """Gives the model the optimisers of its config. Original code: Adam with beta1 0.5."""
    model.compile(
        d_optimizer=FusedAdam(config.discriminator_learning_rate),
        g_optimizer=FusedAdam(config.generator_learning_rate),
    )


@contextlib.contextmanager
def _initial_weights_from(seed: int) -> Iterator[None]:
    # Keras draws the seeds of its initialisers from Python's generator, which belongs to whoever calls.
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
