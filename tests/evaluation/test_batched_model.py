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


def test_features_follow_from_the_seed_and_stand_beside_their_codes(batched, small_model):
    def means(images):
        assert len(images) <= 8, "all images at once"
        return images.numpy().mean(axis=(1, 2))

    first, again, other = (batched.generate_and_infer(12, seed, means) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.features, again.features)
    assert np.any(first.features != other.features)
    expected = small_model.generator(small_model.spec.join(first.latents), training=False)
    np.testing.assert_allclose(first.features, means(expected[:8]).tolist() + means(expected[8:]).tolist(), atol=1e-5)
    np.testing.assert_allclose(batched.measure_generated(first.latents, lambda images: images), expected, atol=1e-5)
    np.testing.assert_allclose(first.posteriors["c2"].mean, small_model.infer_codes(expected)["c2"].mean, atol=1e-4)


def test_predictions_are_those_of_infer_codes_in_order(batched, small_model, embedded_digits):
    images = embedded_digits.training[:20]
    floats = images.astype(np.float32) / 255
    expected = small_model.infer_codes(floats)
    for given in (images, floats):
        predicted = batched.infer_codes(given)
        np.testing.assert_allclose(predicted["c1"].logits, expected["c1"].logits, atol=1e-4)
        np.testing.assert_allclose(predicted["c2"].mean, expected["c2"].mean, atol=1e-4)


def test_predictions_of_augmented_images_are_in_order_and_follow_from_the_seed(
    batched, small_model, embedded_digits, monkeypatch
):
    images = embedded_digits.training[:20]
    first, again, other = (batched.infer_codes_of_augmented(images, seed)["c1"].probs.numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.all(np.any(first != other, axis=1))
    monkeypatch.setattr(batched_model, "STRENGTH", 0)
    plain = batched.infer_codes(images)["c1"].probs
    unchanged = BatchedModel(small_model).infer_codes_of_augmented(images)["c1"].probs
    np.testing.assert_allclose(unchanged, plain, atol=1e-5)
