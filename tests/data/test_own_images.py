"""What holds for a person's own images, however they are packed."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data.image_files import own_images
from infogan_tf.data.paths import find_images
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.splits import at_random
from infogan_tf.errors import SettingError
from tests.data.archives import FORMATS, load_own, pack

KINDS = ("folder", *FORMATS, "npz", "compressed.npz")
IMAGES = np.random.default_rng(0).integers(0, 256, (25, 16, 16, 3), np.uint8)


def write(kind, folder, images=IMAGES):
    if kind.endswith("npz"):
        (np.savez if kind == "npz" else np.savez_compressed)(folder / f"set.{kind}", images=images)
        return folder / f"set.{kind}"
    photos = folder / "photos"
    photos.mkdir(exist_ok=True)
    for index, pixels in enumerate(images):
        Image.fromarray(pixels).save(photos / f"{index:02d}.png")
    return photos if kind == "folder" else pack(photos, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_images_of_the_right_size_keep_their_pixels_and_the_same_are_held_out_of_every_ten(tmp_path, kind):
    path = write(kind, tmp_path)
    data = load_own(path)
    is_held_out = at_random(25, 10)
    np.testing.assert_array_equal(data.training, IMAGES[~is_held_out])
    np.testing.assert_array_equal(data.held_out, IMAGES[is_held_out])
    assert data.source == ("archive" if kind in FORMATS else kind.removeprefix("compressed."))
    assert data.description == f"{path.name}, 22 training and 3 held-out images (read from {path})"


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_start_decodes_nothing_and_a_changed_set_is_read_anew(tmp_path, kind, monkeypatch):
    path = write(kind, tmp_path)
    first = load_own(path).fingerprint()
    with monkeypatch.context() as patch:
        for module, function in ((Image, "open"), (zipfile, "ZipFile")):
            patch.setattr(module, function, None)
        assert load_own(path).fingerprint() == first
        for changes in ({"image_size": 24}, {"channels": 1}, {"crop": "none"}):
            with pytest.raises(SettingError):
                load_own(path, **changes)
        for what in ("PREPARATION_VERSION", "PIL.__version__"):
            with monkeypatch.context() as version:
                version.setattr(f"infogan_tf.data.preparation.{what}", "another")
                with pytest.raises(SettingError):
                    load_own(path)
    write(kind, tmp_path, IMAGES[::-1])
    assert load_own(path).fingerprint() != first


@pytest.mark.parametrize("kind", KINDS)
def test_each_image_is_read_in_order_with_its_name_without_a_cache(tmp_path, kind, cache_folder):
    path = write(kind, tmp_path)
    before = sorted(cache_folder.rglob("*"))
    names, images = zip(*own_images(path).each(Preparation(16, 3, "center")), strict=True)
    assert [int(name.removeprefix("photos/").removesuffix(".png")) for name in names] == list(range(25))
    np.testing.assert_array_equal(images, IMAGES)
    *_, (_, resized) = own_images(path).each(Preparation(8, 1, "center"))
    np.testing.assert_array_equal(resized, Preparation(8, 1, "center").of_pixels(IMAGES[24]))
    assert sorted(cache_folder.rglob("*")) == before


DAMAGES = {
    "empty": lambda data: b"",
    "text": lambda data: b"no archive" * 100,
    "cut off": lambda data: data[:-12_000],
    "overwritten": lambda data: data[: len(data) // 2] + b"damaged" * 300 + data[len(data) // 2 + 2100 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_damaged_file_is_refused_in_one_line(tmp_path, kind, damage):
    path = write(kind, tmp_path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    expected = "a whole .zip or .tar archive" if kind in FORMATS else "a whole .npz file"
    with pytest.raises(SettingError, match=rf"^images: expected {expected}, got .*{path.name} \(.*\)$"):
        load_own(path)


def test_a_file_is_refused_unless_it_may_be_a_single_image(tmp_path):
    path = tmp_path / "a.png"
    expected = "images: expected a folder of images, a .zip or .tar archive of them, or an .npz file, got .*a.png"
    with pytest.raises(SettingError, match=f"{expected}, which does not exist"):
        find_images(str(path))
    path.touch()
    with pytest.raises(SettingError, match=f"{expected}, which is none of these"):
        find_images(str(path))
    assert find_images(str(path), or_one=True) == path


@pytest.mark.parametrize("text", ["~nobody/photos", "a\0b", "a" * 5000])
def test_what_can_be_no_path_is_refused_in_one_line(text):
    with pytest.raises(SettingError, match=r"^images: expected .*$"):
        find_images(text)
