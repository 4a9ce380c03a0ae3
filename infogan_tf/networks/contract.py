"""What InfoGAN asks of the two networks that it is made of, and how they are called."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.networks.discriminator import DiscriminatorOutput
from infogan_tf.randomness import Stream, stream_seed


def call_generator(generator: keras.layers.Layer, latents: tf.Tensor, **arguments: Any) -> tf.Tensor:
    """G's images, which it may give in a list or a dictionary; float32, whatever it computes with."""
    (images,) = _generated(generator(latents, **arguments))
    return tf.cast(images, tf.float32)


def call_discriminator(discriminator: keras.layers.Layer, images: tf.Tensor, training: bool) -> DiscriminatorOutput:
    """What D and Q say of images; float32, whatever they compute with: bounds and losses need the digits."""
    outputs = _judged(discriminator(images, training=training))
    return DiscriminatorOutput(*(tf.cast(part, tf.float32) for part in outputs))


def check_networks(generator: Any, discriminator: Any, spec: LatentSpec) -> tuple[int, ...]:
    """Returns the shape of an image; ValueError if the networks don't keep InfoGAN's contract.

    The pass also makes every weight, so that a model can be saved, restored and counted before it is trained.
    """
    if not isinstance(spec, LatentSpec):
        raise ValueError(f"spec must be a LatentSpec, got {spec!r}")
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.layers.Layer):
            raise ValueError(f"{name} must be a Keras model, got {network!r}")
    outputs = _outputs("generator", generator, spec.join(spec.sample(1, stream_seed(0, Stream.GENERATE))))
    images = next(iter(_generated(outputs)), None)
    if not (tf.is_tensor(images) and images.shape.rank == 4 and images.dtype.is_floating):
        expected = f"latents [batch, {spec.size}] to float images [batch, height, width, channels]"
        raise ValueError(f"generator must map {expected}, got {_described(outputs)}")
    if not tf.reduce_all((images >= 0) & (images <= 1)):
        got = f"values from {np.min(images):g} to {np.max(images):g}"
        raise ValueError(f"generator must give images in [0, 1], as a sigmoid does, got {got}")
    outputs = _outputs("discriminator", discriminator, tf.cast(images, tf.float32))
    shapes = [part.shape for part in _judged(outputs)]
    if shapes != [(1, 1), (1, spec.posterior_size)]:
        expected = f"DiscriminatorOutput(real_logits [batch, 1], posterior [batch, {spec.posterior_size}])"
        raise ValueError(f"discriminator must map images to {expected}, got {_described(outputs)}")
    return tuple(images.shape[1:])


def _outputs(name: str, network: keras.layers.Layer, inputs: tf.Tensor) -> Any:
    try:
        return network(inputs, training=False)
    except (TypeError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"{name} can't be called on inputs of shape {list(inputs.shape)}") from error


def _generated(outputs: Any) -> list[Any]:
    parts = keras.tree.flatten(outputs)
    return parts if len(parts) == 1 else []


def _judged(outputs: Any) -> list[Any]:
    if isinstance(outputs, Mapping):
        return [outputs[name] for name in DiscriminatorOutput._fields if name in outputs]
    return list(outputs) if isinstance(outputs, tuple | list) else []


def _described(outputs: Any) -> str:
    if isinstance(outputs, Mapping):
        return f"{{{', '.join(f'{name}: {_described(part)}' for name, part in outputs.items())}}}"
    if isinstance(outputs, tuple | list):
        return f"{type(outputs).__name__} of {', '.join(map(_described, outputs)) or 'nothing'}"
    return f"{outputs.dtype.name} {list(outputs.shape)}" if tf.is_tensor(outputs) else repr(outputs)
