"""A small classifier of labelled images, whose features compare generated images with real ones.

It is trained on labels and serves evaluation alone: nothing of it reaches a model in training.
"""

import hashlib
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.data import ImageBatches, ImageData, as_floats
from infogan_tf.data.cache import cache_folder
from infogan_tf.data.labels import Labels
from infogan_tf.files import write_atomically

# A new number whenever anything below changes what the features are.
VERSION = 1
SEED = 0
EPOCHS = 3
BATCH_SIZE = 128
FEATURE_SIZE = 128
CHUNK = 1000


class DigitFeatures:
    """Features of images: the last hidden layer of a classifier, after its ReLU.

    conv 3x3 32, max pool 2, conv 3x3 64, max pool 2, FC 128 (the features), FC to the classes; three epochs of Adam.
    The same data and version give the same features on the same machine.

    Args:
        network: images `[batch, height, width, channels]` to (features, logits).
        trained_on: the images' name.
        test_error: its share of errors on the held-out images.
    """

    def __init__(self, network: keras.Model, trained_on: str, test_error: float):
        self._network = network
        self.trained_on = trained_on
        self.test_error = test_error

    @property
    def name(self) -> str:
        """What a result says of the features that it was measured in."""
        trained = f"trained on {self.trained_on}, test error {self.test_error:.2%}"
        return f"digit classifier {VERSION}, {FEATURE_SIZE} features, {trained}"

    def __call__(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        """Features `[number, 128]` of images, uint8 or float in [0, 1]."""
        parts = []
        for start in range(0, len(images), CHUNK):
            chunk = tf.convert_to_tensor(images[start : start + CHUNK])
            parts.append(
                self._network(as_floats(chunk) if chunk.dtype == tf.uint8 else chunk, training=False)[0].numpy()
            )
        return np.concatenate(parts)


def load_digit_features(data: ImageData, labels: Labels) -> DigitFeatures:
    """The features for a data set: from the cache, or trained now, in about half a minute, and cached.

    Args:
        data: the images; the training part is trained on.
        labels: their labels.
    """
    path = cache_folder() / f"digit-features-{VERSION}-{_key(data, labels)}.weights.h5"
    network = _network(data.training.shape[1:], labels.num_classes)
    if not _restore(network, path):
        # Anew, since a damaged file may have given some weights.
        network = _network(data.training.shape[1:], labels.num_classes)
        _train(network, data.training, labels.training)
        _cache(network, path)
    return DigitFeatures(network, data.name, _error(network, data.held_out, labels.held_out))


def _restore(network: keras.Model, path: Path) -> bool:
    try:
        if path.exists():
            network.load_weights(path)
            return True
    except (OSError, ValueError, LookupError) as error:
        warnings.warn(f"the cached features in {path} are damaged and are trained again: {error}", stacklevel=3)
    return False


def _cache(network: keras.Model, path: Path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, network.save_weights)
    except OSError as error:
        warnings.warn(f"trained features are not cached, so the next start trains again: {error}", stacklevel=3)


def _key(data: ImageData, labels: Labels) -> str:
    described = data.fingerprint() + hashlib.sha256(labels.training.tobytes()).hexdigest()
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def _network(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    seeds = iter(range(SEED, SEED + 4))

    def initializer() -> keras.initializers.Initializer:
        return keras.initializers.HeNormal(seed=next(seeds))

    images = keras.Input(image_shape)
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=initializer())(images)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(64, 3, padding="same", activation="relu", kernel_initializer=initializer())(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    features = keras.layers.Dense(FEATURE_SIZE, activation="relu", kernel_initializer=initializer())(x)
    return keras.Model(images, [features, keras.layers.Dense(num_classes, kernel_initializer=initializer())(features)])


def _train(network: keras.Model, images: np.ndarray, labels: np.ndarray):
    batches = ImageBatches(images, min(BATCH_SIZE, len(images)), SEED)
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(network.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    all_labels = tf.constant(labels)

    @tf.function
    def update(step: tf.Tensor):
        with tf.GradientTape() as tape:
            logits = network(batches(step), training=True)[1]
            value = loss(tf.gather(all_labels, batches.indices(step)), logits)
        optimizer.apply(tape.gradient(value, network.trainable_weights), network.trainable_weights)

    for step in range(EPOCHS * len(images) // batches.batch_size):
        update(tf.constant(step))


def _error(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    answers = [
        tf.argmax(network(as_floats(images[start : start + CHUNK]), training=False)[1], axis=1)
        for start in range(0, len(images), CHUNK)
    ]
    return float(np.mean(np.concatenate(answers) != labels))
