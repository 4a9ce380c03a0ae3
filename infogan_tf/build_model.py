"""Builds the images, latents and model of a config."""

import contextlib
import dataclasses
import random
from collections.abc import Iterator

from infogan_tf.augmentation import AUGMENTATIONS, Augmentation
from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config
from infogan_tf.data.sources import ImageRequest
from infogan_tf.errors import SettingError
from infogan_tf.experiments import find_experiment
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.optimizers import FusedAdam
from infogan_tf.runtime import xla_is_on


def image_request(config: Config, data_source: str) -> ImageRequest:
    """The request for a config's images, from `data_source`, such as the one that was found before.

    SettingError if no images are given, or a shape that does not fit the experiment's networks.
    """
    config.check_images()
    image_shape = find_experiment(config.experiment).image_shape
    for name, of_networks in zip(("image_size", "channels"), (image_shape or ())[1:], strict=False):
        if getattr(config, name) not in (None, of_networks):
            expected = f"auto ({of_networks}, which the networks of {config.experiment} take)"
            raise SettingError(name, expected, getattr(config, name))
    return ImageRequest(
        dataset=config.dataset,
        images=config.images,
        data_source=data_source,
        data_dir=config.data_dir,
        image_shape=image_shape,
        image_size=config.image_size or 32,
        channels=config.channels,
        crop=config.crop,
        held_out=config.held_out,
    )


def build_latents(config: Config) -> LatentSpec:
    """The noise and the codes of a config."""
    posterior_std = 1.0 if config.posterior_std == "fixed" else None
    return LatentSpec.parse(config.codes, config.noise_size, posterior_std, config.min_std)


def build_augmentation(config: Config) -> Augmentation:
    """The augmentation of a config's kind of images, by default its experiment's."""
    augmentation = AUGMENTATIONS[config.augmentation or find_experiment(config.experiment).augmentation]
    if config.augmentation_probability is None:
        return augmentation
    return dataclasses.replace(augmentation, probability=config.augmentation_probability)


def build_model(
    config: Config, image_shape: tuple[int, int, int] | None = None, max_shift: int | None = None
) -> InfoGAN:
    """A new, uncompiled model of the config's experiment; its initial weights follow from the seed.

    By default `image_shape`, (height, width, channels), is the experiment's, and `max_shift` the config's, `auto`
    being 0.
    """
    experiment = find_experiment(config.experiment)
    image_shape = image_shape or experiment.image_shape
    generator, discriminator = experiment.networks(image_shape)
    if config.r1_gamma:  # It is about the gradient at each image, and batch norm joins the images of a batch.
        discriminator = dataclasses.replace(discriminator, batch_norm=False)
    spec = build_latents(config)
    q_features = {"infogan": "shared", "gan": "detached", "gan_own_q": "own"}[config.objective]
    with _initial_weights_from(config.seed):
        return InfoGAN(
            Generator(generator.scaled(config.width), spec.size, image_shape),
            Discriminator(
                discriminator.scaled(config.width), image_shape, spec.posterior_size, config.leaky_slope, q_features
            ),
            spec,
            info_reg_coeff=config.info_reg_coeff,
            augmentation=build_augmentation(config),
            max_shift=(config.max_shift or 0) if max_shift is None else max_shift,
            code_augmentation=config.code_augmentation,
            consistency=config.consistency,
            average_decay=config.average_decay,
            r1_gamma=config.r1_gamma,
            seed=config.seed,
            update=config.update,
            discriminator_batches=config.discriminator_batches,
        )


def compile_model(model: InfoGAN, config: Config):
    """Compiles a model with the optimizers of its config. Original code: Adam with beta1 0.5."""
    model.compile(
        d_optimizer=FusedAdam(config.discriminator_learning_rate),
        g_optimizer=FusedAdam(config.generator_learning_rate),
        jit_compile=xla_is_on(config.xla),
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
