import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.evaluation import digit_features
from infogan_tf.evaluation.digit_features import DigitFeatures, load_digit_features


def test_digit_features_know_digits_and_are_cached(features, embedded_digits, labels, cache_folder):
    assert features.error < 0.06
    assert f"trained on {embedded_digits.name}, error on held-out images {features.error:.2%}" in features.name
    assert features(embedded_digits.held_out[:10]).shape == (10, 128)
    files = list((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    assert len(files) == 1
    again = load_digit_features(embedded_digits, labels)
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))
    assert again.hash == features.hash


def test_features_of_held_out_images_are_computed_once(features, embedded_digits, labels, cache_folder, monkeypatch):
    np.testing.assert_allclose(features.held_out[:10], features(embedded_digits.held_out[:10]), atol=1e-4)
    monkeypatch.setattr(digit_features, "_answers", lambda *_: pytest.fail("what is cached is computed again"))
    again = load_digit_features(embedded_digits, labels)
    np.testing.assert_array_equal(again.held_out, features.held_out)
    assert again.error == features.error
    monkeypatch.undo()
    others = dataclasses.replace(embedded_digits, held_out=embedded_digits.held_out[::-1])
    other = load_digit_features(others, dataclasses.replace(labels, held_out=labels.held_out[::-1]))
    np.testing.assert_allclose(other.held_out[::-1], features.held_out, atol=1e-4)
    assert other.hash == features.hash
    for file in (cache_folder / "infogan_tf").glob("digit-features-of-held-out-*.npz"):
        file.write_bytes(file.read_bytes()[:1000])
    with pytest.warns(UserWarning, match="the cached features in .* are damaged and are made again"):
        again = load_digit_features(embedded_digits, labels)
    np.testing.assert_array_equal(again.held_out, features.held_out)


def test_the_hash_is_that_of_the_weights(features):
    features._network.layers[-1].bias.assign_add(tf.ones([10]))
    changed = DigitFeatures(features._network, "digits", features.held_out, 0.0)
    features._network.layers[-1].bias.assign_sub(tf.ones([10]))
    assert changed.hash != features.hash
    assert len(changed.hash) == 64


def test_a_damaged_cache_of_features_is_made_again(features, embedded_digits, labels, cache_folder):
    file = next((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    with pytest.warns(UserWarning, match="damaged"):
        again = load_digit_features(embedded_digits, labels)
    # Trained anew, the same to the last bit.
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))
    assert file.stat().st_size == len(whole)
