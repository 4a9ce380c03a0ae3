"""A model from a config."""

import contextlib
import random
from collections.abc import Iterator

from infogan_tf.augmentation import AUGMENTATIONS
from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config
from infogan_tf.experiments import find_experiment
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.optimizers import FusedAdam

Q_FEATURES_OF_OBJECTIVE = {"infogan": "shared", "gan": "detached", "gan_own_q": "own"}


def build_latents(config: Config) -> LatentSpec:
    """The noise and the codes of a config."""
    posterior_std = 1.0 if config.posterior_std == "fixed" else None
    return LatentSpec.parse(config.codes, config.noise_size, posterior_std, config.min_std)


def build_model(config: Config, max_shift: int = 0) -> InfoGAN:
    """A new, uncompiled model of the config's experiment; its initial weights follow from the seed.

    Args:
        config: the settings.
        max_shift: D and Q see images shifted by up to this many pixels; the config's own value may be `auto`.
    """
    experiment = find_experiment(config.experiment)
    spec = build_latents(config)
    with _initial_weights_from(config.seed):
        return InfoGAN(
            generator=Generator(experiment.generator, spec.size, experiment.image_shape),
            discriminator=Discriminator(
                experiment.discriminator,
                experiment.image_shape,
                spec.posterior_size,
                config.leaky_slope,
                q_features=Q_FEATURES_OF_OBJECTIVE[config.objective],
            ),
            spec=spec,
            info_reg_coeff=config.info_reg_coeff,
            max_shift=max_shift,
            deformation=config.deformation,
            consistency=config.consistency,
            average_decay=config.average_decay,
            seed=config.seed,
            update=config.update,
            augmentation=AUGMENTATIONS[experiment.augmentation],
        )


def compile_model(model: InfoGAN, config: Config):
    """Gives the model the optimizers of its config. Original code: Adam with beta1 0.5."""
    model.compile(
        d_optimizer=FusedAdam(config.discriminator_learning_rate),
        g_optimizer=FusedAdam(config.generator_learning_rate),
    )


@contextlib.contextmanager
def _initial_weights_from(seed: int) -> Iterator[None]:
    # Keras draws the seeds of its initializers from Python's generator, whose state belongs to the caller.
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
