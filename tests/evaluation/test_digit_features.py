import numpy as np
import pytest

from infogan_tf.evaluation.digit_features import load_digit_features


def test_digit_features_know_digits_and_are_cached(features, embedded_digits, labels, cache_folder):
    assert features.test_error < 0.06
    assert f"trained on {embedded_digits.name}, test error {features.test_error:.2%}" in features.name
    assert features(embedded_digits.held_out[:10]).shape == (10, 128)
    files = list((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    assert len(files) == 1
    again = load_digit_features(embedded_digits, labels)
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))


def test_a_damaged_cache_of_features_is_made_again(features, embedded_digits, labels, cache_folder):
    file = next((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    with pytest.warns(UserWarning, match="damaged"):
        again = load_digit_features(embedded_digits, labels)
    # Trained anew, the same to the last bit.
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))
    assert file.stat().st_size == len(whole)
