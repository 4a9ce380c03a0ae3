"""Networks with a fraction of their weights, for tests where the networks are not the point."""

import contextlib
import dataclasses
import importlib
from unittest import mock

from infogan_tf.experiments import mnist
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

SMALL_EXPERIMENT = dataclasses.replace(
    mnist.EXPERIMENT,
    generator=GeneratorSpec(dense=(32,), grid=(7, 7, 8), ups=(Up(4, bn=True),)),
    discriminator=DiscriminatorSpec(convs=(Conv(4), Conv(8, bn=True)), dense=(32,), code_hidden=16),
)


def small_experiment() -> contextlib.AbstractContextManager:
    """Within it, models of the MNIST experiment are made of small networks."""
    return mock.patch.object(mnist, "EXPERIMENT", SMALL_EXPERIMENT)


def make_thin(name: str):
    """For the rest of this process, an experiment's networks have their layers, but few channels."""
    module = importlib.import_module(f"infogan_tf.experiments.{name}")
    experiment = module.EXPERIMENT
    generator, discriminator = experiment.generator, experiment.discriminator
    module.EXPERIMENT = dataclasses.replace(
        experiment,
        generator=dataclasses.replace(
            generator, dense=_thin(generator.dense), grid=(*generator.grid[:2], 8), ups=_thin(generator.ups)
        ),
        discriminator=dataclasses.replace(
            discriminator, convs=_thin(discriminator.convs), dense=_thin(discriminator.dense)
        ),
    )


def _thin(rows: tuple) -> tuple:
    return tuple(16 if isinstance(row, int) else dataclasses.replace(row, filters=4) for row in rows)
