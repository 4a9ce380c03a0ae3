"""Preview pictures of a model in training, always from the same noise and codes."""

import numpy as np
import tensorflow as tf

from infogan_tf.data.batches import as_floats
from infogan_tf.figures.pictures import Picture, side_by_side, tile, with_caption
from infogan_tf.figures.traversals import COLUMNS, ROWS, describe_traversal, num_columns
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, integers, split_seed, stream_seed


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
        sample_seed, choice_seed, *traversal_seeds = seeds
        chosen = integers([ROWS * COLUMNS], choice_seed, 0, len(real_images)).numpy()
        self._real_grid = tile(as_floats(real_images[chosen]).numpy().reshape(ROWS, COLUMNS, *model.image_shape))
        spec = model.spec
        self._inputs = {"samples": spec.join(spec.sample(ROWS * COLUMNS, sample_seed))}
        for code, code_seed in zip(spec.codes, traversal_seeds, strict=True):
            values = code.distribution.traversal(num_columns(code.distribution), scale)
            self._inputs[code.name] = spec.join(spec.vary(code.name, spec.sample(ROWS, code_seed), values))
        self._generate = tf.function(model, autograph=False, input_signature=[tf.TensorSpec([None, spec.size])])

    def pictures(self, step: int) -> dict[str, Picture]:
        """The pictures at an update, by name: `samples`, then each code's."""
        where = f"update {step:,}, {self._origin}"
        pictures = {}
        for name, inputs in self._inputs.items():
            picture = tile(self._generate(inputs).numpy().reshape(ROWS, -1, *self._model.image_shape))
            if name == "samples":
                picture, what = side_by_side(self._real_grid, picture), "left real, right generated"
            else:
                what = f"{describe_traversal(self._model, name, self._scale)}; one random sample a row"
            pictures[name] = with_caption(picture, f"{what}; {where}")
        return pictures
