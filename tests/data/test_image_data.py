import dataclasses
import hashlib

import numpy as np
import pytest

from infogan_tf.data.image_data import ImageData, check_two_batches, evenly_spread, held_out_warning
from infogan_tf.errors import SettingError


def make(random_images, number=15, **changes):
    origin = {"source": "tfds", "name": "digits", "reason": "for the test", **changes}
    return ImageData(random_images(number), random_images(5, seed=1), **origin)


def test_describes_itself(random_images):
    data = make(random_images, 1200)
    assert data.fingerprint() == hashlib.sha256(data.training).hexdigest()
    assert data.description == "digits, 1,200 training and 5 held-out images (for the test)"
    assert data.caption == "digits, 1,200 images"
    assert dataclasses.replace(data, is_fallback=True).caption == "digits, 1,200 images, since for the test"


def test_few_held_out_images_are_warned_of():
    assert held_out_warning(0) == "no image is held out, so the run can't be evaluated"
    assert held_out_warning(1) == "only one image is held out: what is measured on fewer than 30 means little"
    assert held_out_warning(29) == "only 29 images are held out: what is measured on fewer than 30 means little"
    assert held_out_warning(30) is None


def test_evenly_spread_images_are_taken_from_the_whole_set():
    assert evenly_spread(np.arange(10), 3).tolist() == [0, 3, 6]
    assert evenly_spread(np.arange(3), 10).tolist() == [0, 1, 2]


def test_own_images_must_make_two_batches(random_images):
    data = make(random_images, source="folder", name="photos", reason="read from /photos")
    check_two_batches(data, 7)
    expected = r"images: expected at least 16 training images, two batches of batch_size=8, got 15 from photos"
    with pytest.raises(SettingError, match=expected):
        check_two_batches(data, 8)


def test_a_data_set_must_make_one_batch(random_images):
    check_two_batches(make(random_images), 15)
    with pytest.raises(SettingError, match="batch_size: expected at most 15, the number of training images, got 16"):
        check_two_batches(make(random_images), 16)
