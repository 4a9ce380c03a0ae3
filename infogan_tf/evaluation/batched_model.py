"""A trained model on many images."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from infogan_tf.console import bar
from infogan_tf.data.batches import floats
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, stream_seed

BATCH_SIZE = 500
# Half of what MNIST's preset `best` trains with, so that a person still recognizes every image.
STRENGTH = 0.5


class GeneratedImages(NamedTuple):
    """What images were generated from, and what was measured of them; not the images, which can be too many to hold.

    Latents are by name, `[number, event_size]`; Q's posteriors by code; features `[number, size]`.
    """

    latents: dict[str, tf.Tensor]
    posteriors: dict[str, Any]
    features: np.ndarray


class BatchedModel:
    """A trained model in inference mode, run in batches of 500 as compiled graphs, with a bar on a terminal."""

    def __init__(self, model: InfoGAN):
        self.spec = model.spec
        self.image_shape = model.image_shape

        def augment(images: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
            seed = stream_seed(4, Stream.EVALUATION, batch)
            return tf.clip_by_value(model.augmentation.for_codes(images, STRENGTH, seed), 0, 1)

        # AutoGraph takes seconds and finds nothing to convert.
        self._generate, self._infer_codes, self._augment = (
            tf.function(function, autograph=False, reduce_retracing=True)
            for function in (model, model.infer_codes, augment)
        )

    def measure_generated(self, latents: Mapping[str, tf.Tensor], measure: Callable[[tf.Tensor], Any]) -> Any:
        """What a function gives of generated images, which are never all in memory, as tensors `[number, ...]`.

        The latents are all of them by name, `[number, event_size]`. The function takes images `[batch, height, width,
        channels]` in [0, 1] and returns one or more arrays `[batch, ...]`.
        """
        return in_batches(lambda batch: measure(self._generate(batch)), self.spec.join(latents))

    def infer_codes(self, images: np.ndarray | tf.Tensor) -> dict[str, Any]:
        """By code, Q's posterior of each image; images are uint8 or floats in [0, 1]."""
        return in_batches(self._infer_codes, images)

    def infer_codes_of_augmented(self, images: np.ndarray) -> dict[str, Any]:
        """The same for randomly augmented images, as for the kind of images that the model was trained on."""
        numbers = itertools.count()
        return in_batches(
            lambda batch: self._infer_codes(self._augment(batch, tf.constant(next(numbers), tf.int64))), images
        )

    def generate_and_infer(self, number: int, features: Callable[[tf.Tensor], np.ndarray]) -> GeneratedImages:
        """Generates images of latents, always the same ones, predicts their codes and computes their features."""
        latents = self.spec.sample(number, stream_seed(0, Stream.EVALUATION))
        posteriors, of_images = self.measure_generated(
            latents, lambda images: (self._infer_codes(images), features(images))
        )
        return GeneratedImages(latents, posteriors, of_images.numpy())


def in_batches(function: Callable[[tf.Tensor], Any], inputs: np.ndarray | tf.Tensor) -> Any:
    """What a function gives of a batch of inputs, for all inputs, as tensors `[number, ...]`.

    The function takes floats: uint8 images are given to it in [0, 1].
    """
    starts = bar(range(0, len(inputs), BATCH_SIZE))
    batches = (tf.convert_to_tensor(inputs[start : start + BATCH_SIZE]) for start in starts)
    parts = [function(floats(batch)) for batch in batches]  # Outside of graphs, so that there is one for both types.
    return tf.nest.map_structure(lambda *of_batches: tf.concat(of_batches, axis=0), *parts)
