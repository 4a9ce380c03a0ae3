"""Distributions of codes: priors, and the posteriors made from Q's output."""

from infogan_tf.distributions.base import Distribution
from infogan_tf.distributions.circular import Circular, VonMisesPosterior
from infogan_tf.distributions.continuous import Gaussian, GaussianPosterior, Uniform
from infogan_tf.distributions.discrete import Bernoulli, BernoulliPosterior, Categorical, CategoricalPosterior

__all__ = [
    "Bernoulli",
    "BernoulliPosterior",
    "Categorical",
    "CategoricalPosterior",
    "Circular",
    "Distribution",
    "Gaussian",
    "GaussianPosterior",
    "Uniform",
    "VonMisesPosterior",
]
