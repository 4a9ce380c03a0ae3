"""What InfoGAN asks of the two networks that it is made of."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.randomness import Stream, stream_seed


def check_networks(generator: Any, discriminator: Any, spec: LatentSpec) -> tuple[int, ...]:
    """Returns the shape of an image; ValueError if the networks don't keep InfoGAN's contract.

    The pass also makes every weight, so that a model can be saved, restored and counted before it is trained.
    """
    if not isinstance(spec, LatentSpec):
        raise ValueError(f"spec must be a LatentSpec, got {spec!r}")
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.layers.Layer):
            raise ValueError(f"{name} must be a Keras model, got {network!r}")
    images = _outputs("generator", generator, spec.join(spec.sample(1, stream_seed(0, Stream.GENERATE))))
    if not (tf.is_tensor(images) and images.shape.rank == 4 and images.dtype.is_floating):
        expected = f"latents [batch, {spec.size}] to float images [batch, height, width, channels]"
        raise ValueError(f"generator must map {expected}, got {_described(images)}")
    if not tf.reduce_all((images >= 0) & (images <= 1)):
        got = f"values from {np.min(images):g} to {np.max(images):g}"
        raise ValueError(f"generator must give images in [0, 1], as a sigmoid does, got {got}")
    outputs = _outputs("discriminator", discriminator, images)
    shapes = [part.shape for part in outputs] if isinstance(outputs, tuple | list) else []
    if shapes != [(1, 1), (1, spec.posterior_size)]:
        expected = f"DiscriminatorOutput(real_logits [batch, 1], posterior [batch, {spec.posterior_size}])"
        raise ValueError(f"discriminator must map images to {expected}, got {_described(outputs)}")
    return tuple(images.shape[1:])


def _outputs(name: str, network: keras.layers.Layer, inputs: tf.Tensor) -> Any:
    try:
        return network(inputs, training=False)
    except (TypeError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"{name} can't be called on inputs of shape {list(inputs.shape)}") from error


def _described(outputs: Any) -> str:
    if isinstance(outputs, tuple | list):
        return f"{type(outputs).__name__} of {', '.join(map(_described, outputs)) or 'nothing'}"
    return f"{outputs.dtype.name} {list(outputs.shape)}" if tf.is_tensor(outputs) else repr(outputs)
