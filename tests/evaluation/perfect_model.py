"""A model to measure whose answers are known."""

import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Gaussian, Uniform

SPEC = LatentSpec((LatentCode("c1", Categorical(3)), LatentCode("c2", Uniform(0, 4)), LatentCode("c3", Gaussian(1, 2))))


class PerfectModel:
    """A model whose images show their codes plainly, and whose Q predicts them."""

    def __init__(self, spec, predicts=True):
        self.spec, self.predicts = spec, predicts
        self.generator = lambda joined: joined

    @property
    def image_shape(self):
        return (self.spec.size,)

    def __call__(self, joined):
        return self.generator(joined)

    def infer_codes(self, images):
        latents = self.spec.split(images)
        logits = 100 * latents["c1"] if self.predicts else tf.zeros_like(latents["c1"])
        parts = [logits]
        for name in ("c2", "c3"):
            mean = latents[name] if self.predicts else tf.zeros_like(latents[name])
            parts += [mean, tf.fill(tf.shape(mean), -20.0)]
        return self.spec.split_posterior(tf.concat(parts, axis=1))
