"""Real .npz files, written by the tests."""

import io
import re
import zipfile

import numpy as np
import pytest

from infogan_tf.errors import SettingError
from tests.data.archives import load_own

WHOLE = np.zeros([20, 16, 16, 3], np.uint8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "set.npz"


@pytest.mark.parametrize("shape", [(16, 16, 3), (16, 16, 1), (16, 16)], ids=str)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_images_keep_their_channels(path, random_images, save, shape):
    images = random_images(20, shape)
    save(path, images=images)
    np.testing.assert_array_equal(load_own(path).training[:8], images.reshape(20, 16, 16, -1)[:8])


def test_others_are_prepared_like_those_of_a_folder(path):
    images = np.zeros([20, 48, 96, 3], np.uint8)
    images[:, :, 24:72] = 255
    np.savez(path, images=images)
    assert (load_own(path).training == 255).all()
    assert load_own(path, crop="none").training[0, 0, 0].tolist() == [0, 0, 0]
    assert load_own(path, channels=1).image_shape == (16, 16, 1)
    assert load_own(path, image_shape=(28, 28, 1)).image_shape == (28, 28, 1)


def test_images_in_fortrans_order_are_read(path, random_images):
    images = random_images(20, (16, 16, 3))
    np.savez(path, images=np.asfortranarray(images))
    np.testing.assert_array_equal(load_own(path).training[:8], images[:8])


SHAPES = "set.npz with images of shape [number, height, width] or [number, height, width, 1 or 3], got "


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"pixels": WHOLE, "y": WHOLE}, "set.npz with an array named 'images', got pixels, y"),
        ({"images": WHOLE / 255}, "set.npz with images of uint8 (0 to 255), got float64"),
        ({"images": np.array([None])}, "a whole .npz file, got "),
        ({"images": WHOLE[0, 0]}, f"{SHAPES}[16, 3]"),
        ({"images": WHOLE.transpose(0, 3, 1, 2)}, f"{SHAPES}[20, 3, 16, 16]"),
        ({"images": WHOLE[:0]}, f"{SHAPES}[0, 16, 16, 3]"),
        ({"images": WHOLE[..., :2]}, f"{SHAPES}[20, 16, 16, 2]"),
        ({"labels": np.zeros(19)}, "set.npz with labels of shape [20] or [20, kinds], as there are images, got [19]"),
        ({"labels": np.zeros([20, 2, 2])}, "set.npz with labels of shape [20] or [20, kinds], as there are images"),
        (
            {"labels": np.full(20, None)},
            "set.npz with labels that are numbers or text, as labels.astype(str), got Python objects",
        ),
        ({"labels": np.zeros(20, complex)}, "set.npz with labels that are numbers or text, got complex128"),
        ({"labels": np.zeros([20, 2]), "label_names": ["a"]}, "set.npz with 2 label_names that are text, got str32"),
        (
            {"labels": np.zeros(20), "label_names": np.full(1, None)},
            "set.npz with label_names that are numbers or text, as label_names.astype(str), got Python objects",
        ),
        (
            {"labels": np.zeros([20, 2]), "label_names": ["a", "a"]},
            "set.npz with label_names that all differ, got a",
        ),
    ],
)
def test_refuses_what_is_no_set_of_images(path, arrays, text):
    np.savez(path, **({"images": WHOLE} if "labels" in arrays else {}), **arrays)
    with pytest.raises(SettingError, match=f"^{re.escape(f'images: expected {text}')}.*$"):
        load_own(path)


def test_refuses_fewer_images_than_the_file_promises(path):
    content = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (21, *WHOLE.shape[1:])}
    np.lib.format.write_array_header_1_0(content, header)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", content.getvalue() + WHOLE.tobytes())
    with pytest.raises(SettingError, match=r"a whole .npz file, got .*set.npz \(.*\)$"):
        load_own(path)
