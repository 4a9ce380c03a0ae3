"""The codes' distributions: prior, posterior and how to vary them."""

from infogan_tf.distributions.base import Distribution
from infogan_tf.distributions.bernoulli import Bernoulli, BernoulliParams
from infogan_tf.distributions.categorical import Categorical, CategoricalParams
from infogan_tf.distributions.gaussian import Gaussian
from infogan_tf.distributions.gaussian_posterior import GaussianParams
from infogan_tf.distributions.product import Product
from infogan_tf.distributions.uniform import Uniform

__all__ = [
    "Bernoulli",
    "BernoulliParams",
    "Categorical",
    "CategoricalParams",
    "Distribution",
    "Gaussian",
    "GaussianParams",
    "Product",
    "Uniform",
]
