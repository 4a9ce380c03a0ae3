"""Real archives, packed by the standard library from folders that the tests write."""

import io
import shutil
import tarfile

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data.factors import load_factors
from infogan_tf.errors import SettingError
from tests.data.archives import FORMATS, load_own, pack, write_celeba


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
    """That an archive gives the images and labels of a folder."""
    assert packed.fingerprint() == folder.fingerprint()
    assert packed.held_out_fingerprint == folder.held_out_fingerprint
    assert packed.labels.fingerprint() == folder.labels.fingerprint()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("ending", FORMATS)
def test_an_archive_gives_the_images_and_labels_of_the_folder_that_was_packed(tmp_path, ending, whole):
    folder = write_classes(tmp_path / "photos")
    path = pack(folder, ending, whole)
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):  # Decoded, then from the cache.
        data = load_own(path)
        assert_same(data, load_own(folder))
        assert load_factors(data)[0].class_names == ("cats", "dogs", "emus")
        assert (data.source, data.name) == ("archive", path.name)
        assert data.reason == f"read from {path}"
        assert data.skipped[0].endswith("cats/zebra.png: not an image that Pillow can open")
        assert data.notes[0] == "left out: files that are no images (.txt: 1)"
        assert data.notes[1] == f"left out: 3 of 48 images, such as {data.skipped[0]}"
    assert sorted(tmp_path.rglob("*")) == before, "nothing is unpacked"


def test_the_order_in_a_compressed_archive_does_not_matter(tmp_path):
    folder = write_classes(tmp_path / "photos")
    path = tmp_path / "photos.tgz"
    files = sorted(folder.rglob("*.*g"))
    np.random.default_rng(1).shuffle(files)
    with tarfile.open(path, "w:gz") as archive:
        for file in files:
            archive.add(file, f"./{file.relative_to(folder)}")
    assert_same(load_own(path), load_own(folder))


def test_an_archive_without_images_is_refused_and_one_with_damaged_attributes_has_no_labels(tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.heic").touch()
    expected = (
        r"^images: expected an archive of images, got .*, which has none but files that are no images \(\.heic: 1\)$"
    )
    with pytest.raises(SettingError, match=expected):
        load_own(pack(tmp_path / "none"))
    folder = write_celeba(tmp_path / "celeba", 20).parent
    (folder / "list_attr_celeba.txt").write_text("20\nYoung\n")
    assert "inside.zip/list_attr_celeba.txt, such as " in load_own(pack(folder, whole=False)).labels.origin


def test_symbolic_links_in_a_tar_are_left_out_and_named_and_hard_links_are_read(tmp_path):
    path = tmp_path / "photos.tar"
    with tarfile.open(path, "w") as archive:
        for index in range(10):
            file = io.BytesIO()
            Image.new("L", (16, 16), index).save(file, "PNG")
            member = tarfile.TarInfo(f"{index}.png")
            member.size = file.tell()
            file.seek(0)
            archive.addfile(member, file)
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "0.png"
        archive.addfile(link)
        same = tarfile.TarInfo("5_again.png")  # As tar packs a second name of a file.
        same.type, same.linkname = tarfile.LNKTYPE, "5.png"
        archive.addfile(same)
    data = load_own(path)
    assert data.skipped == ("link.png: not a file, or a broken link",)
    assert sorted([*data.training[:, 0, 0, 0], *data.held_out[:, 0, 0, 0]]) == [0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]
