"""Labels of real TFDS and .npz files, written by the tests, and of the embedded digits."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data.factors import load_factors
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.splits import at_random
from tests.conftest import prepare_tfds
from tests.data.archives import in_order, store_as_tfds


def load(**request):
    data = load_images(ImageRequest(**request))
    return data, load_factors(data)


def load_npz(path, **labels):
    """An .npz file of images that are as bright as their number, with these labels."""
    number = len(labels["labels"]) if labels else NUMBER
    np.savez(path, images=np.arange(number, dtype=np.uint8)[:, None, None].repeat(16, 1).repeat(16, 2), **labels)
    return load(images=str(path), image_size=16)


def factors_of_npz(path, **labels):
    return load_npz(path, **labels)[1]


@pytest.fixture
def npz(tmp_path):
    return tmp_path / "set.npz"


@pytest.mark.parametrize("held_out", ["test", "validation"])
@pytest.mark.parametrize(("train", "size"), [(0.8, 28), (1.0, 16)], ids=["test", "no test, resized"])
def test_labels_of_tfds_are_in_the_order_of_the_images(tmp_path, train, held_out, size):
    labels = np.arange(60) % 10
    images = np.broadcast_to(labels[:, None, None, None], [60, 28, 28, 1]).astype(np.uint8)
    splits = {"train": train} if train == 1 else {"train": train, "test": 1 - train}
    prepare_tfds(tmp_path, images, labels, splits=tuple(splits.items()))
    request = {"dataset": "tiny_digits", "data_dir": str(tmp_path), "image_size": size, "held_out": held_out}
    data, (label,) = load(**request)
    np.testing.assert_array_equal(label.training, data.training[:, 0, 0, 0])
    np.testing.assert_array_equal(label.held_out, data.held_out[:, 0, 0, 0])
    assert (label.name, label.kind, label.num_classes) == ("label", "class", 10)
    assert label.class_names == tuple("0123456789")


NUMBER = 30
RANGE = np.arange(NUMBER)


def test_every_number_of_a_tfds_set_is_a_factor_also_inside_of_dictionaries(tmp_path):
    fields = {
        "picture": (tfds.features.Image(shape=(None, None, 3)), np.zeros([NUMBER, 8, 12, 3], np.uint8)),
        "species": (tfds.features.ClassLabel(names=["cat", "dog", "owl"]), RANGE % 3),
        "sex": (tfds.features.ClassLabel(names=["female", "male"]), RANGE % 2),
        "unknown": (tfds.features.ClassLabel(num_classes=3), RANGE % 3 - 1),
        "same": (tf.int64, np.full(NUMBER, 7)),
        "age": (tf.int64, RANGE % 5),
        "text": (tfds.features.Text(), [f"{number}" for number in RANGE]),
        "box": (tfds.features.Tensor(shape=(4,), dtype=tf.float32), np.zeros([NUMBER, 4], np.float32)),
        "more": ({"smiling": tf.bool, "age": tf.float64}, {"smiling": RANGE % 4 == 0, "age": RANGE * 0.5}),
        "pose": ({"azimuth": tf.float64}, {"azimuth": RANGE * 12.0}),
    }
    features, values = ({name: pair[part] for name, pair in fields.items()} for part in (0, 1))
    store_as_tfds("rich", tmp_path, features, {"train": tf.data.Dataset.from_tensor_slices(values)})
    with pytest.warns(UserWarning, match="is left out") as warned:
        data, factors = load(dataset="rich", data_dir=str(tmp_path), image_size=16)
    assert sorted(str(warning.message) for warning in warned) == [
        "same, a label of rich/1.0.0 from TFDS, is left out: it is the same for all images",
        "unknown, a label of rich/1.0.0 from TFDS, is left out: the class of some images is unknown",
    ]
    assert data.image_shape == (16, 16, 3)
    found = {factor.name: factor for factor in factors}
    assert {name: (factor.kind, factor.class_names) for name, factor in found.items()} == {
        "species": ("class", ("cat", "dog", "owl")),
        "sex": ("attribute", ("female", "male")),
        "age": ("ordered", None),
        "more/age": ("ordered", None),
        "smiling": ("attribute", ("no", "yes")),
        "azimuth": ("angle", None),
    }
    is_held_out = at_random(NUMBER, 5)
    for name, expected in (("species", RANGE % 3), ("smiling", RANGE % 4 == 0), ("azimuth", RANGE * 12.0)):
        np.testing.assert_array_equal(found[name].training, expected[~is_held_out])
        np.testing.assert_array_equal(found[name].held_out, expected[is_held_out])
        assert found[name].training.dtype == (np.float64 if name == "azimuth" else np.int64)


@pytest.mark.parametrize(
    ("name", "values", "kind", "class_names"),
    [
        ("object", RANGE % 20, "class", tuple(map(str, range(20)))),
        ("person", RANGE % 21, "ordered", None),
        ("label", RANGE, "ordered", None),
        ("elevation", np.where(RANGE % 2, 30.0, 20.0), "attribute", ("20", "30")),
        ("is_old", RANGE % 2 == 0, "attribute", ("False", "True")),
        ("width", RANGE % 5 * 0.1, "ordered", None),
        ("view_angle2", RANGE % 4 * 90, "angle", None),
        ("degrees", RANGE * 10.0, "angle", None),
        ("azimuth", RANGE % 3 * 120, "ordered", None),
        ("rectangle", RANGE * 10.0, "ordered", None),
        ("light_deg", RANGE % 5 * 10, "ordered", None),
        ("degenerate", RANGE % 5 * 10, "class", ("0", "10", "20", "30", "40")),
        ("mood", np.array(["sad", "happy", "calm"] * 10), "class", ("calm", "happy", "sad")),
        ("sex", np.array(["male", "female"] * 15), "attribute", ("female", "male")),
    ],
)
def test_kinds_of_npz_labels_follow_from_names_and_values(npz, name, values, kind, class_names):
    data, (factor,) = load_npz(npz, labels=values, label_names=[name])
    assert (factor.name, factor.kind, factor.class_names) == (name, kind, class_names)
    assert factor.num_classes == (class_names and len(class_names))
    expected = values if class_names is None else np.unique(values, return_inverse=True)[1]
    np.testing.assert_array_equal(in_order(data, factor), expected)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("chair_identity", "class"), ("person", "class"), ("person_age", "ordered"), ("model_year", "ordered")],
)
def test_many_integers_are_classes_if_their_name_says_so(npz, name, kind):
    number = 60
    labels = np.stack([np.arange(number) // 2, np.arange(number)], axis=1)
    of_pairs, of_single_images = factors_of_npz(npz, labels=labels, label_names=[name, f"image_{name}"])
    assert (of_pairs.kind, of_single_images.kind) == (kind, "ordered")


def test_npz_labels_without_names_are_numbered(npz):
    labels = np.stack([RANGE % 3, RANGE % 2], axis=1)
    assert [factor.name for factor in factors_of_npz(npz, labels=labels)] == ["label 1", "label 2"]
    assert [factor.name for factor in factors_of_npz(npz, labels=labels[:, 0])] == ["label"]
    assert factors_of_npz(npz) == ()


def test_labels_that_changed_with_the_same_images_are_read_anew_for_validation(npz):
    for labels in (RANGE % 3, RANGE % 2):
        load_npz(npz, labels=labels)
        data, (factor,) = load(images=str(npz), image_size=16, held_out="validation")
        np.testing.assert_array_equal(factor.held_out, labels[data.held_out[:, 0, 0, 0]])


def test_labels_that_are_not_finite_are_left_out_with_a_warning(npz):
    labels = np.stack([RANGE * 1.5, np.where(RANGE == 3, np.nan, RANGE)], axis=1)
    with pytest.warns(UserWarning, match=r"^age, a label of set.npz, is left out: some values are not finite$"):
        (factor,) = factors_of_npz(npz, labels=labels, label_names=["width", "age"])
    assert factor.name == "width"


def test_text_that_is_missing_for_some_images_is_no_class(npz):
    rows = [["" if number == 3 else f"{20 + number % 4}", "ab"[number % 2]] for number in RANGE]
    with pytest.warns(UserWarning, match=r"^age, a label of set.npz, is left out: it is empty for some images$"):
        (kind,) = factors_of_npz(npz, labels=np.array(rows), label_names=["age", "kind"])
    assert kind.name == "kind"


def test_text_is_read_as_numbers_where_all_of_a_label_is_and_names_of_single_images_are_left_out(npz):
    rows = [[f"{20 + number}", "male" if number % 2 else "female", f"{number:03d}.png"] for number in RANGE]
    with pytest.warns(UserWarning, match=r"^file, a label of set.npz, is left out: most of its values are of one imag"):
        data, (age, sex) = load_npz(npz, labels=np.array(rows), label_names=["age", "sex", "file"])
    assert (age.name, age.kind, in_order(data, age).tolist()) == ("age", "ordered", list(range(20, 50)))
    assert (sex.name, sex.kind, sex.class_names) == ("sex", "attribute", ("female", "male"))
