"""Preview pictures of a model in training, always from the same noise and codes."""

import numpy as np
import tensorflow as tf

from infogan_tf.data.batches import as_floats
from infogan_tf.figures.pictures import Picture, side_by_side, tile, with_caption
from infogan_tf.figures.traversals import COLUMNS, ROWS, describe_traversal, traverse
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed


class Preview:
    """Draws real beside generated images, and one traversal a code in the paper's layout.

    Args:
        model: the model in training; nothing of it is changed.
        real_images: uint8 `[number, height, width, channels]`, of which some are shown.
        origin: what the real images are, for the captions.
        seed: decides noise and codes, and which real images.
        scale: continuous codes vary over so many times the range that they have in training.
    """

    def __init__(self, model: InfoGAN, real_images: np.ndarray, origin: str, seed: int, scale: float = 1.0):
        self._scale = scale
        self._model = model
        self._origin = origin
        seeds = split_seed(stream_seed(seed, Stream.PREVIEW), 2 + len(model.spec.codes))
        self._sample_seed, choice_seed, *self._traversal_seeds = seeds
        chosen = tf.random.stateless_uniform([ROWS * COLUMNS], choice_seed, 0, len(real_images), tf.int32).numpy()
        self._real_grid = tile(as_floats(real_images[chosen]).numpy().reshape(ROWS, COLUMNS, *model.image_shape))
        self._draw = tf.function(self._images, autograph=False)

    def pictures(self, step: int) -> dict[str, Picture]:
        """The pictures at an update, by name: `samples`, then each code's."""
        sampled, traversals = self._draw()
        where = f"update {step:,}, {self._origin}"
        comparison = side_by_side(self._real_grid, tile(sampled.numpy()))
        pictures = {"samples": with_caption(comparison, f"left real, right generated; {where}")}
        for name, images in traversals.items():
            caption = f"{describe_traversal(self._model, name, self._scale)}; one random sample a row; {where}"
            pictures[name] = with_caption(tile(images.numpy()), caption)
        return pictures

    def _images(self) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        model = self._model
        latents = model.spec.sample(ROWS * COLUMNS, self._sample_seed)
        sampled = model(model.spec.join(latents))
        traversals = {
            code.name: traverse(model, code.name, seed, scale=self._scale)
            for code, seed in zip(model.spec.codes, self._traversal_seeds, strict=True)
        }
        return tf.reshape(sampled, [ROWS, COLUMNS, *model.image_shape]), traversals
