import hashlib
import os
import re
import shutil
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from infogan_tf.data.cache import Chunk, Decoded, Source, cache_folder, stored
from infogan_tf.data.image_data import Labels
from infogan_tf.data.preparation import Preparation
from infogan_tf.errors import SettingError
from tests.processes import run

ORIGIN = {"source": "tfds", "name": "digits", "reason": "for the test"}
TRAINING, HELD_OUT = [0, 1, 2, 4, 5, 6], [3, 7]
LABELS = Labels({"digit": np.arange(8) * 10, "is_odd": np.arange(8) % 2 == 1}, {"is_odd": ("no", "yes")})


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Set:
    """Eight images and labels in two chunks, of which every fourth is held out."""

    def __init__(self, images):
        self.images = images
        self.reads = 0

    def read(self):
        self.reads += 1
        is_held_out = np.isin(np.arange(8), HELD_OUT)
        chunks = [
            Chunk(self.images[:3], LABELS[:3], is_held_out[:3], ("a.png: broken",), ("b.png: odd",)),
            Chunk(self.images[3:], LABELS[3:], is_held_out[3:], white=4095),
        ]
        return Decoded(8, iter(chunks))

    def source(self, state=1, **changes):
        return Source("digits", "here", **{"preparation": None, "state": state, "read": self.read, **changes})

    def stored(self, **changes):
        return stored(self.source(**changes), **ORIGIN)

    def assert_whole(self, data):
        for images, fingerprint, chosen in (
            (data.training, data.training_fingerprint, TRAINING),
            (data.held_out, data.held_out_fingerprint, HELD_OUT),
        ):
            np.testing.assert_array_equal(images, self.images[chosen])
            assert fingerprint == hashlib.sha256(self.images[chosen].tobytes()).hexdigest()
            assert not images.flags.writeable
        assert data.labels.class_names == {"digit": None, **LABELS.class_names}
        np.testing.assert_array_equal(data.labels.rows, LABELS.rows[TRAINING + HELD_OUT])
        assert (data.skipped, data.name) == (("a.png: broken",), "digits")
        assert (data.notes, data.white) == (("b.png: odd",), 4095)


@pytest.fixture
def digits(random_images):
    return Set(random_images(8))


def test_images_and_labels_are_decoded_once_and_mapped(digits):
    for _ in range(2):
        data = digits.stored()
        digits.assert_whole(data)
        assert isinstance(data.training, np.memmap)
        assert all(isinstance(column, np.memmap) for column in data.labels.columns.values())
    assert digits.reads == 1


def test_a_set_may_come_with_its_test_split_and_without_labels(digits):
    def read():
        parts = ((0, False), (4, False), (6, True))
        chunks = (Chunk(digits.images[start : start + 2], Labels(), np.full(2, is_test)) for start, is_test in parts)
        return Decoded(8, chunks)

    for _ in range(2):
        data = digits.stored(read=read)
        np.testing.assert_array_equal(data.training, digits.images[[0, 1, 4, 5]])
        np.testing.assert_array_equal(data.held_out, digits.images[6:])
        assert data.labels.columns == {}


def test_another_state_takes_the_place_of_the_one_before(digits):
    first = digits.stored()
    place = digits.source().folder.parent
    for partial, age in ((".partial-1-3", 0), (".partial-2-3", 2 * 24 * 3600)):
        (place / partial).mkdir()
        os.utime(place / partial, (time.time() - age,) * 2)
    other = digits.source()._replace(place="elsewhere")
    stored(other, **ORIGIN)
    digits.stored(state=2)
    left = set(cache_folder().glob("images/*/*"))
    assert left == {place / ".partial-1-3", digits.source(2).folder, other.folder}, "what is in work stays"
    digits.assert_whole(first)


@pytest.mark.parametrize(
    ("file", "size"),
    [("training.npy", 500), ("held_out.npy", 0), ("labels.npy", 140), ("set.json", 5)],
)
def test_a_damaged_cache_is_reported_and_made_again(digits, file, size):
    digits.stored()
    path = digits.source().folder / file
    path.write_bytes(path.read_bytes()[:size])
    with pytest.warns(UserWarning, match="cached images in .*digits-.* are damaged and are made again"):
        digits.assert_whole(digits.stored())
    digits.stored()
    assert digits.reads == 2


def test_a_cache_that_cannot_be_written_is_reported_and_images_and_labels_are_there(digits, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no")
    with pytest.warns(UserWarning, match="are not cached in /proc/no/.*, but kept .* so that the next start decodes"):
        digits.assert_whole(digits.stored())


def test_a_disk_that_fills_up_leaves_nothing_and_images_are_there(digits):
    def fill_disk():
        def chunks():
            yield from digits.read().chunks
            if digits.reads == 1:
                raise OSError(28, "No space left on device")

        return Decoded(8, chunks())

    with pytest.warns(UserWarning, match=re.escape("decodes again: [Errno 28] No space left on device")):
        digits.assert_whole(digits.stored(read=fill_disk))
    assert not list(cache_folder().glob("images/*/*"))


def test_a_set_that_no_disk_has_space_for_is_refused_before_it_is_decoded(digits, monkeypatch):
    taken = []

    def chunks():
        for chunk in digits.read().chunks:
            taken.append(chunk)
            yield chunk

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300 * 2**20))
    with (
        pytest.warns(UserWarning, match="748 MiB are needed, and 300 MiB are free"),
        pytest.raises(
            SettingError, match=r"^images: expected a folder .* which XDG_CACHE_HOME chooses, .*748 MiB.* and .*748 MiB"
        ),
    ):
        digits.stored(read=lambda: Decoded(10**6, chunks()))
    assert len(taken) == 2, "the first of each attempt"
    assert not list(cache_folder().glob("images/*/*"))


def test_gray_images_without_space_are_refused_before_they_are_searched_for_colors(digits, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300 * 2**20))
    with pytest.warns(UserWarning, match="3,906 MiB are needed"), pytest.raises(SettingError, match="3,906 MiB"):
        digits.stored(read=lambda: Decoded(10**6, None), preparation=Preparation(64, None, "center"))


SMALL_DISKS = """
import os, sys, tempfile, warnings
import numpy as np
from infogan_tf.data.cache import Chunk, Decoded, Source, stored
from infogan_tf.data.image_data import Labels
from infogan_tf.errors import SettingError

warnings.simplefilter("error")
chunk = Chunk(np.ones([1, 64, 64, 3], np.uint8), Labels(), np.zeros(1, bool))
large = Source("folder", "here", None, 1, lambda: Decoded(10_000, iter([chunk])))
for action, folder in (("error", "disk"), ("error", "memory"), ("ignore", "small"), ("ignore", "memory")):
    warnings.simplefilter(action)
    tempfile.tempdir = f"{sys.argv[1]}/{folder}"
    try:
        print(len(stored(large, source="folder", name="", reason="").training))
    except (SettingError, UserWarning) as error:
        print(error)
print(os.listdir(os.environ["XDG_CACHE_HOME"] + "/infogan_tf/images"))
"""


def test_real_disks_without_space_are_named_beforehand(tmp_path):
    for folder in ("disk", "memory", "small"):
        (tmp_path / folder).mkdir()
    mount = 'mount -t tmpfs -o size=100m none "$0/small" && mount -t tmpfs -o size=400m none "$0/memory"'
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None or run([*unshare, mount, str(tmp_path)]).returncode:
        pytest.skip("this system permits no file systems of one's own")
    script = f'{mount} && exec {sys.executable} -c "$1" "$0"'
    environment = os.environ | {"XDG_CACHE_HOME": f"{tmp_path}/small", "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = run([*unshare, script, str(tmp_path), SMALL_DISKS], env=environment)
    assert finished.returncode == 0, finished.stderr
    disk, memory, refused, writing, number, folders = finished.stdout.splitlines()
    why = r"for this run alone, so that the next start decodes again: .* 117 MiB are needed, and 100 MiB of memory are"
    assert re.search(rf"kept on disk, in {tmp_path}/disk/\w+, {why}", disk)
    assert re.search(rf"kept in memory, in {tmp_path}/memory/\w+, {why}", memory)
    full = "117 MiB are needed, and 100 MiB of memory are free"
    assert re.search(rf"XDG_CACHE_HOME chooses, got {tmp_path}/small/.*{full}.* and {tmp_path}/small/.*{full}", refused)
    assert (writing[:40], number) == ("writing 117 MiB of decoded images into /", "1")
    assert re.fullmatch(r"\['folder-\w+'\]", folders)


def test_a_set_that_another_process_has_just_made_is_taken(digits, monkeypatch):
    def read_late():
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 1)
            digits.stored()
        return digits.read()

    digits.assert_whole(digits.stored(read=read_late))


@pytest.mark.slow
def test_neither_writing_nor_reading_a_large_set_holds_it_in_memory(launchers, tmp_path):
    code = """
import re
import numpy as np
from infogan_tf.data.batches import ImageBatches
from infogan_tf.data.cache import Chunk, Decoded, Source, stored
from infogan_tf.data.image_data import Labels

def resident():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024

def read():
    part, is_held_out = np.zeros([1000, 64, 64, 3], np.uint8), np.arange(1000) % 5 == 4
    labels = (Labels({"number": np.full(1000, number)}) for number in range(24))
    return Decoded(24_000, (Chunk(part + number, each, is_held_out) for number, each in enumerate(labels)))

def draw(images, steps):
    batches = ImageBatches(images, 64, seed=0)
    for step in range(steps):
        batches(step)

draw(np.zeros([64, 64, 64, 3], np.uint8), 1)
before = resident()
images = stored(Source("large", "here", None, 1, read), source="folder", name="large", reason="")
written = resident() - before
draw(images.training, 300)
print(written, resident() - before)
"""
    (tmp_path / "large.py").write_text(code)
    setup = f"import os; os.environ['XDG_CACHE_HOME'] = {os.environ['XDG_CACHE_HOME']!r}"
    finished = launchers.run(str(tmp_path / "large.py"), setup=setup)
    assert finished.returncode == 0, finished.stderr
    said, numbers = finished.stdout.splitlines()
    assert said.startswith("writing 281 MiB of decoded images into ")
    written, read = map(float, numbers.split())
    assert written < 60, "of 280 MiB"
    assert read < 80
