"""Features in which generated images are compared with real ones: those of a small network trained on the real ones.

Where the images have classes, of which most have ten images or more, the network classifies them; otherwise it predicts
by which of four rotations an image was turned (RotNet, Gidaris et al. 2018, arXiv 1803.07728). It serves evaluation
alone: nothing of it reaches a model in training.
"""

import hashlib
import warnings
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.console import bar, logger
from infogan_tf.data.batches import ImageBatches, as_floats
from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import ImageData, evenly_spread
from infogan_tf.evaluation.batched_model import in_batches
from infogan_tf.files import cache_folder, write_atomically

# A new number whenever anything below changes what the features are.
VERSION = 1
BATCH_SIZE = 128
# As a classifier: at least as many updates as for a few thousand images; at most for a minute or two on two cores.
EPOCHS = 3
LEAST_UPDATES, MOST_UPDATES = 90, 1500
LEAST_IMAGES_OF_A_CLASS = 10
# Upright images are told from turned ones to 1 % by then.
UPDATES_OF_ROTATIONS = 300
ROTATIONS = 4
NUM_ROTATED = 2000
FEATURE_SIZE = 128


class ImageFeatures:
    """Features of images: the last hidden layer of a small network, after its ReLU.

    The same data and version give the same features on the same machine; only numbers measured in features of the same
    `hash`, SHA-256 of the weights, can be compared.

    Attributes:
        name: what the network was trained for, on which images, and its error rate on held-out ones.
        held_out: the features of these, `[number, 128]`.
        class_names: what it tells apart; empty if it is no class of the images.
    """

    def __init__(self, network: keras.Model, name: str, held_out: np.ndarray, class_names: Sequence[str]):
        self._network = network
        self.name, self.held_out, self.class_names = name, held_out, class_names
        self.hash = _sha256(b"".join(weights.numpy().tobytes() for weights in network.weights))

    def __call__(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        """Features `[number, 128]` of images, uint8 or float in [0, 1]."""
        return _predict(self._network, images)[0]

    def classify(self, features: np.ndarray) -> np.ndarray:
        """The most probable class `[number]` of images, from their features `[number, 128]`."""
        return self._network.layers[-1](features).numpy().argmax(axis=1)


def load_features(data: ImageData, factors: Sequence[Factor]) -> ImageFeatures:
    """The features for a set of square images: of the class factor with the most classes, or of rotations without one.

    Class factors of which more than half of the classes have fewer than ten training images are passed over. The
    network is trained on the training images, which takes a minute or two, and kept in the cache folder.
    """
    classes = [factor for factor in factors if factor.kind == "class" and _has_enough_images(factor)]
    task = _Task(data, max(classes, key=lambda factor: factor.num_classes, default=None))
    network = _restore(task)
    if network is None:
        logger.info(f"training the {task.name} whose features compare images; it is kept in {task.path.parent}")
        network = _train(task)
        try:
            task.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(task.path, network.save_weights)
        except OSError as error:
            warnings.warn(f"{task.path} can't be written, so the next evaluation takes longer: {error}", stacklevel=2)
    held_out, predicted = _predict(network, data.held_out)
    seen = min(len(data.training), task.num_updates * task.batches.batch_size)
    name = f"{task.name} (version {VERSION}), trained on {data.name}, {seen:,} images, {FEATURE_SIZE} features, "
    name += f"error on held-out images {task.error(network, predicted):.2%}"
    return ImageFeatures(network, name, held_out, task.class_names)


def _has_enough_images(factor: Factor) -> bool:
    return np.median(np.bincount(factor.training, minlength=factor.num_classes)) >= LEAST_IMAGES_OF_A_CLASS


class _Task:
    """Telling the class of an image or, without a factor, its rotation; a batch then has its images in all four."""

    def __init__(self, data: ImageData, factor: Factor | None):
        self.data, self.factor = data, factor
        number, key = len(data.training), data.fingerprint()
        if factor:
            self.name = f"classifier of {factor.name}"
            self.num_classes, self.class_names = factor.num_classes, factor.class_names
            kind, key = "class", key + _sha256(factor.training.tobytes())
            self.batches = ImageBatches(data.training, min(BATCH_SIZE, number), seed=0)
            self.num_updates = min(max(EPOCHS * number // self.batches.batch_size, LEAST_UPDATES), MOST_UPDATES)
        else:
            self.name = "classifier of rotations by 0, 90, 180 and 270 degrees"
            self.num_classes, self.class_names, kind = ROTATIONS, (), "rotation"
            self.batches = ImageBatches(data.training, min(BATCH_SIZE // ROTATIONS, number), seed=0)
            self.num_updates = UPDATES_OF_ROTATIONS
        self.path = cache_folder() / f"{kind}-features-{VERSION}-{_sha256(key.encode())[:16]}.weights.h5"

    def batch(self, step: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Images `[batch, height, width, channels]` in [0, 1] and their classes `[batch]`."""
        images = as_floats(self.batches(step))
        if self.factor:
            return images, tf.constant(self.factor.training[self.batches.indices(step)])
        return tf.constant(_rotated(images.numpy())), tf.repeat(tf.range(ROTATIONS), len(images))

    def error(self, network: keras.Model, predicted: np.ndarray) -> float:
        """The network's error rate on held-out images, whose classes it predicts so."""
        if self.factor:
            return float(np.mean(predicted != self.factor.held_out))
        images = evenly_spread(self.data.held_out, NUM_ROTATED)
        _, predicted = _predict(network, _rotated(images))
        return float(np.mean(predicted != np.repeat(np.arange(ROTATIONS), len(images))))


def _rotated(images: np.ndarray) -> np.ndarray:
    """All images, then all of them turned by 90 degrees, and so on."""
    # By NumPy, since TensorFlow reports as an error that it transposes uint8 images without oneDNN.
    return np.concatenate([np.rot90(images, turns, axes=(1, 2)) for turns in range(ROTATIONS)])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _restore(task: _Task) -> keras.Model | None:
    """The network that was trained earlier, None if there is none or its file is damaged."""
    if not task.path.exists():
        return None
    network = _network(task)
    try:
        network.load_weights(task.path)
    except (OSError, ValueError, LookupError) as error:
        warnings.warn(f"the cached features in {task.path} are damaged and are trained again: {error}", stacklevel=3)
        return None
    return network


def _network(task: _Task) -> keras.Model:
    # Larger images are made smaller by the stride of the first convolution, so that an update costs about the same.
    stride = max(min(task.data.image_shape[:2]) // 32, 1)
    width = 3 if stride == 1 else 2 * stride
    weights = [keras.initializers.HeNormal(seed=layer) for layer in range(4)]
    relu = {"padding": "same", "activation": "relu"}
    images = keras.Input(task.data.image_shape)
    x = keras.layers.Conv2D(32, width, strides=stride, kernel_initializer=weights[0], **relu)(images)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(64, 3, kernel_initializer=weights[1], **relu)(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    features = keras.layers.Dense(FEATURE_SIZE, activation="relu", kernel_initializer=weights[2])(x)
    logits = keras.layers.Dense(task.num_classes, kernel_initializer=weights[3])(features)
    return keras.Model(images, [features, logits])


def _train(task: _Task) -> keras.Model:
    network = _network(task)
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(network.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def update(images: tf.Tensor, classes: tf.Tensor):
        with tf.GradientTape() as tape:
            value = loss(classes, network(images, training=True)[1])
        optimizer.apply(tape.gradient(value, network.trainable_weights), network.trainable_weights)

    for step in bar(range(task.num_updates)):
        update(*task.batch(step))
    return network


def _predict(network: keras.Model, images: np.ndarray | tf.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Features `[number, 128]` and the most probable classes `[number]`."""
    features, logits = in_batches(lambda batch: network(batch, training=False), images)
    return features.numpy(), logits.numpy().argmax(axis=1)
