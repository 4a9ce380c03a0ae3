"""Real archives, packed by the standard library from folders that the tests write."""

import io
import shutil
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data.factors import load_factors
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.sources import ImageRequest, each_image, load_images
from infogan_tf.errors import SettingError
from tests.data.archives import ATTRIBUTES, write_celeba, write_chairs

FORMATS = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}
SIZE = 16


def load(path, **changes):
    return load_images(ImageRequest(images=str(path), **{"image_size": SIZE, **changes}))


def pack(folder, ending="zip", whole=True):
    """Packs a folder beside it, with the folder itself as the only thing at its top or without."""
    base = folder.with_name(f"{folder.name}_{'whole' if whole else 'inside'}")
    inside = {"root_dir": folder.parent, "base_dir": folder.name} if whole else {"root_dir": folder}
    path = shutil.make_archive(str(base), FORMATS[ending], **inside)
    return base.parent / path


def write_classes(folder, number=15):
    """Noise of several sizes in three folders; one file of each can't be read."""
    rng = np.random.default_rng(0)
    for name in ("cats", "dogs", "emus"):
        (folder / name).mkdir(parents=True)
        for index in range(number):
            pixels = rng.integers(0, 256, (20 + index, 30, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{index:02d}.{'png' if index % 2 else 'jpg'}")
        (folder / name / "zebra.png").write_text("no image")
    (folder / ".hidden").mkdir()
    shutil.copy(folder / "cats" / "01.png", folder / ".hidden" / "a.png")
    (folder / "notes.txt").write_text("no image")
    return folder


def assert_same(packed, folder):
    """That an archive gives the images and factors of a folder."""
    assert packed.fingerprint() == folder.fingerprint()
    assert packed.held_out_fingerprint == folder.held_out_fingerprint
    for factor, expected in zip(load_factors(packed), load_factors(folder), strict=True):
        assert (factor.name, factor.kind, factor.class_names) == (expected.name, expected.kind, expected.class_names)
        np.testing.assert_array_equal(factor.training, expected.training)
        np.testing.assert_array_equal(factor.held_out, expected.held_out)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("ending", FORMATS)
def test_an_archive_gives_the_images_and_labels_of_the_folder_that_was_packed(tmp_path, ending, whole):
    folder = write_classes(tmp_path / "photos")
    path = pack(folder, ending, whole)
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):  # Decoded, then from the cache.
        data = load(path)
        assert_same(data, load(folder))
        assert load_factors(data)[0].class_names == ("cats", "dogs", "emus")
        assert (data.source, data.name, data.is_own) == ("archive", path.name, True)
        assert data.reason == f"read from {path}, without 3 that can't be read"
        assert data.skipped[0].endswith("cats/zebra.png: not a file of PNG, JPEG, WEBP, GIF")
    assert sorted(tmp_path.rglob("*")) == before, "nothing is unpacked"


def test_the_order_in_a_compressed_archive_does_not_matter(tmp_path):
    folder = write_classes(tmp_path / "photos")
    path = tmp_path / "photos.tgz"
    files = sorted(folder.rglob("*.*g"))
    np.random.default_rng(1).shuffle(files)
    with tarfile.open(path, "w:gz") as archive:
        for file in files:
            archive.add(file, f"./{file.relative_to(folder)}")
    assert_same(load(path), load(folder))


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_attributes_of_celeba_lie_beside_its_archive_or_in_it(tmp_path, place):
    images = write_celeba(tmp_path / "celeba", 20)
    path = pack(images if place == "beside" else images.parent)
    data = load(path)
    assert [factor.name for factor in load_factors(data)] == list(ATTRIBUTES)
    assert_same(data, load(images))


def test_views_of_chairs_are_read_from_names_in_an_archive(tmp_path):
    folder = write_chairs(tmp_path / "rendered_chairs")
    assert_same(load(pack(folder, "tar")), load(folder))


def test_damaged_attributes_and_an_archive_without_images_are_refused(tmp_path):
    images = write_celeba(tmp_path / "celeba", 20)
    (images.parent / "list_attr_celeba.txt").write_text("20\nYoung\n")
    with pytest.raises(
        SettingError, match=r"^images: .*inside.zip/list_attr_celeba.txt, which has 0 images, and 20 acc"
    ):
        load(pack(images.parent, whole=False))
    (tmp_path / "none").mkdir()
    with pytest.raises(SettingError, match=r"^images: expected an archive of images \(\.png, .* which has none$"):
        load(pack(tmp_path / "none"))


DAMAGES = {
    "empty": lambda data: b"",
    "text": lambda data: b"no archive" * 100,
    "cut off": lambda data: data[: len(data) // 2],
    "cut off at the end": lambda data: data[:-12_000],
    "overwritten": lambda data: data[: len(data) // 2] + b"damaged" * 300 + data[len(data) // 2 + 2100 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", FORMATS)
def test_a_damaged_archive_is_refused_in_one_line(tmp_path, ending, damage):
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(40):  # Each takes 3 blocks of a tar.
        pixels = np.random.default_rng(index).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index:02d}.png")
    path = pack(folder, ending)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(SettingError, match=r"^images: expected a whole .zip or .tar archive, got .*photos.*\(") as info:
        load(path)
    assert "\n" not in str(info.value)


def test_an_encrypted_archive_is_refused(tmp_path):
    path = pack(write_classes(tmp_path / "photos"))
    data = bytearray(path.read_bytes())
    start = 0
    while (start := data.find(b"PK\1\2", start)) >= 0:  # Sets the flag in each entry of the directory.
        data[start + 8] |= 1
        start += 4
    path.write_bytes(data)
    with pytest.raises(SettingError, match=r"^images: expected a whole .zip or .tar archive, got .*encrypted"):
        load(path)


def test_links_in_a_tar_are_left_out_and_named(tmp_path):
    path = tmp_path / "photos.tar"
    with tarfile.open(path, "w") as archive:
        for index in range(10):
            file = io.BytesIO()
            Image.new("L", (SIZE, SIZE), index).save(file, "PNG")
            member = tarfile.TarInfo(f"{index}.png")
            member.size = file.tell()
            file.seek(0)
            archive.addfile(member, file)
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "0.png"
        archive.addfile(link)
    data = load(path)
    assert data.skipped == ("link.png: not a file, or a broken link",)
    assert data.training[:, 0, 0, 0].tolist() == list(range(9))


def test_a_changed_archive_is_read_anew(tmp_path):
    path = tmp_path / "photos.zip"
    for brightness in (10, 200):
        with zipfile.ZipFile(path, "w") as archive, archive.open("a.png", "w") as file:
            Image.new("L", (SIZE, SIZE), brightness).save(file, "PNG")
        assert load(path).training[0, 0, 0] == brightness


def test_each_image_is_read_in_order_with_its_name_without_a_cache(tmp_path, cache_folder):
    folder = write_classes(tmp_path / "photos", 3)
    path = pack(folder, "tar.gz", whole=False)
    before = sorted(cache_folder.rglob("*"))
    preparation = Preparation(SIZE, 3, "center")
    packed, unpacked = (list(each_image(place, preparation)) for place in (path, folder))
    assert [name for name, _ in packed] == [name for name, _ in unpacked]
    for (_, image), (_, expected) in zip(packed, unpacked, strict=True):
        np.testing.assert_array_equal(image, expected)
    assert sorted(cache_folder.rglob("*")) == before
