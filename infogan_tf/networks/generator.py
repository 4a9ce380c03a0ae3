"""A generator as a row of the paper's tables."""

import dataclasses
import math
from typing import Any

import keras
import tensorflow as tf

from infogan_tf.networks.layers import convolution_block, dense_block
from infogan_tf.networks.specs import GeneratorSpec, Up
from infogan_tf.options import check_integer, check_sizes


@keras.saving.register_keras_serializable("infogan_tf")
class Generator(keras.Model):
    """G: latents `[batch, latent_size]` to images `[batch, height, width, channels]` in [0, 1].

    ValueError if the layers make images of another size than `image_shape`, (height, width, channels).

    >>> mnist = GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True),))
    >>> Generator(mnist, latent_size=74, image_shape=(28, 28, 1))(tf.zeros([2, 74])).shape
    TensorShape([2, 28, 28, 1])
    """

    def __init__(self, spec: GeneratorSpec, latent_size: int, image_shape: tuple[int, int, int], **kwargs: Any):
        super().__init__(**{"name": "generator", **kwargs})
        self.spec = spec
        self.latent_size = check_integer("latent_size", latent_size, 1)
        self.image_shape = check_sizes("image_shape", image_shape, number=3)
        if spec.image_size != self.image_shape[:2]:
            expected = f"the images' size {self.image_shape[:2]}, got {spec.image_size}"
            raise ValueError(f"grid of GeneratorSpec times the strides of its ups and 2 must be {expected}")
        widths = (*spec.dense, math.prod(spec.grid))
        layers = [layer for units in widths for layer in dense_block(units, keras.layers.ReLU())]
        layers.append(keras.layers.Reshape(spec.grid))
        layers += [layer for up in spec.ups for layer in convolution_block(up, keras.layers.ReLU())]
        layers += convolution_block(Up(self.image_shape[2]), keras.layers.Activation(spec.output))
        if spec.output == "tanh":
            layers.append(keras.layers.Rescaling(0.5, offset=0.5))
        self.body = keras.Sequential([keras.Input([self.latent_size]), *layers], name="body")

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        return self.body(latents, training=training)

    def get_config(self) -> dict[str, Any]:
        spec = dataclasses.asdict(self.spec)
        return {"name": self.name, "spec": spec, "latent_size": self.latent_size, "image_shape": self.image_shape}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Generator":
        return cls(**{**config, "spec": GeneratorSpec(**config["spec"])})
