"""Changing the class of samples: by arithmetic on G's input, as one does without codes, and by one code.

Radford et al. 2016 (DCGAN, arXiv 1511.06434), section 6.3.2 and Figure 7: noise vectors are averaged over three samples
of one kind, which a person chose, then subtracted and added. Here the kinds are classes of images, a classifier of real
images tells which class a sample is of, and the vector is G's whole input: noise and encoded codes. The code is chosen
from the same samples as the means are made of.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.features import ImageFeatures
from infogan_tf.evaluation.schema import ClassChange, VectorArithmetic

# Samples in a mean: DCGAN's number, and so many that little of their noise is left.
AVERAGED = (3, 100)
SHOWN = AVERAGED[0]
ONE_CODE = "one code"
# A class of which fewer samples are known is neither a source nor a target.
LEAST_OF_A_CLASS = 10
NUM_EXAMPLES = 5


class Examples(NamedTuple):
    """A few of the changes, one a row, by the names of the classes: of source and target, and predicted by method.

    The images `[rows, columns, height, width, channels]` in [0, 1] are the source, the three samples of its class whose
    mean was subtracted, the three of the target class whose mean was added, and a result of each method.
    """

    changes: list[tuple[str, str]]
    images: np.ndarray
    predicted: dict[str, list[str]]


def measure_vector_arithmetic(
    model: BatchedModel, generated: GeneratedImages, features: ImageFeatures, number: int
) -> tuple[VectorArithmetic, Examples] | None:
    """Counts how often a sample is changed into its target class, and shows the first change of a few classes.

    Means and codes are made of the first half of the generated images; at most `number` samples of the other half are
    changed, each into a random other class. The features are of a network that knows the images' classes. Returns None
    if nearly all generated images are of one class.
    """
    spec, random = model.spec, np.random.default_rng(0)
    vectors, predicted = spec.join(generated.latents).numpy(), features.classify(generated.features)
    half = len(vectors) // 2
    known, of_known = vectors[:half], predicted[:half]
    counts = np.bincount(of_known)
    classes = np.flatnonzero(counts >= LEAST_OF_A_CLASS)
    rows = half + np.flatnonzero(np.isin(predicted[half:], classes))[:number]
    if len(classes) < 2 or not len(rows):
        return None
    samples, sources = vectors[rows], predicted[rows]
    steps = random.integers(1, len(classes), len(rows))
    targets = classes[(np.searchsorted(classes, sources) + steps) % len(classes)]
    inputs, averaged = {}, {}
    for size in AVERAGED:
        averaged[size] = [_draw(of_known, of_kind, size, random) for of_kind in (sources, targets)]
        source, target = (sum(known[row] for row in indices) / np.float32(size) for indices in averaged[size])
        inputs[f"mean of {size}"] = samples - source + target
    codes = {}
    if spec.categorical_codes:
        codes = _codes_of_classes(spec, known, of_known, classes)
        inputs[ONE_CODE] = _with_codes(spec, samples, targets, codes)

    def judge(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The slants and the predicted classes of the images of some inputs."""
        measured = model.measure_generated(spec.split(vectors), lambda images: (slant(images), features(images)))
        slants, of_images = (values.numpy() for values in measured)
        return slants, features.classify(of_images)

    slants, _ = judge(samples)
    results = {method: judge(changed) for method, changed in inputs.items()}
    measured = VectorArithmetic(
        classes=classes.tolist(),
        samples=len(targets),
        chance=float((counts / half)[targets].mean()),
        codes=[f"{name}={category}" for name, category in codes.values()],
        changes={method: _change(sources, targets, slants, *result) for method, result in results.items()},
    )
    shown = np.sort(np.unique(sources, return_index=True)[1][:NUM_EXAMPLES])
    names = np.array(features.class_names)
    columns = [samples[shown], *(known[row[shown]] for indices in averaged[SHOWN] for row in indices)]
    columns += [changed[shown] for changed in inputs.values()]
    images = model.measure_generated(spec.split(np.concatenate(columns)), lambda images: images).numpy()
    return measured, Examples(
        list(zip(names[sources[shown]].tolist(), names[targets[shown]].tolist(), strict=True)),
        images.reshape(len(columns), len(shown), *model.image_shape).swapaxes(0, 1),
        {method: names[of_results[shown]].tolist() for method, (_, of_results) in results.items()},
    )


def _draw(known: np.ndarray, wanted: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Indices `[size, len(wanted)]` of random samples of some classes, given those of all; the same may come twice."""
    order, counts = np.argsort(known), np.bincount(known)
    starts = np.cumsum(counts) - counts
    return order[starts[wanted] + (random.random([size, len(wanted)]) * counts[wanted]).astype(int)]


def _codes_of_classes(
    spec: LatentSpec, vectors: np.ndarray, of_vectors: np.ndarray, classes: np.ndarray
) -> dict[int, tuple[str, int]]:
    """By class, the category with the largest share of that class among its samples."""
    codes, latents = spec.categorical_codes, spec.split(vectors)
    categories = [(code.name, category) for code in codes for category in range(code.distribution.num_categories)]
    one_hot = np.concatenate([latents[code.name] for code in codes], axis=1)
    counts = one_hot.T @ np.eye(of_vectors.max() + 1)[of_vectors]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return {label: categories[shares[:, label].argmax()] for label in classes.tolist()}


def _with_codes(
    spec: LatentSpec, vectors: np.ndarray, targets: np.ndarray, codes: dict[int, tuple[str, int]]
) -> np.ndarray:
    """Inputs with the category that stands for the target class of each."""
    latents = {name: values.numpy() for name, values in spec.split(vectors).items()}
    for label, (name, category) in codes.items():
        latents[name][targets == label] = spec.code(name).distribution.encode(category)
    return spec.join(latents).numpy()


def slant(images: tf.Tensor) -> tf.Tensor:
    """By how many pixels bright strokes on black move to the right from row to row downward, `[number]`.

    It is the covariance of column and row over the variance of the row, weighted by brightness: the shear that is
    removed when digits are deskewed (LeCun et al. 1998).
    """
    weights = tf.reduce_mean(images, axis=3)
    weights = tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=[1, 2], keepdims=True))
    rows = tf.range(images.shape[1], dtype=tf.float32)[None, :, None]
    columns = tf.range(images.shape[2], dtype=tf.float32)[None, None, :]

    def mean(values: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(weights * values, axis=[1, 2], keepdims=True)

    rows -= mean(rows)
    return tf.squeeze(tf.math.divide_no_nan(mean(rows * columns), mean(rows**2)), axis=[1, 2])


def _change(
    before: np.ndarray, targets: np.ndarray, slants: np.ndarray, slants_after: np.ndarray, after: np.ndarray
) -> ClassChange:
    succeeded = after == targets
    pairs = np.stack([before, targets], axis=1)[succeeded]
    return ClassChange(
        success=float(succeeded.mean()),
        unchanged=float((after == before).mean()),
        slant_kept=_correlation_within(pairs, slants[succeeded], slants_after[succeeded]),
    )


def _correlation_within(groups: np.ndarray, x: np.ndarray, y: np.ndarray) -> float | None:
    """Correlation of x and y `[number]` after the mean of each group is subtracted; None for too few or constants."""
    if len(x) < LEAST_OF_A_CLASS:
        return None
    members = np.unique(groups, axis=0, return_inverse=True)[1].ravel()
    sizes = np.bincount(members)
    x, y = (values - (np.bincount(members, values) / sizes)[members] for values in (x, y))
    spread = np.sqrt(np.sum(x**2) * np.sum(y**2))
    return float(np.sum(x * y) / spread) if spread > 0 else None
