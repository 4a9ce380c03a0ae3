"""Where images come from; nothing here knows of models."""

from infogan_tf.data.batches import ImageBatches, as_floats
from infogan_tf.data.image_data import ImageData
from infogan_tf.data.sources import load_images

__all__ = ["ImageBatches", "ImageData", "as_floats", "load_images"]
