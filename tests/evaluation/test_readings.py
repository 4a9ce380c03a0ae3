import numpy as np
import tensorflow as tf

from infogan_tf.distributions import CategoricalParams
from infogan_tf.evaluation import readings
from infogan_tf.evaluation.readings import categories, generated_batches, probabilities, read_codes, read_deformed


def test_generated_batches_are_as_many_as_asked_for_and_follow_from_the_seed(small_model):
    sizes = [len(images) for _, images in generated_batches(small_model, 1200, seed=1)]
    assert sizes == [1000, 200]
    first, again, other = (next(generated_batches(small_model, 3, seed))[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_readings_are_those_of_infer_codes_in_order(small_model, embedded_digits):
    images = embedded_digits.training[:1100]
    read = read_codes(small_model, images)
    expected = small_model.infer_codes(images[990:1010].astype(np.float32) / 255)
    np.testing.assert_allclose(read["c1"].logits[990:1010], expected["c1"].logits, atol=1e-4)
    np.testing.assert_allclose(read["c2"].mean[990:1010], expected["c2"].mean, atol=1e-4)
    assert categories(CategoricalParams(tf.constant([[0.0, 3.0], [1.0, 0.0]]))).tolist() == [1, 0]


def test_deformed_images_are_read_in_order(small_model, embedded_digits, monkeypatch):
    images = embedded_digits.training[:1100]
    first, again, other = (read_deformed(small_model, "c1", images, seed) for seed in (1, 1, 2))
    assert first.shape == (1100, 10)
    np.testing.assert_allclose(first.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(first, again)
    assert np.all(np.any(first != other, axis=1))
    monkeypatch.setattr(readings, "_deformed", lambda batch, seed: batch)
    plain = probabilities(read_codes(small_model, images)["c1"])
    np.testing.assert_allclose(read_deformed(small_model, "c1", images), plain, atol=1e-5)
