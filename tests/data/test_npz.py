"""Real .npz files, written by the tests."""

import io
import re
import zipfile

import numpy as np
import pytest

from infogan_tf.data.factors import load_factors
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.sources import ImageRequest, each_image, load_images
from infogan_tf.errors import SettingError
from tests.conftest import ROOT

SHARED = ROOT.parent / "shared" / "data"


def load(path, **changes):
    return load_images(ImageRequest(images=str(path), **{"image_size": 16, **changes}))


def save(path, compressed=False, **arrays):
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


@pytest.mark.parametrize("shape", [(16, 16, 3), (16, 16, 1), (16, 16)], ids=str)
@pytest.mark.parametrize("compressed", [True, False])
def test_images_of_the_right_size_keep_their_pixels_and_channels(tmp_path, random_images, shape, compressed):
    images = random_images(600, shape)
    data = load(save(tmp_path / "set.npz", compressed, images=images))
    is_held_out = np.arange(600) % 10 == 9
    images = images.reshape(600, 16, 16, -1)
    np.testing.assert_array_equal(data.training, images[~is_held_out])
    np.testing.assert_array_equal(data.held_out, images[is_held_out])
    assert (data.source, data.name, data.reason) == ("npz", "set.npz", f"read from {tmp_path}/set.npz")


def test_others_are_prepared_like_those_of_a_folder(tmp_path):
    images = np.zeros([20, 48, 96, 3], np.uint8)
    images[:, :, 24:72] = 255
    path = save(tmp_path / "set.npz", images=images)
    assert (load(path).training == 255).all()
    assert load(path, crop="none").training[0, 0, 0].tolist() == [0, 0, 0]
    assert load(path, channels=1).image_shape == (16, 16, 1)
    assert load(path, image_shape=(28, 28, 1)).image_shape == (28, 28, 1)


def test_images_in_fortrans_order_are_read(tmp_path, random_images):
    images = random_images(20, (16, 16, 3))
    data = load(save(tmp_path / "set.npz", images=np.asfortranarray(images)))
    np.testing.assert_array_equal(data.training[:9], images[:9])


def test_second_start_does_not_read_the_file_and_a_changed_one_is_read_anew(tmp_path, random_images, monkeypatch):
    path = save(tmp_path / "set.npz", images=random_images(20, (16, 16, 1)))
    first = load(path)
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZipFile", None)
        assert load(path).fingerprint() == first.fingerprint()
        patch.setattr("infogan_tf.data.preparation.PREPARATION_VERSION", "another")
        with pytest.raises(SettingError):
            load(path)
    save(path, images=random_images(20, (16, 16, 1), seed=1))
    assert load(path).fingerprint() != first.fingerprint()


WHOLE = np.zeros([20, 16, 16, 3], np.uint8)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"pixels": WHOLE, "y": WHOLE}, "set.npz with an array named 'images', got pixels, y"),
        ({"images": WHOLE / 255}, "set.npz with images of uint8 (0 to 255), got float64"),
        ({"images": WHOLE.astype(np.uint16)}, "set.npz with images of uint8 (0 to 255), got uint16"),
        ({"images": np.array([None])}, "set.npz with images of uint8 (0 to 255), got object"),
        (
            {"images": WHOLE[0, 0]},
            "images of shape [number, height, width] or [number, height, width, 1 or 3], got [16",
        ),
        ({"images": WHOLE.transpose(0, 3, 1, 2)}, "[number, height, width, 1 or 3], got [20, 3, 16, 16]"),
        ({"images": WHOLE[:0]}, "[number, height, width, 1 or 3], got [0, 16, 16, 3]"),
        ({"images": WHOLE[..., :2]}, "[number, height, width, 1 or 3], got [20, 16, 16, 2]"),
        (
            {"images": WHOLE, "labels": np.zeros(19)},
            "labels of shape [20] or [20, kinds], as there are images, got [1",
        ),
        ({"images": WHOLE, "labels": np.zeros([20, 2, 2])}, "labels of shape [20] or [20, kinds], as there are images"),
        ({"images": WHOLE, "labels": np.full(20, None)}, "a whole .npz file, got "),
        ({"images": WHOLE, "labels": np.zeros(20, complex)}, "labels that are numbers or text, got complex128"),
        (
            {"images": WHOLE, "labels": np.zeros([20, 2]), "label_names": ["a"]},
            "2 label_names that are text, got str32",
        ),
        ({"images": WHOLE, "labels": np.zeros(20), "label_names": np.full(1, None)}, "a whole .npz file, got "),
        (
            {"images": WHOLE, "labels": np.zeros([20, 2]), "label_names": ["a", "a"]},
            "set.npz with label_names that all differ, got a, a",
        ),
    ],
)
def test_refuses_what_is_no_set_of_images(tmp_path, arrays, text):
    path = save(tmp_path / "set.npz", **arrays)
    with pytest.raises(SettingError, match=re.escape(text)) as info:
        load(path)
    assert str(info.value).startswith("images: expected ")
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"no archive",
        lambda data: data[: len(data) // 2],
        lambda data: data[: len(data) // 4] + b"damaged" * 100 + data[len(data) // 4 + 700 :],
    ],
    ids=["empty", "text", "cut off", "overwritten"],
)
def test_refuses_damaged_files(tmp_path, random_images, damage, compressed):
    path = save(tmp_path / "set.npz", compressed, images=random_images(40, (16, 16, 3)))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SettingError, match=r"images: expected a whole .npz file, got .*set.npz \(.*\)") as info:
        load(path)
    assert "\n" not in str(info.value)


def test_refuses_fewer_images_than_the_file_promises(tmp_path):
    content = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (21, *WHOLE.shape[1:])}
    np.lib.format.write_array_header_1_0(content, header)
    with zipfile.ZipFile(tmp_path / "set.npz", "w") as archive:
        archive.writestr("images.npy", content.getvalue() + WHOLE.tobytes())
    with pytest.raises(SettingError, match=r"a whole .npz file, got .*set.npz \(the images end too early\)"):
        load(tmp_path / "set.npz")


def test_refuses_an_array_that_was_saved_alone(tmp_path):
    with (tmp_path / "set.npz").open("wb") as file:
        np.save(file, WHOLE)
    with pytest.raises(SettingError, match=r"a whole .npz file, got .*set.npz \(File is not a zip file\)"):
        load(tmp_path / "set.npz")


@pytest.mark.skipif(not SHARED.exists(), reason="needs the sample sets beside the project")
def test_reads_a_real_set_with_its_labels():
    data = load(SHARED / "isomap_faces_32.npz", image_size=32)
    assert data.training.shape == (629, 32, 32, 1)
    assert [factor.kind for factor in load_factors(data)] == ["ordered"] * 3
    assert load(SHARED / "isomap_faces_32.npz", image_size=64).training.shape == (629, 64, 64, 1)


def test_each_image_is_read_in_order_without_a_cache(tmp_path, random_images, cache_folder):
    images = random_images(25, (16, 16, 3))
    path = save(tmp_path / "set.npz", images=images)
    before = sorted(cache_folder.rglob("*"))
    names, same = zip(*each_image(path, Preparation(16, 3, "center")), strict=True)
    assert names == tuple(map(str, range(25)))
    np.testing.assert_array_equal(same, images)
    resized = dict(each_image(path, Preparation(8, 1, "center")))
    np.testing.assert_array_equal(resized["24"], Preparation(8, 1, "center").of_pixels(images[24]))
    assert sorted(cache_folder.rglob("*")) == before
