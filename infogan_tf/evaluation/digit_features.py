"""A small classifier of labelled images, whose features compare generated images with real ones.

It is trained on labels and serves evaluation alone: nothing of it reaches a model in training.
"""

import hashlib
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from infogan_tf.data import ImageBatches, ImageData, as_floats
from infogan_tf.data.factors import Factor
from infogan_tf.data.store import cache_folder
from infogan_tf.files import write_atomically
from infogan_tf.training.console import say

# A new number whenever anything below changes what the features are.
VERSION = 1
SEED = 0
EPOCHS = 3
BATCH_SIZE = 128
FEATURE_SIZE = 128
CHUNK = 1000


class Answers(NamedTuple):
    """What the classifier gives for a set of images.

    Attributes:
        features: float32 `[number, 128]`.
        classes: the most probable ones, `[number]`.
    """

    features: np.ndarray
    classes: np.ndarray


class DigitFeatures:
    """Features of images: the last hidden layer of a classifier, after its ReLU.

    conv 3x3 32, max pool 2, conv 3x3 64, max pool 2, FC 128 (the features), FC to the classes; three epochs of Adam.
    The same data and version give the same features on the same machine.

    Args:
        network: images `[batch, height, width, channels]` to (features, logits).
        trained_on: the images' name.
        held_out: the features of the held-out images, `[number, 128]`.
        error: the classifier's error rate on them.

    Attributes:
        hash: SHA-256 of the weights: only numbers measured in features of the same hash can be compared.
    """

    def __init__(self, network: keras.Model, trained_on: str, held_out: np.ndarray, error: float):
        self._network = network
        self.trained_on = trained_on
        self.held_out = held_out
        self.error = error
        self.hash = _weights_hash(network)

    @property
    def name(self) -> str:
        """What a result says of the features that it was measured in."""
        trained = f"trained on {self.trained_on}, error on held-out images {self.error:.2%}"
        return f"digit classifier {VERSION}, {FEATURE_SIZE} features, {trained}"

    def __call__(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        """Features `[number, 128]` of images, uint8 or float in [0, 1]."""
        return _answers(self._network, images).features


def load_digit_features(data: ImageData, labels: Factor) -> DigitFeatures:
    """The features for a data set.

    The trained classifier and its features of the held-out images are kept in the cache folder; without them the
    classifier is trained now, which takes a minute or two.

    Args:
        data: the images; the training part is trained on.
        labels: their labels.
    """
    path = cache_folder() / f"digit-features-{VERSION}-{_key(data, labels)}.weights.h5"
    network = _network(data.training.shape[1:], labels.num_classes)
    if not _restore(network, path):
        say(f"training the digit classifier whose features compare images; it is kept in {path.parent}")
        # Anew, since a damaged file may have given some weights.
        network = _network(data.training.shape[1:], labels.num_classes)
        _train(network, data.training, labels.training)
        _cache(path, network.save_weights)
    held_out = _held_out_answers(network, data.held_out)
    error = float(np.mean(held_out.classes != labels.held_out))
    return DigitFeatures(network, data.name, held_out.features, error)


def _restore(network: keras.Model, path: Path) -> bool:
    try:
        if path.exists():
            network.load_weights(path)
            return True
    except (OSError, ValueError, LookupError) as error:
        warnings.warn(f"the cached features in {path} are damaged and are trained again: {error}", stacklevel=3)
    return False


def _held_out_answers(network: keras.Model, images: np.ndarray) -> Answers:
    key = _sha256(_weights_hash(network).encode(), images)[:16]
    path = cache_folder() / f"digit-features-of-held-out-{VERSION}-{key}.npz"
    try:
        if path.exists():
            with path.open("rb") as file, np.load(file) as cached:
                return Answers(**cached)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        warnings.warn(f"the cached features in {path} are damaged and are made again: {error}", stacklevel=3)
    answers = _answers(network, images)
    _cache(path, lambda partial: _save(partial, answers))
    return answers


def _save(path: Path, answers: Answers):
    with path.open("wb") as file:  # NumPy would append its ending to a path.
        np.savez(file, **answers._asdict())


def _cache(path: Path, write: Callable[[Path], None]):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, write)
    except OSError as error:
        warnings.warn(f"{path} can't be written, so the next evaluation takes longer: {error}", stacklevel=4)


def _key(data: ImageData, labels: Factor) -> str:
    described = data.fingerprint() + hashlib.sha256(labels.training.tobytes()).hexdigest()
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def _weights_hash(network: keras.Model) -> str:
    return _sha256(*(variable.numpy() for variable in network.weights))


def _sha256(*parts: bytes | np.ndarray) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.ascontiguousarray(part) if isinstance(part, np.ndarray) else part)
    return digest.hexdigest()


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

    @tf.function
    def update(images: tf.Tensor, labels: tf.Tensor):
        with tf.GradientTape() as tape:
            value = loss(labels, network(images, training=True)[1])
        optimizer.apply(tape.gradient(value, network.trainable_weights), network.trainable_weights)

    steps = range(EPOCHS * len(images) // batches.batch_size)
    for step in tqdm(steps, file=sys.stdout, disable=None, leave=False, unit="updates"):
        update(batches(step), tf.constant(labels[batches.indices(step)]))


def _answers(network: keras.Model, images: np.ndarray | tf.Tensor) -> Answers:
    features, classes = [], []
    for start in range(0, len(images), CHUNK):
        chunk = tf.convert_to_tensor(images[start : start + CHUNK])
        of_chunk, logits = network(as_floats(chunk) if chunk.dtype == tf.uint8 else chunk, training=False)
        features.append(of_chunk.numpy())
        classes.append(logits.numpy().argmax(axis=1))
    return Answers(np.concatenate(features), np.concatenate(classes))
