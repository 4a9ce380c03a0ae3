import hashlib
import http.server
import re
import socket
import threading
import time

import numpy as np
import pytest
import tensorflow_datasets as tfds

from infogan_tf.augmentation import AUGMENTATIONS
from infogan_tf.data import sources
from infogan_tf.data import tfds as tfds_images
from infogan_tf.data.factors import load_factors
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.splits import HOLD_OUT_OWN_EVERY
from infogan_tf.errors import SettingError
from tests.conftest import prepare_tfds
from tests.data.archives import prepare_as_tfds

SHAPE = (28, 28, 1)


def load(dataset, source, data_dir, **changes):
    return load_images(ImageRequest(dataset, None, source, data_dir, **{"image_shape": SHAPE, **changes}))


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(404)

        def log_message(self, *_):
            """Keeps the test's output clean."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    """Where TFDS looks when no folder is given, and a host that no one answers at."""
    monkeypatch.setattr(tfds_images, "DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("embedded_digits", "default_folder")
def test_auto_takes_the_embedded_digits_without_data_and_network_and_says_so():
    data = load("mnist", "auto", None)
    assert data.source == "embedded"
    assert data.is_fallback
    assert data.reason in data.caption
    assert re.search(r"mnist is not prepared in .*, and http://127.0.0.1:9 gave no answer", data.description)


def test_auto_downloads_where_the_host_answers(tmp_path, server, monkeypatch):
    monkeypatch.setattr(tfds_images, "DOWNLOAD_HOST", server)
    patch = pytest.MonkeyPatch()

    def download(_):  # The one part that needs the world outside: MNIST's own files.
        patch.undo()
        prepare_as_tfds("mnist", tmp_path, 20)

    patch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", download)
    data = load("mnist", "auto", str(tmp_path))
    assert data.reason.startswith(f"downloaded to {tmp_path}")
    assert (data.source, len(data.training)) == ("tfds", 20)


@pytest.mark.usefixtures("default_folder")
def test_failed_download_is_reported_and_falls_back(server, monkeypatch):
    def fail(builder):
        raise ConnectionError("the host hung up\nand more")

    monkeypatch.setattr(tfds_images, "DOWNLOAD_HOST", server)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    data = load("mnist", "auto", None)
    assert data.source == "embedded"
    assert "the download failed (ConnectionError: the host hung up)" in data.description


@pytest.mark.parametrize("file", ["*.tfrecord*", "dataset_info.json"])
def test_damaged_prepared_data_is_reported_and_falls_back_only_if_allowed(
    default_folder, random_images, monkeypatch, file
):
    prepare_tfds(default_folder, random_images(50))
    (damaged,) = (default_folder / "tiny_digits" / "1.0.0").glob(file)
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    refused = r"data_dir: expected whole files of a prepared data set, got .*tiny_digits.* \("
    with pytest.raises(SettingError, match=refused):
        load("tiny_digits", "auto", None)
    monkeypatch.setitem(sources.SOURCES, "tiny_digits", ("tfds", "embedded"))
    data = load("tiny_digits", "auto", None)
    assert data.source == "embedded"
    assert "tiny_digits is damaged: " in data.reason
    with pytest.raises(SettingError, match=refused):
        load("tiny_digits", "auto", str(default_folder))


@pytest.mark.parametrize(
    ("dataset", "source", "is_given"),
    [("mnist", "tfds", False), ("fashion_mnist", "auto", False), ("mnist", "auto", True)],
)
def test_refuses_where_nothing_is_prepared_or_embedded(default_folder, dataset, source, is_given):
    name = "data_dir" if is_given else "dataset"
    expected = rf"^{name}: expected data prepared in .*, or a network .* got {dataset}: not prepared in"
    with pytest.raises(SettingError, match=expected):
        load(dataset, source, str(default_folder) if is_given else None)


def test_host_that_accepts_and_stays_silent_is_given_up_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        assert not tfds_images.host_answers(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        assert time.monotonic() - start < 2


def test_embedded_digits_are_those_of_every_release_and_the_held_out_part_is_even(embedded_digits):
    (digit,) = load_factors(embedded_digits)
    assert (digit.name, digit.kind, digit.class_names) == ("label", "class", tuple("0123456789"))
    np.testing.assert_array_equal(digit.training, np.repeat(range(10), 400))
    np.testing.assert_array_equal(digit.held_out, np.repeat(range(10), 100))
    assert embedded_digits.description.endswith("4,000 training and 1,000 held-out images (as requested)")
    assert embedded_digits.caption == "MNIST digits embedded in infogan_tf, 4,000 images"
    assert embedded_digits.fingerprint().startswith("a4de8aef91b3e0f5"), "runs of every release resume"
    assert embedded_digits.held_out_fingerprint.startswith("fb8e189a3c37b5f9")


@pytest.mark.parametrize(("size", "channels", "expected"), [(16, 3, (16, 16, 3)), (32, None, (32, 32, 1))])
def test_embedded_digits_are_resized(size, channels, expected, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    data = load("mnist", "embedded", None, image_shape=None, image_size=size, channels=channels)
    assert data.training.shape == (4000, *expected)


def test_validation_takes_every_sixth_training_image(embedded_digits):
    data = load("mnist", "embedded", None, held_out="validation")
    is_held_out = np.arange(4000) % 6 == 5
    np.testing.assert_array_equal(data.held_out, embedded_digits.training[is_held_out])
    np.testing.assert_array_equal(data.training, embedded_digits.training[~is_held_out])
    assert data.name == "MNIST digits embedded in infogan_tf without its validation split"
    assert data.fingerprint() == hashlib.sha256(data.training).hexdigest()
    assert data.held_out_fingerprint == hashlib.sha256(data.held_out).hexdigest()


@pytest.mark.parametrize(("name", "kind"), [("rendered_heads", "ordered"), ("rendered_chairs", "angle")])
def test_rendered_images_are_made_once_with_the_factors_that_they_were_rendered_with(name, kind, monkeypatch):
    monkeypatch.setattr(sources, "NUM_RENDERED", 30)
    draw, names = sources.RENDERERS[name]
    drawn = [draw(np.random.default_rng([0, index]), 32) for index in range(30)]
    images, labels = map(np.stack, zip(*drawn, strict=True))
    is_held_out = np.arange(30) % 10 == 9
    for _ in range(2):
        data = load_images(ImageRequest(name, image_shape=(32, 32, 1)))
        np.testing.assert_array_equal(data.training, images[~is_held_out])
        np.testing.assert_array_equal(data.held_out, images[is_held_out])
        monkeypatch.setattr(sources, "RENDERERS", dict.fromkeys(sources.RENDERERS))  # None can be drawn.
    assert "27 training and 3 held-out images (not the paper's, but with every factor known" in data.description
    factors = load_factors(data)
    assert [factor.name for factor in factors] == list(names)
    assert factors[0].kind == kind
    np.testing.assert_array_equal(factors[0].held_out, labels[is_held_out, 0])


def test_rendered_images_get_the_size_and_channels_that_are_asked_for(monkeypatch):
    monkeypatch.setattr(sources, "NUM_RENDERED", 3)
    gray, color = (load_images(ImageRequest("rendered_heads", image_size=16, channels=some)) for some in (None, 3))
    assert gray.image_shape == (16, 16, 1)
    np.testing.assert_array_equal(color.training, gray.training.repeat(3, axis=-1))


HEADS = {"dataset": "rendered_heads"}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"data_source": "rendered"},
            "data_source: expected tfds, embedded or auto with --dataset=mnist, got rendered",
        ),
        ({"data_source": "embedded", "dataset": "dsprites"}, "data_source: expected tfds, rendered or auto with --d"),
        ({"data_source": "embedded", "dataset": "coco"}, "data_source: expected tfds or auto with --dataset=coco, got"),
        (HEADS | {"data_source": "embedded"}, "data_source: expected rendered or auto with --dataset=rendered_h"),
        (HEADS | {"data_source": "tfds"}, "data_source: expected rendered or auto with --dataset=rendered_heads, got"),
        (HEADS | {"data_dir": "data"}, "data_dir: expected auto where rendered_heads is rendered, got data"),
        (HEADS | {"image_shape": (32, 32, 3)}, "dataset: expected a data set with color images, got rendered_heads"),
        ({"data_dir": __file__}, f"data_dir: expected a folder, got {__file__}, which is a file"),
    ],
)
def test_refuses_a_source_that_does_not_fit(settings, text):
    with pytest.raises(SettingError, match=text):
        load_images(ImageRequest(**settings))


def test_so_many_images_are_rendered_that_d_sees_them_as_they_are():
    training = sources.NUM_RENDERED - sources.NUM_RENDERED // HOLD_OUT_OWN_EVERY
    assert AUGMENTATIONS["photographs_without_flips"].default_max_shift(training, 32) == 0
