"""Generators and discriminators after the paper's tables."""

from infogan_tf.networks.mnist import DiscriminatorOutput, MnistDiscriminator, MnistGenerator

__all__ = ["DiscriminatorOutput", "MnistDiscriminator", "MnistGenerator"]
