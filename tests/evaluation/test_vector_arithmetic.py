import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel, GeneratedImages
from infogan_tf.evaluation.vector_arithmetic import measure_vector_arithmetic, slant

CLASSES = 4
NOISE, SLANT = LatentCode("z", Uniform(size=2), regularized=False), LatentCode("c3", Uniform())
SPEC = LatentSpec((NOISE, LatentCode("c1", Categorical(3)), LatentCode("c2", Categorical(CLASSES)), SLANT))


class Strokes:
    """A generator of one stroke, whose class, a function of G's input by name, is its column; c3 is its slant."""

    def __init__(self, class_of, spec):
        self.spec, self.image_shape, self.class_of = spec, (16, 16, 1), class_of

    def __call__(self, joined):
        latents = self.spec.split(joined)
        rows = tf.range(-7.5, 8)[None, :, None]
        places = 2 + 4 * tf.cast(self.class_of(latents), tf.float32)[:, None, None]
        columns = tf.range(16.0)[None, None, :] - places - 0.3 * latents["c3"][..., None] * rows
        return tf.exp(-(columns**2))[..., None]

    def infer_codes(self, images):
        return {}


class ColumnFeatures:
    """Tells the class of an image by its brightest column in the middle rows."""

    class_names = tuple("abcd")

    def __call__(self, images):
        return np.asarray(images)[:, 7:9, :, 0].sum(axis=1)

    def classify(self, features):
        return np.clip((features.argmax(axis=1) - 2 + 2) // 4, 0, CLASSES - 1)


def by_code(latents):
    """InfoGAN: the class is one code; its categories are in another order than the classes."""
    return (tf.argmax(latents["c2"], axis=1) + 1) % CLASSES


def by_quarters(latents):
    """Which quarter of its range a noise dimension is in: arithmetic works, and no code does anything."""
    return tf.clip_by_value(tf.floor((latents["z"][:, 0] + 1) * 2), 0, CLASSES - 1)


def by_parity(latents):
    """Classes that are everywhere in noise, where no arithmetic can find them."""
    return tf.math.floormod(tf.floor((latents["z"][:, 0] + 1) * 512), CLASSES)


def measure(class_of, spec=SPEC):
    model, features = BatchedModel(Strokes(class_of, spec)), ColumnFeatures()
    latents = spec.sample(2000, tf.constant([1, 2], tf.int64))
    of_images = model.measure_generated(latents, features)
    return measure_vector_arithmetic(model, GeneratedImages(latents, {}, of_images.numpy()), features, 600)


@pytest.fixture(scope="module")
def of_code():
    return measure(by_code)


def test_one_code_that_is_the_class_changes_it_always_and_keeps_the_slant(of_code):
    measured, _ = of_code
    assert measured.classes == [0, 1, 2, 3]
    assert measured.codes == ["c2=3", "c2=0", "c2=1", "c2=2"]
    assert measured.samples == 600
    assert measured.chance == pytest.approx(0.25, abs=0.03)
    change = measured.changes["one code"]
    assert (change.success, change.unchanged) == (1, 0)
    assert change.slant_kept > 0.99


def test_arithmetic_finds_classes_that_lie_apart_in_noise_and_means_of_more_samples_are_better():
    measured, _ = measure(by_quarters)
    few, many = (measured.changes[f"mean of {number}"] for number in (3, 100))
    assert 0.5 < few.success < many.success
    assert many.success > 0.9
    assert few.slant_kept < many.slant_kept - 0.1
    code = measured.changes["one code"]
    assert (code.success, code.unchanged, code.slant_kept) == (0, 1, None)
    without_categories, examples = measure(by_quarters, LatentSpec((NOISE, SLANT)))
    assert without_categories.codes == []
    assert list(without_categories.changes) == list(examples.predicted) == ["mean of 3", "mean of 100"]


def test_what_lies_everywhere_in_noise_is_hit_at_chance():
    measured, _ = measure(by_parity)
    for averaged in (3, 100):
        change = measured.changes[f"mean of {averaged}"]
        assert change.success == pytest.approx(measured.chance, abs=0.07)
        assert change.unchanged == pytest.approx(0.25, abs=0.07)


def test_examples_show_what_was_measured(of_code):
    measured, examples = of_code
    features = ColumnFeatures()
    assert examples.images.shape == (4, 1 + 3 + 3 + 3, 16, 16, 1)
    assert sorted(source for source, _ in examples.changes) == list("abcd"), "a row for each class"
    assert list(examples.predicted) == list(measured.changes)
    classes = [["abcd"[label] for label in features.classify(features(row))] for row in examples.images]
    for row, (source, target) in zip(classes, examples.changes, strict=True):
        assert source != target
        assert row[:7] == [source] * 4 + [target] * 3
    predicted = zip(*examples.predicted.values(), strict=True)
    assert [list(row) for row in predicted] == [row[7:] for row in classes]
    assert examples.predicted["one code"] == [target for _, target in examples.changes]


def test_rare_classes_take_no_part_and_a_collapsed_generator_is_not_measured():
    def rarely_c(latents):
        return tf.where(latents["z"][:, 0] > 0.995, 2, tf.cast(latents["z"][:, 1] > 0, tf.int32))

    measured, _ = measure(rarely_c)
    assert measured.classes == [0, 1]
    assert len(measured.codes) == 2
    assert measure(lambda latents: tf.zeros_like(latents["z"][:, 0])) is None


def test_slant_is_the_shear_of_strokes_and_a_black_image_has_none():
    rows, columns = np.mgrid[-7.5:8, -7.5:8]
    images = np.stack([np.exp(-((columns - shear * rows) ** 2)) for shear in (-0.4, 0, 0.4)] + [0 * rows])
    np.testing.assert_allclose(slant(tf.constant(images[..., None], tf.float32)), [-0.4, 0, 0.4, 0], atol=0.01)
