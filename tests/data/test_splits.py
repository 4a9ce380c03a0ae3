import numpy as np
import pytest

from infogan_tf.data.image_data import Labels
from infogan_tf.data.splits import at_random, find_split


@pytest.mark.parametrize("turns", [2, 5, 10])
def test_of_images_whose_views_take_turns_every_view_is_trained_on_and_held_out(turns):
    is_held_out, views = at_random(400, 10), np.arange(400) % turns
    assert is_held_out.sum() == 40
    for some in (is_held_out, ~is_held_out):
        assert set(views[some]) == set(range(turns))


@pytest.mark.parametrize("dtype", [str, int, float])
def test_of_ten_images_of_a_class_one_is_held_out_wherever_they_are(dtype):
    classes = np.random.default_rng(1).permutation(np.arange(300) % 30)
    columns = {"angle": np.linspace(0, 1, 300), "name": np.arange(300).astype(str), "person": classes.astype(dtype)}
    is_held_out = at_random(300, 10, Labels(columns))
    np.testing.assert_array_equal(np.bincount(classes[is_held_out]), 1)


def test_classes_of_a_few_images_are_held_out_by_their_share_and_not_as_a_whole():
    classes = np.arange(2000) % 500
    is_held_out = at_random(2000, 10, Labels({"person": classes}))
    counts = np.bincount(classes[is_held_out], minlength=500)
    assert counts.sum() == 200
    assert counts.max() == 2
    np.testing.assert_array_equal(is_held_out, at_random(2000, 10, Labels({"person": classes})))
    assert not at_random(1, 10).any()


@pytest.mark.parametrize(
    ("names", "within", "is_held_out"),
    [
        (["train/cats/1", "train/dogs/1", "test/cats/1"], ["cats/1", "dogs/1", "cats/1"], [0, 0, 1]),
        (["Training/1", "valid/1", "testing/1"], ["1", "1", "1"], [0, 1, 1]),
        (["a/cats/train/1", "a/cats/val/1", "a/dogs/val/1"], ["a/cats/1", "a/cats/1", "a/dogs/1"], [0, 1, 1]),
        (["training_set/training_set/cats/1", "test_set/test_set/cats/1"], ["set/cats/1", "set/cats/1"], [0, 1]),
        (["trainA/1", "testA/1", "trainB/1"], ["A/1", "A/1", "B/1"], [0, 1, 0]),
        (["train/1", "test1/1"], ["1", "1"], [0, 1]),
        (["train2017/1", "val2017/1", "sample"], ["1", "1", "sample"], [0, 1, 0]),
    ],
)
def test_folders_for_training_and_testing_are_recognized(names, within, is_held_out):
    split = find_split(names)
    assert split.names == within
    assert split.is_held_out.tolist() == is_held_out
    assert split.is_inside.tolist() == ["/" in name for name in names]


@pytest.mark.parametrize(
    "names",
    [
        ["train/1", "bus/1", "car/1"],
        ["train/1", "train_station/1"],
        ["contest/1", "training/1"],
        ["cats/train/1", "cats/test/1", "dogs/1", "emus/1", "apes/1"],
        ["train.png", "test.png"],
    ],
)
def test_other_folders_are_none(names):
    assert find_split(names) is None


@pytest.mark.parametrize("secret", ["", "unknown/"])
def test_test_images_without_the_classes_of_the_training_images_are_outside(secret):
    split = find_split(["data/train/cats/1", "data/train/dogs/1", f"data/test/{secret}1", f"data/test/{secret}2"])
    assert split.names[:2] == ["data/cats/1", "data/dogs/1"]
    assert split.is_inside.tolist() == [True, True, False, False]
    assert not split.held_out
    assert not split.is_held_out.any()
