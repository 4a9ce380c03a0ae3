"""Generators and discriminators as rows of the paper's tables."""

from infogan_tf.networks.discriminator import Conv, Discriminator, DiscriminatorOutput, DiscriminatorSpec
from infogan_tf.networks.generator import Generator, GeneratorSpec, Up
from infogan_tf.networks.mnist import MnistDiscriminator, MnistGenerator
from infogan_tf.networks.sizing import specs_for

__all__ = [
    "Conv",
    "Discriminator",
    "DiscriminatorOutput",
    "DiscriminatorSpec",
    "Generator",
    "GeneratorSpec",
    "MnistDiscriminator",
    "MnistGenerator",
    "Up",
    "specs_for",
]
