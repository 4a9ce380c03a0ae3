"""Real TFDS files, written by the test or prepared beforehand."""

import re
import shutil

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data import preparation
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.splits import at_random
from infogan_tf.data.tfds import find_builder
from infogan_tf.errors import SettingError
from tests.conftest import prepare_tfds
from tests.data.archives import store_as_tfds

SHAPE = (28, 28, 1)


def load(data_dir, name="tiny_digits", **changes):
    return load_images(ImageRequest(name, data_dir=str(data_dir), **({"image_shape": SHAPE} | changes)))


@pytest.mark.parametrize(
    ("splits", "is_held_out"),
    [((("train", 0.8), ("test", 0.2)), np.arange(50) >= 40), ((("train", 1.0),), at_random(50, 5))],
    ids=["test", "no test"],
)
def test_holds_the_test_split_out_or_one_of_every_five_images(tmp_path, random_images, splits, is_held_out):
    images = random_images(50)
    prepare_tfds(tmp_path, images, splits=splits)
    data = load(tmp_path)
    np.testing.assert_array_equal(data.training, images[~is_held_out])
    np.testing.assert_array_equal(data.held_out, images[is_held_out])
    assert (data.source, data.name) == ("tfds", "tiny_digits/1.0.0 from TFDS")
    assert data.reason == f"found prepared in {tmp_path}/tiny_digits/1.0.0"


def test_second_start_does_not_decode(tmp_path, random_images, monkeypatch):
    prepare_tfds(tmp_path, random_images(50, seed=9))
    first = [load(tmp_path).fingerprint(), load(tmp_path, image_shape=None, image_size=16).fingerprint()]
    monkeypatch.setattr(tfds.core.DatasetBuilder, "as_dataset", None)
    assert [load(tmp_path).fingerprint(), load(tmp_path, image_shape=None, image_size=16).fingerprint()] == first


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


@pytest.mark.parametrize("content", ["", "{}"])
def test_a_damaged_description_blames_the_folder_and_not_the_name(tmp_path, content):
    folder = tmp_path / "mnist" / "3.0.1"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text(content)
    for name, got in (("mnist", folder.parent), ("mnist:3.0.1", folder)):
        with pytest.raises(SettingError, match=rf"data_dir: expected whole files of a prepared .* got {got} \(.*mnist"):
            find_builder(name, str(tmp_path), SHAPE)


def test_images_of_any_size_and_under_any_name_are_resized_where_no_shape_is_demanded(tmp_path):
    sizes = [(20, 40), (64, 64), (33, 16), (100, 31)]
    images = [np.full([*size, 3], 10 * index, np.uint8) for index, size in enumerate(sizes)]
    signature = {"photo": tf.TensorSpec([None, None, 3], tf.uint8)}

    def photos(part):
        return tf.data.Dataset.from_generator(lambda: ({"photo": image} for image in part), output_signature=signature)

    features = {"photo": tfds.features.Image(shape=(None, None, 3))}
    store_as_tfds("varying", tmp_path, features, {"train": photos(images[:2]), "test": photos(images[2:])})
    data = load(tmp_path, "varying", image_shape=None, image_size=16, channels=1)
    assert data.image_shape == (16, 16, 1)
    np.testing.assert_allclose(data.training[:, 8, 8, 0], [0, 10])
    np.testing.assert_allclose(data.held_out[:, 8, 8, 0], [20, 30])


@pytest.mark.parametrize("size", [28, 16])
def test_shards_come_in_the_same_order_on_any_number_of_cores(tmp_path, monkeypatch, size):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tfds.dataset_builders.AdhocBuilder(
        name="tiny_digits",
        version="1.0.0",
        features=tfds.features.FeaturesDict({"image": tfds.features.Image(shape=SHAPE)}),
        split_datasets={"train": [(number, {"image": np.full(SHAPE, number, np.uint8)}) for number in range(250)]},
        data_dir=str(tmp_path),
    ).download_and_prepare(download_config=tfds.download.DownloadConfig(num_shards=8))
    assert len(list(tmp_path.glob("tiny_digits/*/*.tfrecord-*-of-00008"))) == 8
    one_call = tfds.ReadConfig(num_parallel_calls_for_interleave_files=1, num_parallel_calls_for_decode=1)
    examples = find_builder("tiny_digits", str(tmp_path), SHAPE).as_dataset(split="train", read_config=one_call)
    order = np.array([example["image"][0, 0, 0] for example in tfds.as_numpy(examples)])
    assert (order != np.arange(250)).any(), "TFDS has mixed them once"
    for cores in (1, 5):
        monkeypatch.setattr(preparation, "cores", lambda cores=cores: cores)
        data = load(tmp_path, image_shape=(size, size, 1))
        np.testing.assert_array_equal(data.training[:, 0, 0, 0], order[~at_random(250, 5)])
        shutil.rmtree(tmp_path / "cache")
