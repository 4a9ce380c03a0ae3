"""Image data sets, independent of models."""

from infogan_tf.data.batches import ImageBatches, as_floats, as_pixels
from infogan_tf.data.image_data import ImageData, check_two_batches
from infogan_tf.data.sources import ImageRequest, load_images

__all__ = ["ImageBatches", "ImageData", "ImageRequest", "as_floats", "as_pixels", "check_two_batches", "load_images"]
