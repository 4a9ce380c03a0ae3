import dataclasses

import numpy as np

from infogan_tf.data import ImageData
from infogan_tf.data.image_data import hold_out


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


def test_describes_itself(random_images):
    data = ImageData(random_images(1200), random_images(300), source="tfds", name="digits", reason="for the test")
    assert data.description == "digits, 1,200 training and 300 held-out images (for the test)"
    assert data.caption == "digits, 1,200 images"
    fallback = dataclasses.replace(data, is_fallback=True)
    assert fallback.caption == "digits, 1,200 images, since for the test"


def test_fingerprint_tells_images_apart(random_images):
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
    }
