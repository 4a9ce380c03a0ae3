"""A model as the explorer's page uses it: knobs in, pixels out, and pictures as Q's posteriors."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image
from werkzeug.exceptions import BadRequest

from infogan_tf.codes import LatentCode
from infogan_tf.data.batches import as_floats, as_pixels
from infogan_tf.data.preparation import Preparation, open_picture
from infogan_tf.distributions import VonMisesPosterior
from infogan_tf.errors import first_line, printable
from infogan_tf.figures.pictures import tile, write_animation
from infogan_tf.figures.traversals import num_columns
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.loading import LoadedModel

WALL_ROWS = 5
WALL = WALL_ROWS**2  # Samples, each with noise of its own.
MAX_IMAGES = 128  # Of one request.
# Images of the wall, of the strip below a slider and of a side of the plane, and steps of a slider.
SIZES = {"wall": WALL, "num_images": WALL, "max_images": MAX_IMAGES, "strip": 9, "plane": 7, "slider_steps": 200}
MAX_KNOBS = 8  # Of the dimensions of one code.
SLIDER_SCALE = 2.0  # A slider covers so many times the range that its code has in training.
FRAMES = 17
ANIMATION_PIXELS = 300  # Width of an animation, about.

# The values of codes by name: `[3]` for a category, otherwise a number for each dimension.
Codes = dict[str, list[int | float]]


class RequestError(BadRequest):
    """What a page asks for can't be done; the description says why."""


class ExplorerModel:
    """A trained model that answers the page; pictures are prepared as its training images were."""

    def __init__(self, loaded: LoadedModel):
        model, self._spec, self._image_shape = loaded.model, loaded.model.spec, loaded.model.image_shape
        self._note = printable(loaded.introduction)
        self._preparation = Preparation(model.image_shape[0], model.image_shape[2], loaded.crop, loaded.white)
        latents = tf.TensorSpec([None, model.spec.size], tf.float32)
        image = tf.TensorSpec([1, *model.image_shape], tf.uint8)
        self._generate = tf.function(lambda latents: as_pixels(model(latents)), [latents], autograph=False)
        self._infer = tf.function(lambda image: model.infer_codes(as_floats(image)), [image], autograph=False)
        self.generate(np.zeros([1, model.spec.size], np.float32))  # So that no user waits for the tracing.

    def describe(self) -> dict[str, Any]:
        """What the page has to know to make the knobs."""
        codes = list(map(describe_code, self._spec.codes))
        return {"image_shape": self._image_shape, "codes": codes, "note": self._note, **SIZES}

    def latents(self, seed: int, codes: Codes, images: Sequence[tuple[int, Codes]]) -> np.ndarray:
        """The generator's input `[number, size]` for several images, given by sample and changes of `codes`.

        The seed decides the noise of all samples on the wall; `[(0, {"c1": [3]})]` is an image of the first.

        Raises:
            RequestError: a code is unknown or missing, or its values are out of range or of the wrong length.
        """
        names = {code.name for code in self._spec.codes}  # Those of other models would be ignored.
        samples, changes = zip(*images, strict=True)
        if set(codes) != names or names.union(*changes) != names:
            raise RequestError(f"every code must have values, and no other: {', '.join(sorted(names))}")
        columns = {name: [changed.get(name, values) for changed in changes] for name, values in codes.items()}
        try:
            encoded = self._spec.encode(columns)
        except ValueError as error:
            raise RequestError(first_line(error)) from error
        sampled = self._spec.sample(WALL, stream_seed(seed, Stream.GENERATE))
        noise = {latent.name: tf.gather(sampled[latent.name], samples) for latent in self._spec.noise}
        return self._spec.join(noise | encoded).numpy()

    def generate(self, latents: np.ndarray) -> np.ndarray:
        """Images of latents `[batch, size]`: uint8 `[batch, height, width, channels]`."""
        return self._generate(latents).numpy()

    def frames(self, seed: int, codes: Codes, name: str) -> tuple[list[np.ndarray], bool]:
        """The generator's inputs `[WALL, size]` of each frame of an animation, in which one code runs over its values.

        Also whether it needs a way back, unlike an angle. Raises `RequestError` as `latents`, or for an unknown code.
        """
        if name not in [code.name for code in self._spec.codes]:
            raise RequestError("there is no code of this name")
        prior = self._spec.code(name).distribution
        traversal = prior.traversal(num_columns(prior) if prior.is_discrete else FRAMES, SLIDER_SCALE)
        walls = ([(sample, {name: value}) for sample in range(WALL)] for value in prior.decode(traversal).tolist())
        return [self.latents(seed, codes, wall) for wall in walls], not prior.is_circular

    def read_picture(self, data: bytes) -> np.ndarray:
        """A picture file as an image of the model's size, uint8 `[height, width, channels]`, or `RequestError`."""
        try:
            with open_picture(io.BytesIO(data), self._preparation.size) as picture:
                return self._preparation(picture)
        except Exception as error:  # Pillow's decoders raise many kinds of errors on damaged files.
            raise RequestError("not a picture that can be read") from error

    def infer(self, image: np.ndarray) -> dict[str, dict[str, Any]]:
        """By code, Q's posterior of an image uint8 `[height, width, channels]`, and the `values` to set its knob to.

        The posterior is `probs`, `[dimensions][options]`, for a discrete code, else `mean` and `std`.
        """
        posteriors = self._infer(image[None])
        return {code.name: _describe_posterior(code, posteriors[code.name]) for code in self._spec.codes}


def animation(frames: Sequence[np.ndarray], and_back: bool) -> bytes:
    """A GIF that runs through walls, uint8 `[WALL, height, width, channels]` each, and back if told so."""
    walls = [frame.reshape(WALL_ROWS, WALL_ROWS, *frame.shape[1:]) / 255 for frame in frames]
    # Colors are chosen before the pixels are repeated, which is many times faster.
    small = [Image.fromarray(tile(wall, 1)).quantize() for wall in walls]
    scale = max(1, round(ANIMATION_PIXELS / small[0].width))
    large = [picture.resize((picture.width * scale, picture.height * scale)) for picture in small]
    file = io.BytesIO()
    write_animation(file, large, and_back)
    return file.getvalue()


def describe_code(code: LatentCode) -> dict[str, Any]:
    """What the page has to know of a code: its `choices`, or a `range`; how many of its dimensions have knobs."""
    prior = code.distribution
    knobs = min(prior.value_size, MAX_KNOBS)
    described = {"name": code.name, "prior": prior.prior_name, "dimensions": prior.value_size, "knobs": knobs}
    if prior.is_discrete:
        return {**described, "choices": list(range(prior.num_categories or 2)), "default": 0}
    low, high = prior.range
    described |= {"is_circular": prior.is_circular, "trained": [low, high], "default": (low + high) / 2}
    return {**described, "range": prior.scaled_range(SLIDER_SCALE)}


def _describe_posterior(code: LatentCode, posterior: Any) -> dict[str, Any]:
    prior = code.distribution
    values = prior.decode(posterior.mode)[0].tolist()
    if prior.is_discrete:
        probs = posterior.probs.numpy().tolist()
        return {"probs": probs if prior.num_categories else [[1 - p, p] for p in probs[0]], "values": values}
    std = posterior.angle_std if isinstance(posterior, VonMisesPosterior) else posterior.std
    return {"mean": values, "std": std.numpy()[0].tolist(), "values": values}
