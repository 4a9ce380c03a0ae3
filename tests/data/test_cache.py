import numpy as np
import pytest

from infogan_tf.data.cache import cache_folder, cached


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def decode(random_images):
    calls = []

    def decode():
        calls.append(1)
        return random_images(6), random_images(2, seed=1)

    decode.calls = calls
    return decode


def test_decodes_once(decode):
    first, second = cached("digits", decode), cached("digits", decode)
    assert len(decode.calls) == 1
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
        assert b.dtype == np.uint8


def test_damaged_cache_is_said_and_made_again(decode):
    expected = cached("digits", decode)
    file = cache_folder() / "digits" / "training.npy"
    file.write_bytes(file.read_bytes()[:500])
    with pytest.warns(UserWarning, match="cached images in .*digits are damaged and are made again"):
        repaired = cached("digits", decode)
    np.testing.assert_array_equal(repaired[0], expected[0])
    cached("digits", decode)
    assert len(decode.calls) == 2


def test_cache_that_cannot_be_written_is_said(decode, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no")
    with pytest.warns(UserWarning, match="decoded images are not cached, so the next start decodes again"):
        assert len(cached("digits", decode)[0]) == 6
