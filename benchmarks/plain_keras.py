"""The MNIST InfoGAN as a plain Keras port: Keras' own layers, losses and optimizer.

The package's reference for time and for losses and gradients; it does not use the package.
"""

import math
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

NOISE_SIZE, CATEGORIES, CONTINUOUS = 62, 10, 2
CONTINUOUS_WEIGHT, MIN_STD = 0.1, 0.05
H_CATEGORY, H_UNIFORM = math.log(CATEGORIES), math.log(2.0)


def scaled(width: float, *sizes: int) -> list[int]:
    """So many times the channels and units of the paper's table."""
    return [round(width * size) for size in sizes]


def batch_norm() -> keras.layers.Layer:
    return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)


def generator(width: float = 1.0) -> keras.Model:
    dense, grid, channels = scaled(width, 1024, 128, 64)
    return keras.Sequential(
        [
            keras.Input([NOISE_SIZE + CATEGORIES + CONTINUOUS]),
            keras.layers.Dense(dense, use_bias=False),
            batch_norm(),
            keras.layers.ReLU(),
            keras.layers.Dense(7 * 7 * grid, use_bias=False),
            batch_norm(),
            keras.layers.ReLU(),
            keras.layers.Reshape([7, 7, grid]),
            keras.layers.Conv2DTranspose(channels, 4, 2, padding="same", use_bias=False),
            batch_norm(),
            keras.layers.ReLU(),
            keras.layers.Conv2DTranspose(1, 4, 2, padding="same", activation="sigmoid"),
        ]
    )


def discriminator(width: float = 1.0) -> keras.Model:
    """Images to (log-odds that they are real, Q's outputs)."""
    first, second, dense, hidden = scaled(width, 64, 128, 1024, 128)
    images = keras.Input([28, 28, 1])
    x = keras.layers.Conv2D(first, 4, 2, padding="same")(images)
    x = keras.layers.LeakyReLU(negative_slope=0.1)(x)
    x = keras.layers.Conv2D(second, 4, 2, padding="same", use_bias=False)(x)
    x = keras.layers.LeakyReLU(negative_slope=0.1)(batch_norm()(x))
    x = keras.layers.Dense(dense, use_bias=False)(keras.layers.Flatten()(x))
    x = keras.layers.LeakyReLU(negative_slope=0.1)(batch_norm()(x))
    real_logits = keras.layers.Dense(1)(x)
    q = keras.layers.Dense(hidden, use_bias=False)(x)
    q = keras.layers.LeakyReLU(negative_slope=0.1)(batch_norm()(q))
    return keras.Model(images, [real_logits, keras.layers.Dense(CATEGORIES + 2 * CONTINUOUS)(q)])


class PlainInfoGAN:
    """Both networks and the two-step update: D and Q, then G on fresh noise and codes."""

    def __init__(self, width: float = 1.0):
        self.generator = generator(width)
        self.discriminator = discriminator(width)
        self.d_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)
        self.g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5, epsilon=1e-8)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.binary = keras.losses.BinaryCrossentropy(from_logits=True)
        self.categorical = keras.losses.CategoricalCrossentropy(from_logits=True)

    def sample_latents(self, batch_size: tf.Tensor) -> tf.Tensor:
        noise = tf.random.uniform([batch_size, NOISE_SIZE], -1, 1)
        category = tf.random.uniform([batch_size], maxval=CATEGORIES, dtype=tf.int32)
        continuous = tf.random.uniform([batch_size, CONTINUOUS], -1, 1)
        return tf.concat([noise, tf.one_hot(category, CATEGORIES), continuous], axis=1)

    def mutual_information(self, latents: tf.Tensor, posterior: tf.Tensor) -> tf.Tensor:
        _, category, continuous = tf.split(latents, [NOISE_SIZE, CATEGORIES, CONTINUOUS], axis=1)
        information = H_CATEGORY - self.categorical(category, posterior[:, :CATEGORIES])
        for i in range(CONTINUOUS):
            mean = posterior[:, CATEGORIES + 2 * i]
            std = MIN_STD + tf.exp(posterior[:, CATEGORIES + 2 * i + 1])
            log_prob = -0.5 * ((continuous[:, i] - mean) / std) ** 2 - tf.math.log(std) - 0.5 * math.log(2 * math.pi)
            information += CONTINUOUS_WEIGHT * (H_UNIFORM + tf.reduce_mean(log_prob))
        return information

    def update_discriminator(self, real_images: tf.Tensor, latents: tf.Tensor) -> tf.Tensor:
        fake_images = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            real_logits, _ = self.discriminator(real_images, training=True)
            fake_logits, posterior = self.discriminator(fake_images, training=True)
            loss = self.binary(tf.ones_like(real_logits), real_logits)
            loss += self.binary(tf.zeros_like(fake_logits), fake_logits)
            loss -= self.mutual_information(latents, posterior)
        gradients = tape.gradient(loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply(gradients, self.discriminator.trainable_weights)
        return loss

    def update_generator(self, latents: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            fake_logits, posterior = self.discriminator(self.generator(latents, training=True), training=True)
            loss = self.binary(tf.ones_like(fake_logits), fake_logits) - self.mutual_information(latents, posterior)
        gradients = tape.gradient(loss, self.generator.trainable_weights)
        self.g_optimizer.apply(gradients, self.generator.trainable_weights)
        return loss

    @tf.function
    def train_step(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
        batch_size = tf.shape(real_images)[0]
        return {
            "d": self.update_discriminator(real_images, self.sample_latents(batch_size)),
            "g": self.update_generator(self.sample_latents(batch_size)),
        }
