"""Features in which generated images are compared with real ones: those of a small network trained on the real ones.

Where the images have classes, of which most have ten images or more, the network classifies them; otherwise it predicts
by which of four rotations an image was turned (RotNet, Gidaris et al. 2018, arXiv 1803.07728). It serves evaluation
alone: nothing of it reaches a model in training.
"""

from __future__ import annotations

import hashlib
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from infogan_tf.console import log
from infogan_tf.data import ImageBatches, ImageData, as_floats
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.data.store import cache_folder
from infogan_tf.files import write_atomically

if TYPE_CHECKING:
    from infogan_tf.data.factors import Factor

# A new number whenever anything below changes what the features are.
VERSION = 1
SEED = 0
EPOCHS = 3
# At least as many as for a few thousand images; at most for a minute or two on two cores.
LEAST_UPDATES, MOST_UPDATES = 90, 1500
# Upright images are told from turned ones to 1 % by then.
UPDATES_OF_ROTATIONS = 300
BATCH_SIZE = 128
# Of at least half of the classes, for a classifier to be trained on them.
LEAST_IMAGES_OF_A_CLASS = 10
FEATURE_SIZE = 128
# Larger images are made smaller by the stride of the first convolution, so that an update costs about the same.
FULL_RESOLUTION = 32
CHUNK = 1000
ROTATIONS = 4
NUM_ROTATED = 2000


class ImageFeatures:
    """Features of images: the last hidden layer of a small network, after its ReLU.

    conv 3x3 32, max pool 2, conv 3x3 64, max pool 2, FC 128 (the features), FC to the classes; Adam. Of images larger
    than 63 pixels the first convolution has a stride. The same data and version give the same features on the same
    machine.

    Args:
        network: images `[batch, height, width, channels]` to (features, logits).
        name: what it was trained for, and on which images.
        held_out: the features of the held-out images, `[number, 128]`.
        error: the network's error rate on them.
        class_names: what the classes are that it tells apart, in order; empty if they are not classes of the images.

    Attributes:
        name: what a result says of the features that it was measured in.
        hash: SHA-256 of the weights: only numbers measured in features of the same hash can be compared.
        class_names: as given.
    """

    def __init__(
        self, network: keras.Model, name: str, held_out: np.ndarray, error: float, class_names: Sequence[str] = ()
    ):
        self._network = network
        self.held_out = held_out
        self.class_names = tuple(class_names)
        self.name = f"{name}, {FEATURE_SIZE} features, error on held-out images {error:.2%}"
        self.hash = _weights_hash(network)

    def __call__(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        """Features `[number, 128]` of images, uint8 or float in [0, 1]."""
        return _predict(self._network, images)[0]

    def classify(self, features: np.ndarray) -> np.ndarray:
        """The most probable class `[number]` of images, from their features `[number, 128]`."""
        return self._network.layers[-1](features).numpy().argmax(axis=1)


def load_features(data: ImageData, factors: Sequence[Factor]) -> ImageFeatures:
    """The features for a set of images: of the class factor with the most classes, or of rotations if there is none.

    Class factors of which more than half of the classes have fewer than ten training images are passed over.

    The trained network and its features of the held-out images are kept in the cache folder; without them the network
    is trained now, which takes a minute or two.

    Args:
        data: square images; the training part is trained on.
        factors: what is known of them.
    """
    classes = [factor for factor in factors if factor.kind == "class" and _has_enough_images(factor)]
    task = _Classes(data, max(classes, key=lambda factor: factor.num_classes)) if classes else _Rotations(data)
    path = cache_folder() / f"{task.kind}-features-{VERSION}-{task.key()}.weights.h5"
    network = _network(data.training.shape[1:], task.num_classes)
    if not _restore(network, path):
        log(f"training the {task.name} whose features compare images; it is kept in {path.parent}")
        # Anew, since a damaged file may have given some weights.
        network = _network(data.training.shape[1:], task.num_classes)
        _train(network, task)
        _cache(path, network.save_weights)
    held_out = _on_held_out(network, task, data.held_out)
    name = f"{task.name} (version {VERSION}), trained on {data.name}, {task.num_images:,} images"
    return ImageFeatures(network, name, held_out.features, float(held_out.error), task.class_names)


def _has_enough_images(factor: Factor) -> bool:
    counts = np.bincount(factor.training, minlength=factor.num_classes)
    return bool(np.median(counts) >= LEAST_IMAGES_OF_A_CLASS)


class _Task(Protocol):
    """What the network learns.

    Attributes:
        kind: names its files.
        name: names the network.
        num_classes: how many outputs.
        class_names: what they are, if they are classes of the images.
        num_updates: for how long.
        num_images: how many different images it is trained on in these updates.
        held_out_labels: what its error on held-out images is measured against.
    """

    kind: str
    name: str
    num_classes: int
    class_names: tuple[str, ...]
    num_updates: int
    num_images: int
    held_out_labels: np.ndarray

    def key(self) -> str:
        """A hash of everything that it is trained on."""

    def batch(self, step: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Images `[batch, height, width, channels]` in [0, 1] and their classes `[batch]`."""

    def held_out_error(self, network: keras.Model, images: np.ndarray, classes: np.ndarray) -> float:
        """Its error rate on held-out images, of which `classes` were predicted."""


class _Classes:
    """Which class an image is of."""

    kind = "class"

    def __init__(self, data: ImageData, factor: Factor):
        self.name = f"classifier of {factor.name}"
        self.num_classes = factor.num_classes
        self.class_names = factor.class_names
        self.held_out_labels = factor.held_out
        self._data, self._factor = data, factor
        number = len(data.training)
        self._batches = ImageBatches(data.training, min(BATCH_SIZE, number), SEED)
        self._labels = tf.constant(factor.training)
        self.num_updates = min(max(EPOCHS * number // self._batches.batch_size, LEAST_UPDATES), MOST_UPDATES)
        self.num_images = min(number, self.num_updates * self._batches.batch_size)

    def key(self) -> str:
        return _key(self._data.fingerprint() + hashlib.sha256(self._factor.training.tobytes()).hexdigest())

    def batch(self, step: int) -> tuple[tf.Tensor, tf.Tensor]:
        return self._batches(step), tf.gather(self._labels, self._batches.indices(step))

    def held_out_error(self, network: keras.Model, images: np.ndarray, classes: np.ndarray) -> float:
        return float(np.mean(classes != self.held_out_labels))


class _Rotations:
    """By which of four rotations an image was turned; each batch holds its images in all four."""

    kind = "rotation"
    name = "classifier of rotations by 0, 90, 180 and 270 degrees"
    num_classes = ROTATIONS
    class_names = ()
    held_out_labels = np.arange(ROTATIONS)

    def __init__(self, data: ImageData):
        self._data = data
        number = len(data.training)
        self._batches = ImageBatches(data.training, min(BATCH_SIZE // ROTATIONS, number), SEED)
        self.num_updates = UPDATES_OF_ROTATIONS
        self.num_images = min(number, self.num_updates * self._batches.batch_size)

    def key(self) -> str:
        return _key(self._data.fingerprint())

    def batch(self, step: int) -> tuple[tf.Tensor, tf.Tensor]:
        images = self._batches(step)
        turned = tf.concat([rotate(images, turns) for turns in range(ROTATIONS)], axis=0)
        return turned, tf.repeat(tf.range(ROTATIONS), self._batches.batch_size)

    def held_out_error(self, network: keras.Model, images: np.ndarray, classes: np.ndarray) -> float:
        some = tf.constant(evenly_spread(images, NUM_ROTATED))
        predicted = [_predict(network, rotate(some, turns))[1] for turns in range(ROTATIONS)]
        return float(np.mean(np.stack(predicted) != self.held_out_labels[:, None]))


class _HeldOut(NamedTuple):
    features: np.ndarray
    error: float


def rotate(images: tf.Tensor, turns: int) -> tf.Tensor:
    """Square images `[number, size, size, channels]` turned counterclockwise by 90 degrees up to three times."""
    if turns % 2 == 0:
        return tf.reverse(images, axis=[1, 2]) if turns else images
    return tf.reverse(tf.transpose(images, [0, 2, 1, 3]), axis=[turns // 2 + 1])


def _restore(network: keras.Model, path: Path) -> bool:
    try:
        if path.exists():
            network.load_weights(path)
            return True
    except (OSError, ValueError, LookupError) as error:
        warnings.warn(f"the cached features in {path} are damaged and are trained again: {error}", stacklevel=3)
    return False


def _on_held_out(network: keras.Model, task: _Task, images: np.ndarray) -> _HeldOut:
    key = _sha256(_weights_hash(network).encode(), images, task.held_out_labels)[:16]
    path = cache_folder() / f"{task.kind}-features-of-held-out-{VERSION}-{key}.npz"
    try:
        if path.exists():
            with path.open("rb") as file, np.load(file) as cached:
                return _HeldOut(**cached)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        warnings.warn(f"the cached features in {path} are damaged and are made again: {error}", stacklevel=3)
    features, classes = _predict(network, images)
    held_out = _HeldOut(features, task.held_out_error(network, images, classes))
    _cache(path, lambda partial: _save(partial, held_out))
    return held_out


def _save(path: Path, held_out: _HeldOut):
    with path.open("wb") as file:  # NumPy would append its ending to a path.
        np.savez(file, **held_out._asdict())


def _cache(path: Path, write: Callable[[Path], None]):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, write)
    except OSError as error:
        warnings.warn(f"{path} can't be written, so the next evaluation takes longer: {error}", stacklevel=4)


def _key(described: str) -> str:
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

    stride = max(min(image_shape[:2]) // FULL_RESOLUTION, 1)
    width = 3 if stride == 1 else 2 * stride
    images = keras.Input(image_shape)
    first = keras.layers.Conv2D(
        32, width, strides=stride, padding="same", activation="relu", kernel_initializer=initializer()
    )
    x = keras.layers.MaxPooling2D()(first(images))
    x = keras.layers.Conv2D(64, 3, padding="same", activation="relu", kernel_initializer=initializer())(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    features = keras.layers.Dense(FEATURE_SIZE, activation="relu", kernel_initializer=initializer())(x)
    return keras.Model(images, [features, keras.layers.Dense(num_classes, kernel_initializer=initializer())(features)])


def _train(network: keras.Model, task: _Task):
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(network.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def update(images: tf.Tensor, classes: tf.Tensor):
        with tf.GradientTape() as tape:
            value = loss(classes, network(images, training=True)[1])
        optimizer.apply(tape.gradient(value, network.trainable_weights), network.trainable_weights)

    for step in tqdm(range(task.num_updates), file=sys.stdout, disable=None, leave=False, unit="updates"):
        update(*task.batch(step))


def _predict(network: keras.Model, images: np.ndarray | tf.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Features `[number, 128]` and the most probable classes `[number]`."""
    features, classes = [], []
    for start in range(0, len(images), CHUNK):
        chunk = tf.convert_to_tensor(images[start : start + CHUNK])
        of_chunk, logits = network(as_floats(chunk) if chunk.dtype == tf.uint8 else chunk, training=False)
        features.append(of_chunk.numpy())
        classes.append(logits.numpy().argmax(axis=1))
    return np.concatenate(features), np.concatenate(classes)
