"""InfoGAN's objective, as pure functions of logits, codes and Q's parameters."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from infogan_tf.latents import LatentSpec


class MutualInformation(NamedTuple):
    """The bound on one code's mutual information with the image, estimated on a batch.

    Attributes:
        bound: L_I = H(c) + E[log Q(c|x)], nats; never above H(c) for a discrete code.
        cross_entropy: -E[log Q(c|x)], nats.
    """

    bound: tf.Tensor
    cross_entropy: tf.Tensor


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z, c)))] from logits `[batch, 1]`: a scalar (paper, equation 1, negated)."""
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """-E[log D(G(z, c))] from logits `[batch, 1]`: a scalar.

    Paper: minimise E[log(1 - D(G))]; original code: this, the non-saturating form; here: this, because its gradient
    does not vanish while D wins.
    """
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def mutual_information(
    spec: LatentSpec, codes: Mapping[str, tf.Tensor], params: Mapping[str, Any]
) -> dict[str, MutualInformation]:
    """The variational bound L_I(G, Q) of each code (paper, equation 5), with the true prior's entropy.

    Args:
        spec: the latents.
        codes: by name, the codes `[batch, event_size]` that went into the generator.
        params: by name, what Q says of the images that came out.

    Returns:
        By name, for each regularised code.
    """
    estimates = {}
    for code in spec.codes:
        log_prob = code.distribution.posterior_log_prob(codes[code.name], params[code.name])
        cross_entropy = -tf.reduce_mean(log_prob)
        estimates[code.name] = MutualInformation(code.distribution.entropy() - cross_entropy, cross_entropy)
    return estimates


def information_loss(spec: LatentSpec, estimates: Mapping[str, MutualInformation], info_reg_coeff: float) -> tf.Tensor:
    """-lambda * L_I (paper, equation 6): a scalar, each code's bound times its weight."""
    return -info_reg_coeff * tf.add_n([code.weight * estimates[code.name].bound for code in spec.codes])
