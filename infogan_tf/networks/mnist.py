"""The MNIST networks (paper, appendix C.1, Table 1)."""

from infogan_tf.networks.discriminator import Conv, Discriminator, DiscriminatorSpec
from infogan_tf.networks.generator import Generator, GeneratorSpec, Up

IMAGE_SHAPE = (28, 28, 1)
GENERATOR = GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True),))
DISCRIMINATOR = DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128)


class MnistGenerator(Generator):
    """G: latents `[batch, latent_size]` to images `[batch, 28, 28, 1]` in [0, 1]."""

    def __init__(self, latent_size: int):
        super().__init__(GENERATOR, latent_size, IMAGE_SHAPE)


class MnistDiscriminator(Discriminator):
    """D and Q: images `[batch, 28, 28, 1]` to `DiscriminatorOutput`; see `Discriminator`."""

    def __init__(self, posterior_size: int, leaky_slope: float, q_features: str = "shared"):
        super().__init__(DISCRIMINATOR, IMAGE_SHAPE, posterior_size, leaky_slope, q_features)
