"""InfoGAN's objective, as pure functions of logits, codes and Q's parameters.

Another adversarial loss overrides `InfoGAN.discriminator_loss` and `generator_loss`; this file stays as it is.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from infogan_tf.codes import LatentSpec


class MutualInformation(NamedTuple):
    """The bound on one code's mutual information with the image, estimated on a batch; in nats.

    >>> MutualInformation(bound=1.9, cross_entropy=0.4).bound
    1.9
    """

    bound: tf.Tensor  # L_I = H(c) + E[log Q(c|x)], never above H(c) for a discrete code.
    cross_entropy: tf.Tensor  # -E[log Q(c|x)].


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z, c)))] from logits `[batch, 1]`: a scalar (paper, equation 1, negated).

    >>> round(float(discriminator_loss(tf.zeros([2, 1]), tf.zeros([2, 1]))), 3)  # D(x) = 1/2: 2 log 2.
    1.386
    """
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """-E[log D(G(z, c))] from logits `[batch, 1]`: a scalar.

    Paper: minimize E[log(1 - D(G))]; original code: this, the non-saturating form; here: this, because its gradient
    does not vanish while D wins.

    >>> round(float(generator_loss(tf.zeros([2, 1]))), 3)  # log 2.
    0.693
    """
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def mutual_information(
    spec: LatentSpec, codes: Mapping[str, tf.Tensor], posteriors: Mapping[str, Any]
) -> dict[str, MutualInformation]:
    """The variational bound L_I(G, Q) of each code by name (paper, equation 5), with the true prior's entropy.

    `codes` `[batch, event_size]` went into the generator; `posteriors` are what Q predicts from the images.

    >>> spec = LatentSpec.parse("categorical(10)", noise_size=62)
    >>> codes = spec.sample(4, seed=[0, 1])
    >>> posteriors = spec.split_posterior(tf.zeros([4, 10]))  # Q knows nothing.
    >>> abs(round(float(mutual_information(spec, codes, posteriors)["c1"].bound), 3))
    0.0
    """
    estimates = {}
    for code in spec.codes:
        log_prob = posteriors[code.name].log_prob(codes[code.name])
        cross_entropy = -tf.reduce_mean(log_prob)
        estimates[code.name] = MutualInformation(code.distribution.entropy() - cross_entropy, cross_entropy)
    return estimates


def predicted_information(probs: tf.Tensor, other_probs: tf.Tensor) -> tf.Tensor:
    """Mutual information of two predictions of a category, over a batch of pairs of views of the same images.

    Ji et al. 2019, "Invariant Information Clustering", equations 2 and 3: with the joint distribution
    P = mean of p(x) p(x')^T, made symmetric, I(P) = sum of P log(P / (rows x columns)). It is largest, log K, where
    both predictions agree, are confident, and use every category equally often. Both are `[batch, K]`; the result is a
    scalar in [0, log K], nats.

    >>> sure = tf.eye(10)
    >>> round(float(predicted_information(sure, sure)), 3)  # log 10.
    2.303
    """
    joint = tf.matmul(probs, other_probs, transpose_a=True) / tf.cast(tf.shape(probs)[0], probs.dtype)
    joint = (joint + tf.transpose(joint)) / 2
    marginal = tf.reduce_sum(joint, axis=0)
    tiny = 1e-9  # For categories that are never predicted.
    log_ratio = tf.math.log(joint + tiny) - tf.math.log(marginal[:, None] * marginal[None, :] + tiny)
    return tf.reduce_sum(joint * log_ratio)


def information_loss(spec: LatentSpec, estimates: Mapping[str, MutualInformation], info_reg_coeff: float) -> tf.Tensor:
    """-lambda * L_I (paper, equation 6): a scalar, each code's bound times its weight.

    >>> spec = LatentSpec.parse("categorical(10), uniform@0.1", noise_size=62)
    >>> estimates = {name: MutualInformation(tf.constant(2.0), tf.constant(0.3)) for name in ("c1", "c2")}
    >>> round(float(information_loss(spec, estimates, info_reg_coeff=1.0)), 3)
    -2.2
    """
    return -info_reg_coeff * tf.add_n([code.weight * estimates[code.name].bound for code in spec.codes])
