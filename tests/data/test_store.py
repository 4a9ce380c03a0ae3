import hashlib
import os
import re
import time

import numpy as np
import pytest

from infogan_tf.data import store
from infogan_tf.data.store import cache_folder, stored


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def fill(random_images):
    """Decodes eight images in two parts, of which every fourth is held out."""

    def fill(writer):
        fill.calls += 1
        images = random_images(8)
        writer.split(images[:3], 4)
        writer.split(images[3:], 4)
        return ("a.png: broken",)

    fill.calls = 0
    return fill


def assert_whole(stored_images, images):
    np.testing.assert_array_equal(stored_images.training, images[[0, 1, 2, 4, 5, 6]])
    np.testing.assert_array_equal(stored_images.held_out, images[[3, 7]])
    assert stored_images.known_fingerprint == hashlib.sha256(images[[0, 1, 2, 4, 5, 6]].tobytes()).hexdigest()
    assert stored_images.held_out_fingerprint == hashlib.sha256(images[[3, 7]].tobytes()).hexdigest()
    assert stored_images.skipped == ("a.png: broken",)
    assert not stored_images.training.flags.writeable


def test_decodes_once_and_maps_the_files(fill, random_images):
    for _ in range(2):
        images = stored("digits", "1", fill)
        assert_whole(images, random_images(8))
        assert isinstance(images.training, np.memmap)
    assert fill.calls == 1


def test_another_version_takes_the_place_of_the_one_before(fill, random_images):
    first = stored("digits", "1", fill)
    for partial, age in ((".partial-1-3", 0), (".partial-2-3", 2 * 24 * 3600)):
        folder = cache_folder() / "images" / "digits" / partial
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    stored("others", "1", fill)
    stored("digits", "2", fill)
    names = sorted(path.relative_to(cache_folder() / "images").as_posix() for path in cache_folder().glob("images/*/*"))
    assert names == ["digits/.partial-1-3", "digits/2", "others/1"], "what is abandoned goes, what is in work stays"
    assert_whole(first, random_images(8))


@pytest.mark.parametrize(
    ("file", "size"), [("training.npy", 500), ("held_out.npy", 0), ("set.json", 5), ("set.json", None)]
)
def test_a_damaged_cache_is_reported_and_made_again(fill, random_images, file, size):
    stored("digits", "1", fill)
    path = cache_folder() / "images" / "digits" / "1" / file
    path.unlink() if size is None else path.write_bytes(path.read_bytes()[:size])
    with pytest.warns(UserWarning, match="cached images in .*digits/1 are damaged and are made again"):
        assert_whole(stored("digits", "1", fill), random_images(8))
    stored("digits", "1", fill)
    assert fill.calls == 2


def test_a_cache_that_cannot_be_written_is_reported_and_images_stay_in_memory(fill, random_images, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no")
    with pytest.warns(UserWarning, match="decoded images are not cached, so they stay in memory and the next start"):
        assert_whole(stored("digits", "1", fill), random_images(8))


def test_a_disk_that_fills_up_leaves_nothing_and_images_stay_in_memory(fill, random_images):
    def fill_disk(writer):
        skipped = fill(writer)
        if fill.calls == 1:
            raise OSError(28, "No space left on device")
        return skipped

    with pytest.warns(UserWarning, match=re.escape("decodes again: [Errno 28] No space left on device")):
        assert_whole(stored("digits", "1", fill_disk), random_images(8))
    assert not list(cache_folder().glob("images/*/*"))


def test_a_set_that_another_process_has_just_made_is_taken(fill, random_images, monkeypatch):
    def fill_late(writer):
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 1)
            stored("digits", "1", fill)
        return fill(writer)

    assert_whole(stored("digits", "1", fill_late), random_images(8))


def test_a_set_that_another_process_makes_while_room_is_made_is_not_removed(fill, random_images, monkeypatch):
    make_room, theirs = store._make_room, cache_folder() / "images" / "digits" / "1" / "theirs"

    def make_room_late(folder):
        with monkeypatch.context() as patch:
            patch.setattr(store, "_make_room", make_room)
            stored("digits", "1", fill)
        theirs.touch()
        make_room(folder)

    monkeypatch.setattr(store, "_make_room", make_room_late)
    assert_whole(stored("digits", "1", fill), random_images(8))
    assert theirs.exists()


def test_a_partial_set_that_vanishes_while_room_is_made_is_no_error(fill):
    (cache_folder() / "images" / "digits").mkdir(parents=True)
    (cache_folder() / "images" / "digits" / ".partial-1-1").symlink_to("renamed")  # Listed, but without a status.
    assert isinstance(stored("digits", "1", fill).training, np.memmap)


def test_what_is_no_image_of_the_set_is_refused(fill, random_images):
    for wrong in (random_images(2, (8, 8, 3)), random_images(2).astype(np.int64)):

        def fill_wrongly(writer, wrong=wrong):
            writer.append(random_images(2))
            writer.append(wrong)

        with pytest.raises(ValueError, match=r"expected uint8 images of \(28, 28, 1\), got"):
            stored("digits", "1", fill_wrongly)
    assert not list(cache_folder().glob("images/*/*"))


def test_neither_writing_nor_reading_a_large_set_holds_it_in_memory(launchers, tmp_path):
    code = """
import re, time
import numpy as np
from infogan_tf.data import ImageBatches, ImageData
from infogan_tf.data.store import stored

def resident():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024

def fill(writer):
    part = np.zeros([1000, 64, 64, 3], np.uint8)
    for number in range(24):
        part[:] = number
        writer.split(part, 10)
    return ()

ImageBatches(np.zeros([64, 64, 64, 3], np.uint8), 64, seed=0)(0)
before = resident()
images = stored("large", "1", fill)
written = resident()
start = time.monotonic()
data = ImageData(**stored("large", "1", fill)._asdict(), source="folder", name="large", reason="")
data.fingerprint()
seconds = time.monotonic() - start
batches = ImageBatches(data.training, 64, seed=0)
for step in range(300):
    batches(step)
data.for_validation()
print(written - before, resident() - before, seconds)
"""
    (tmp_path / "large.py").write_text(code)
    setup = f"import os; os.environ['XDG_CACHE_HOME'] = {os.environ['XDG_CACHE_HOME']!r}"
    finished = launchers.run(str(tmp_path / "large.py"), setup=setup)
    assert finished.returncode == 0, finished.stderr
    written, read, seconds = map(float, finished.stdout.split())
    # The set is 280 MiB.
    assert written < 60
    assert read < 80
    assert seconds < 0.5
