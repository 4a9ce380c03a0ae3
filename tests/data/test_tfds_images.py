"""Real TFDS files, written by the test or prepared beforehand."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.preparation import Preparation
from infogan_tf.data.tfds_images import find_builder, is_prepared, read_images
from infogan_tf.errors import SettingError
from tests.conftest import ROOT, prepare_tfds

SHAPE = (28, 28, 1)
SHARED = ROOT.parent / "shared" / "tfds"


def test_reads_images_in_order_and_holds_the_test_split_out(tmp_path, random_images):
    images = random_images(50)
    prepare_tfds(tmp_path, images, splits=(("train", 0.8), ("test", 0.2)))
    builder = find_builder("tiny_digits", str(tmp_path), SHAPE)
    assert is_prepared(builder)
    data = read_images(builder, "for the test")
    np.testing.assert_array_equal(data.training, images[:40])
    np.testing.assert_array_equal(data.held_out, images[40:])
    assert data.name == "tiny_digits/1.0.0 from TFDS"


def test_holds_every_fifth_image_out_where_there_is_no_test_split(tmp_path, random_images):
    images = random_images(50)
    prepare_tfds(tmp_path, images)
    data = read_images(find_builder("tiny_digits", str(tmp_path), SHAPE), "for the test")
    np.testing.assert_array_equal(data.held_out, images[4::5])
    assert len(data.training) == 40


def test_second_read_does_not_decode(tmp_path, random_images, monkeypatch):
    prepare_tfds(tmp_path, random_images(50, seed=9))
    builder = find_builder("tiny_digits", str(tmp_path), SHAPE)
    first = read_images(builder, "for the test")
    resized = Preparation(16, None, "center")
    read_images(builder, "for the test", resized)
    monkeypatch.setattr(type(builder), "as_dataset", None)
    read_images(builder, "again", resized)
    monkeypatch.setattr("infogan_tf.data.preparation.PREPARATION_VERSION", "another")
    np.testing.assert_array_equal(read_images(builder, "again").training, first.training)
    with pytest.raises(TypeError):
        read_images(builder, "resized by another version", resized)


def test_a_set_prepared_anew_is_decoded_anew(tmp_path, random_images):
    first, second = random_images(30), random_images(30, seed=1)
    for folder, images in ((tmp_path / "a", first), (tmp_path / "b", second)):
        prepare_tfds(folder, images, splits=(("train", 1.0),))
        data = read_images(find_builder("tiny_digits", str(folder), SHAPE), "for the test")
        np.testing.assert_array_equal(data.training[0], images[0])


def test_labels_never_matter(tmp_path, random_images):
    """The same images under other labels give the same data, bit for bit."""
    images = random_images(50)
    fingerprints = set()
    for folder, labels in (("a", np.zeros(50, np.int64)), ("b", np.arange(50) % 10)):
        prepare_tfds(tmp_path / folder, images, labels)
        data = read_images(find_builder("tiny_digits", str(tmp_path / folder), SHAPE), "for the test")
        fingerprints.add(data.fingerprint())
    assert len(fingerprints) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_such_set", "dataset: expected the name of a TFDS data set, got no_such_set (Dataset no_such_set not"),
        ("not a name", "dataset: expected the name of a TFDS data set, got not a name"),
        ("mnist:9.9.9", "dataset: expected the name of a TFDS data set, got mnist:9.9.9"),
        ("cifar10", "expected a data set with gray images, got cifar10 with 32x32x3"),
        ("coco", "expected a data set with gray images, got coco with ?x?x3"),
        ("imdb_reviews", "got imdb_reviews, which has no training images"),
    ],
)
def test_refuses_what_does_not_fit(tmp_path, name, text):
    with pytest.raises(SettingError, match=re.escape(text)):
        find_builder(name, str(tmp_path), SHAPE)


def test_refuses_pixels_that_are_no_bytes(tmp_path, random_images):
    prepare_tfds(tmp_path, random_images(10).astype(np.uint16))
    with pytest.raises(SettingError, match="dataset: expected images of uint8, got tiny_digits with uint16"):
        find_builder("tiny_digits", str(tmp_path), SHAPE)


def test_files_with_fewer_images_than_promised_are_damaged(tmp_path, random_images):
    prepare_tfds(tmp_path / "a", random_images(50))
    prepare_tfds(tmp_path / "b", random_images(40))
    folder, shorter = (next((tmp_path / name).glob("*/*/*.tfrecord*")) for name in ("a", "b"))
    folder.write_bytes(shorter.read_bytes())
    with pytest.raises(SettingError, match="data_dir: expected whole files of a prepared data set, got"):
        read_images(find_builder("tiny_digits", str(tmp_path / "a"), SHAPE), "for the test")


@pytest.mark.parametrize("content", ["", "{", "{}", "null"])
def test_a_damaged_description_blames_the_folder_and_not_the_name(tmp_path, content):
    folder = tmp_path / "mnist" / "3.0.1"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text(content)
    for name, got in (("mnist", folder.parent), ("mnist:3.0.1", folder)):
        with pytest.raises(SettingError, match=rf"data_dir: expected whole files of a prepared .* got {got} \(.*mnist"):
            find_builder(name, str(tmp_path), SHAPE)
    with pytest.raises(SettingError, match=r"dataset: expected the name of a TFDS data set, got mnist:9\.9\.9"):
        find_builder("mnist:9.9.9", str(tmp_path), SHAPE)


def test_what_is_not_prepared_is_known_without_a_network(tmp_path):
    assert not is_prepared(find_builder("mnist", str(tmp_path), SHAPE))


@pytest.mark.parametrize(("channels", "expected"), [(None, 3), (1, 1)])
def test_images_of_any_size_and_under_any_name_are_resized_where_no_shape_is_demanded(tmp_path, channels, expected):
    sizes = [(20, 40), (64, 64), (33, 16), (100, 31)]
    images = [np.full([*size, 3], 10 * index, np.uint8) for index, size in enumerate(sizes)]
    _prepare_varying(tmp_path, images)
    builder = find_builder("varying", str(tmp_path), None)
    data = read_images(builder, "for the test", Preparation(16, channels, "center"))
    assert data.image_shape == (16, 16, expected)
    np.testing.assert_allclose(data.training[:, 8, 8, 0], [0, 10])
    np.testing.assert_allclose(data.held_out[:, 8, 8, 0], [20, 30])
    with pytest.raises(SettingError, match=r"with gray images, got varying with \?x\?x3"):
        find_builder("varying", str(tmp_path), SHAPE)
    with pytest.raises(SettingError, match="dataset: expected a data set with images, got imdb_reviews, which has no"):
        find_builder("imdb_reviews", str(tmp_path), None)


def _prepare_varying(data_dir, images):
    shape = tf.TensorSpec([None, None, 3], tf.uint8)
    splits = {
        split: tf.data.Dataset.from_generator(
            lambda part=part: ({"photo": image} for image in part), output_signature={"photo": shape}
        )
        for split, part in (("train", images[:2]), ("test", images[2:]))
    }
    tfds.dataset_builders.store_as_tfds_dataset(
        name="varying",
        version="1.0.0",
        features=tfds.features.FeaturesDict({"photo": tfds.features.Image(shape=(None, None, 3))}),
        split_datasets=splits,
        data_dir=str(data_dir),
        disable_shuffling=True,
    )


def test_gray_images_stay_gray_when_they_are_resized(tmp_path, random_images):
    prepare_tfds(tmp_path, random_images(10))
    builder = find_builder("tiny_digits", str(tmp_path), None)
    data = read_images(builder, "for the test", Preparation(16, None, "center"))
    assert data.training.shape == (8, 16, 16, 1)


@pytest.mark.skipif(not SHARED.exists(), reason="needs MNIST and Fashion-MNIST prepared by TFDS beside the project")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_reads_the_real_sets(name):
    data = read_images(find_builder(name, str(SHARED), SHAPE), "for the test")
    assert data.training.shape == (60_000, 28, 28, 1)
    assert data.held_out.shape == (10_000, 28, 28, 1)
    first = next(iter(tfds.builder(name, data_dir=Path(SHARED)).as_dataset(split="train", shuffle_files=False)))
    np.testing.assert_array_equal(data.training[0], first["image"])
