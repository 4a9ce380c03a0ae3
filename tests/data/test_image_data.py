import dataclasses
import hashlib

import numpy as np
import pytest

from infogan_tf.data import ImageData, check_two_batches
from infogan_tf.data.image_data import evenly_spread, hold_out
from infogan_tf.errors import SettingError


def test_every_fifth_image_is_held_out():
    training, held_out = hold_out(np.arange(12))
    np.testing.assert_array_equal(held_out, [4, 9])
    np.testing.assert_array_equal(training, [0, 1, 2, 3, 5, 6, 7, 8, 10, 11])


def test_every_sixth_training_image_is_held_out_for_validation(random_images):
    images, test_images = random_images(13), random_images(5, seed=1)
    data = ImageData(images, test_images, source="tfds", name="digits", reason="for the test").for_validation()
    np.testing.assert_array_equal(data.held_out, images[[5, 11]])
    np.testing.assert_array_equal(data.training, images[[0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12]])
    assert data.name == "digits without its validation split"
    assert isinstance(data.training, np.memmap)
    assert data.fingerprint() == dataclasses.replace(data, known_fingerprint=None).fingerprint()
    assert data.held_out_fingerprint == hashlib.sha256(images[[5, 11]]).hexdigest()


def test_describes_itself(random_images):
    data = ImageData(random_images(1200), random_images(300), source="tfds", name="digits", reason="for the test")
    assert data.description == "digits, 1,200 training and 300 held-out images (for the test)"
    assert data.caption == "digits, 1,200 images"
    fallback = dataclasses.replace(data, is_fallback=True)
    assert fallback.caption == "digits, 1,200 images, since for the test"


def test_fingerprint_distinguishes_images(random_images):
    data = ImageData(random_images(5), random_images(5), source="tfds", name="digits", reason="for the test")
    other = dataclasses.replace(data, training=random_images(5, seed=1))
    same = dataclasses.replace(data, training=data.training.copy(), reason="another")
    assert data.fingerprint() == same.fingerprint() != other.fingerprint()


def test_holds_no_labels():
    assert {field.name for field in dataclasses.fields(ImageData)} == {
        "training",
        "held_out",
        "source",
        "name",
        "reason",
        "is_fallback",
        "skipped",
        "known_fingerprint",
        "held_out_fingerprint",
    }


def test_evenly_spread_images_are_taken_from_the_whole_set():
    assert evenly_spread(np.arange(10), 3).tolist() == [0, 3, 6]
    assert evenly_spread(np.arange(3), 10).tolist() == [0, 1, 2]


@pytest.mark.parametrize("source", ["folder", "npz"])
def test_own_images_must_make_two_batches(random_images, source):
    images = random_images(15)
    data = ImageData(images, images[:2], source=source, name="photos", reason="read from /photos")
    check_two_batches(data, 7)
    expected = r"images: expected at least 16 training images, two batches of 8, got 15 from photos \(read from /photos"
    with pytest.raises(SettingError, match=expected):
        check_two_batches(data, 8)


def test_a_data_set_must_make_one_batch(random_images):
    data = ImageData(random_images(15), random_images(2), source="tfds", name="digits", reason="for the test")
    check_two_batches(data, 15)
    with pytest.raises(SettingError, match="batch_size: expected at most 15, the number of training images, got 16"):
        check_two_batches(data, 16)
