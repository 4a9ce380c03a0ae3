"""The MNIST networks with a thousandth of their weights, for tests where the networks are not the point."""

import contextlib
import dataclasses
from unittest import mock

from infogan_tf.experiments import mnist
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

FULL_EXPERIMENT = mnist.EXPERIMENT
SMALL_EXPERIMENT = dataclasses.replace(
    FULL_EXPERIMENT,
    generator=GeneratorSpec(dense=(32,), grid=(7, 7, 8), ups=(Up(4, bn=True),)),
    discriminator=DiscriminatorSpec(convs=(Conv(4), Conv(8, bn=True)), dense=(32,), code_hidden=16),
)


def small_experiment() -> contextlib.AbstractContextManager:
    """Within it, models of the MNIST experiment are made of small networks."""
    return mock.patch.object(mnist, "EXPERIMENT", SMALL_EXPERIMENT)


def full_experiment() -> contextlib.AbstractContextManager:
    """Within it, even inside `small_experiment`, models of the MNIST experiment are made of its own networks."""
    return mock.patch.object(mnist, "EXPERIMENT", FULL_EXPERIMENT)
