"""Real TFDS files, written by the test or prepared beforehand."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.tfds import find_builder
from infogan_tf.errors import SettingError
from tests.conftest import ROOT, prepare_tfds

SHAPE = (28, 28, 1)
SHARED = ROOT.parent / "shared" / "tfds"


def load(data_dir, name="tiny_digits", **changes):
    return load_images(ImageRequest(name, data_dir=str(data_dir), **({"image_shape": SHAPE} | changes)))


def test_reads_images_in_order_and_holds_the_test_split_out(tmp_path, random_images):
    images = random_images(50)
    prepare_tfds(tmp_path, images, splits=(("train", 0.8), ("test", 0.2)))
    data = load(tmp_path)
    np.testing.assert_array_equal(data.training, images[:40])
    np.testing.assert_array_equal(data.held_out, images[40:])
    assert (data.source, data.name) == ("tfds", "tiny_digits/1.0.0 from TFDS")
    assert data.reason == f"found prepared in {tmp_path}/tiny_digits/1.0.0"


def test_holds_every_fifth_image_out_where_there_is_no_test_split(tmp_path, random_images):
    images = random_images(50)
    prepare_tfds(tmp_path, images)
    data = load(tmp_path)
    np.testing.assert_array_equal(data.held_out, images[4::5])
    assert len(data.training) == 40


def test_second_start_does_not_decode(tmp_path, random_images, monkeypatch):
    prepare_tfds(tmp_path, random_images(50, seed=9))
    first = load(tmp_path)
    resized = {"image_shape": None, "image_size": 16}
    load(tmp_path, **resized)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "as_dataset", None)
    load(tmp_path, **resized)
    monkeypatch.setattr("infogan_tf.data.preparation.PREPARATION_VERSION", "another")
    np.testing.assert_array_equal(load(tmp_path).training, first.training)
    with pytest.raises(TypeError):
        load(tmp_path, **resized)


def test_the_same_images_in_another_folder_or_under_other_labels_have_the_same_fingerprint(tmp_path, random_images):
    images = random_images(50)
    fingerprints = set()
    for folder, labels in (("a", np.zeros(50, np.int64)), ("b", np.arange(50) % 10)):
        prepare_tfds(tmp_path / folder, images, labels)
        fingerprints.add(load(tmp_path / folder).fingerprint())
    prepare_tfds(tmp_path / "c", random_images(50, seed=1))
    assert len(fingerprints) == 1
    assert load(tmp_path / "c").fingerprint() not in fingerprints


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
        load(tmp_path)


def test_files_with_fewer_images_than_promised_are_damaged(tmp_path, random_images):
    prepare_tfds(tmp_path / "a", random_images(50))
    prepare_tfds(tmp_path / "b", random_images(40))
    folder, shorter = (next((tmp_path / name).glob("*/*/*.tfrecord*")) for name in ("a", "b"))
    folder.write_bytes(shorter.read_bytes())
    with pytest.raises(SettingError, match="data_dir: expected whole files of a prepared data set, got"):
        load(tmp_path / "a")


@pytest.mark.parametrize("content", ["", "{", "{}", "null"])
def test_a_damaged_description_blames_the_folder_and_not_the_name(tmp_path, content):
    folder = tmp_path / "mnist" / "3.0.1"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text(content)
    for name, got in (("mnist", folder.parent), ("mnist:3.0.1", folder)):
        with pytest.raises(SettingError, match=rf"data_dir: expected whole files of a prepared .* got {got} \(.*mnist"):
            find_builder(name, str(tmp_path), SHAPE)


@pytest.mark.parametrize(("channels", "expected"), [(None, 3), (1, 1)])
def test_images_of_any_size_and_under_any_name_are_resized_where_no_shape_is_demanded(tmp_path, channels, expected):
    sizes = [(20, 40), (64, 64), (33, 16), (100, 31)]
    images = [np.full([*size, 3], 10 * index, np.uint8) for index, size in enumerate(sizes)]
    shape = tf.TensorSpec([None, None, 3], tf.uint8)
    tfds.dataset_builders.store_as_tfds_dataset(
        name="varying",
        version="1.0.0",
        features=tfds.features.FeaturesDict({"photo": tfds.features.Image(shape=(None, None, 3))}),
        split_datasets={
            split: tf.data.Dataset.from_generator(
                lambda part=part: ({"photo": image} for image in part), output_signature={"photo": shape}
            )
            for split, part in (("train", images[:2]), ("test", images[2:]))
        },
        data_dir=str(tmp_path),
        disable_shuffling=True,
    )
    data = load(tmp_path, "varying", image_shape=None, image_size=16, channels=channels)
    assert data.image_shape == (16, 16, expected)
    np.testing.assert_allclose(data.training[:, 8, 8, 0], [0, 10])
    np.testing.assert_allclose(data.held_out[:, 8, 8, 0], [20, 30])


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs MNIST and Fashion-MNIST prepared by TFDS beside the project")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_reads_the_real_sets(name):
    data = load(SHARED, name)
    assert data.training.shape == (60_000, 28, 28, 1)
    assert data.held_out.shape == (10_000, 28, 28, 1)
    first = next(iter(tfds.builder(name, data_dir=Path(SHARED)).as_dataset(split="train", shuffle_files=False)))
    np.testing.assert_array_equal(data.training[0], first["image"])
