"""Whether D overfits its training images."""

import numpy as np
import tensorflow as tf

from infogan_tf.data import ImageData, as_floats
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.model import InfoGAN
from infogan_tf.networks.layers import frozen_statistics
from infogan_tf.randomness import Stream, stream_seed

NUM_IMAGES = 500
BATCH_SIZE = 100


class Memorization:
    """D's mean output on training images beside held-out ones, which it never saw.

    As long as D discriminates by what real images look like, both are alike. When it overfits, the first rises toward
    1 and the second falls toward that of fakes. Images are not augmented, and come in batches of 100 with their own
    statistics or, where D's batches are joint, those of as many fakes beside them, as in training.

    Args:
        model: the model in training; nothing of it is changed.
        data: the same number of images, 500 at most, is taken from both parts, evenly spread.
    """

    def __init__(self, model: InfoGAN, data: ImageData):
        number = min(NUM_IMAGES, len(data.training), len(data.held_out))
        self._model = model
        parts = {"training": data.training, "held_out": data.held_out} if number else {}
        self._parts = {name: evenly_spread(images, number) for name, images in parts.items()}
        self._mean_output = tf.function(self._mean_output, autograph=False)

    def metrics(self) -> dict[str, float]:
        """`memorization/training` and `memorization/held_out`, mean probabilities that the images are real.

        Nothing where no image is held out.
        """
        return {f"memorization/{part}": self._mean_over_batches(images) for part, images in self._parts.items()}

    def _mean_over_batches(self, images: np.ndarray) -> float:
        batch_size = min(BATCH_SIZE, len(images))
        starts = range(0, len(images) - batch_size + 1, batch_size)
        return float(np.mean([self._mean_output(tf.constant(images[i : i + batch_size])) for i in starts]))

    def _mean_output(self, images: tf.Tensor) -> tf.Tensor:
        model, number = self._model, images.shape[0]
        batch = as_floats(images)
        with frozen_statistics(model.discriminator), frozen_statistics(model.generator):
            if model.discriminator_batches == "joint":
                latents = model.spec.sample(number, stream_seed(model.seed, Stream.PREVIEW))
                fakes = model.generator(model.spec.join(latents), training=True)
                batch = tf.concat([batch, fakes], axis=0)
            logits, _ = model.discriminator(batch, training=True)
        return tf.reduce_mean(tf.sigmoid(logits[:number]))
