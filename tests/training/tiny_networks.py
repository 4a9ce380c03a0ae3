"""Networks that train in milliseconds, for tests in which the network is not the point."""

import keras

from infogan_tf.networks import DiscriminatorOutput
from infogan_tf.networks.batch_norm import BatchNorm


class TinyGenerator(keras.Model):
    """Latents to images `[batch, 28, 28, 1]` through one hidden layer."""

    def __init__(self, latent_size):
        super().__init__(name="generator")
        layers = [keras.layers.Dense(256), BatchNorm(), keras.layers.ReLU(), keras.layers.Dense(784, "sigmoid")]
        self.body = keras.Sequential([keras.Input([latent_size]), *layers, keras.layers.Reshape([28, 28, 1])])

    def call(self, latents, training=False):
        return self.body(latents, training=training)


class TinyDiscriminator(keras.Model):
    """D and Q on one hidden layer."""

    def __init__(self, posterior_size):
        super().__init__(name="discriminator")
        layers = [keras.layers.Flatten(), keras.layers.Dense(256), BatchNorm(), keras.layers.LeakyReLU()]
        self.body = keras.Sequential([keras.Input([28, 28, 1]), *layers])
        self.real_head, self.code_head = (
            keras.Sequential([keras.Input([256]), keras.layers.Dense(size)]) for size in (1, posterior_size)
        )

    def call(self, images, training=False):
        features = self.body(images, training=training)
        real_logits = self.real_head(features, training=training)
        return DiscriminatorOutput(real_logits, self.code_head(features, training=training))


def use_tiny_networks(patch):
    """Gives the MNIST experiment tiny networks, by a `pytest.MonkeyPatch`."""
    from infogan_tf.experiments import EXPERIMENTS

    tiny = EXPERIMENTS["mnist"]._replace(
        generator=lambda config, spec: TinyGenerator(spec.size),
        discriminator=lambda config, spec: TinyDiscriminator(spec.posterior_size),
    )
    patch.setitem(EXPERIMENTS, "mnist", tiny)
