import numpy as np
import pytest

from infogan_tf.evaluation import batched_model
from infogan_tf.evaluation.batched_model import BatchedModel


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(batched_model, "BATCH_SIZE", 8)


@pytest.fixture(scope="module")
def batched(small_model):
    return BatchedModel(small_model)


def test_what_is_measured_of_generated_images_stands_beside_their_codes(batched, small_model):
    def means(images):
        assert len(images) <= 8, "all images at once"
        return images.numpy().mean(axis=(1, 2))

    first, again = (batched.generate_and_infer(12, means) for _ in range(2))
    np.testing.assert_array_equal(first.features, again.features)
    expected = small_model.generator(small_model.spec.join(first.latents), training=False)
    np.testing.assert_allclose(first.features, np.mean(expected, axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(first.posteriors["c2"].mean, small_model.infer_codes(expected)["c2"].mean, atol=1e-4)


def test_predictions_are_those_of_infer_codes_in_order(batched, small_model, embedded_digits):
    images = embedded_digits.training[:20]
    floats = images.astype(np.float32) / 255
    expected = small_model.infer_codes(floats)
    for given in (images, floats):
        predicted = batched.infer_codes(given)
        np.testing.assert_allclose(predicted["c1"].logits, expected["c1"].logits, atol=1e-4)
        np.testing.assert_allclose(predicted["c2"].mean, expected["c2"].mean, atol=1e-4)


def test_predictions_of_augmented_images_are_in_order_and_always_the_same(
    batched, small_model, embedded_digits, monkeypatch
):
    images = embedded_digits.training[:20]
    plain = batched.infer_codes(images)["c1"].probs.numpy()
    first, again = (batched.infer_codes_of_augmented(images)["c1"].probs.numpy() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.all(np.any(first != plain, axis=1))
    monkeypatch.setattr(batched_model, "STRENGTH", 0)
    unchanged = BatchedModel(small_model).infer_codes_of_augmented(images)["c1"].probs
    np.testing.assert_allclose(unchanged, plain, atol=1e-5)
