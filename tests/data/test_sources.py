import http.server
import re
import socket
import threading
import time

import numpy as np
import pytest
import tensorflow_datasets as tfds

from infogan_tf.data import sources
from infogan_tf.data.sources import host_answers, load_images
from infogan_tf.errors import SettingError
from tests.conftest import prepare_tfds

SHAPE = (28, 28, 1)


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
    data = load_images("tiny_digits", "auto", str(tmp_path), SHAPE)
    assert data.source == "tfds"
    assert data.reason == f"found prepared in {tmp_path}/tiny_digits/1.0.0"


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    """Where TFDS looks when no folder is given."""
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))
    return tmp_path


def test_auto_takes_the_embedded_digits_without_data_and_network_and_says_so(default_folder, no_network):
    data = load_images("mnist", "auto", None, SHAPE)
    assert data.source == "embedded"
    assert data.is_fallback
    assert data.reason in data.caption
    assert re.search(r"mnist is not prepared in .*, and http://127.0.0.1:9 gave no answer", data.description)


def test_auto_downloads_where_the_host_answers(tmp_path, random_images, server, monkeypatch):
    monkeypatch.setattr(sources, "DOWNLOAD_HOST", server)
    images = random_images(50)
    # The one part that needs the world outside: MNIST's own files.
    monkeypatch.setattr(sources, "download", lambda builder: prepare_tfds(tmp_path, images, name="mnist"))
    monkeypatch.setattr(sources, "read_images", lambda builder, reason: reason)
    assert load_images("mnist", "auto", str(tmp_path), SHAPE).startswith(f"downloaded to {tmp_path}")


def test_failed_download_is_said_and_falls_back(default_folder, server, monkeypatch):
    def fail(builder):
        raise ConnectionError("the host hung up\nand more")

    monkeypatch.setattr(sources, "DOWNLOAD_HOST", server)
    monkeypatch.setattr(sources, "download", fail)
    data = load_images("mnist", "auto", None, SHAPE)
    assert data.source == "embedded"
    assert "the download failed (ConnectionError: the host hung up)" in data.description


@pytest.mark.parametrize("file", ["*.tfrecord*", "dataset_info.json"])
def test_damaged_prepared_data_is_said_and_falls_back_only_if_it_may(default_folder, random_images, monkeypatch, file):
    prepare_tfds(default_folder, random_images(50))
    (damaged,) = (default_folder / "tiny_digits" / "1.0.0").glob(file)
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    refused = r"data_dir: expected whole files of a prepared data set, got .*tiny_digits.* \("
    with pytest.raises(SettingError, match=refused):
        load_images("tiny_digits", "auto", None, SHAPE)
    monkeypatch.setattr(sources, "EMBEDDED_DATASET", "tiny_digits")
    data = load_images("tiny_digits", "auto", None, SHAPE)
    assert data.source == "embedded"
    assert "mnist is damaged: " in data.reason
    with pytest.raises(SettingError, match=refused):
        load_images("tiny_digits", "auto", str(default_folder), SHAPE)


@pytest.mark.parametrize(("dataset", "source"), [("mnist", "tfds"), ("fashion_mnist", "auto")])
def test_refuses_where_there_is_nothing_to_fall_back_on(default_folder, no_network, dataset, source):
    with pytest.raises(SettingError, match=f"dataset: expected data prepared in .* got {dataset}: not prepared in"):
        load_images(dataset, source, None, SHAPE)


@pytest.mark.parametrize("source", ["auto", "tfds"])
def test_refuses_a_data_dir_that_was_given_but_does_not_hold_the_data(tmp_path, no_network, source):
    with pytest.raises(SettingError, match=r"data_dir: expected data prepared in .*, or a network .* got mnist: not"):
        load_images("mnist", source, str(tmp_path), SHAPE)


def test_refuses_embedded_digits_for_another_set():
    with pytest.raises(
        SettingError, match="data_source: expected tfds or auto with --dataset=fashion_mnist, got embed"
    ):
        load_images("fashion_mnist", "embedded", None, SHAPE)


def test_refuses_a_data_dir_that_is_a_file(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingError, match=r"data_dir: expected a folder, got .*, which is a file"):
        load_images("mnist", "auto", str(file), SHAPE)


def test_host_that_answers_whatever_it_says(server):
    assert host_answers(server)


def test_host_that_accepts_and_stays_silent_is_given_up_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        assert not host_answers(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        assert time.monotonic() - start < 2


def test_embedded_digits_are_decoded_once(embedded_digits):
    again = load_images("mnist", "embedded", None, SHAPE)
    np.testing.assert_array_equal(again.training, embedded_digits.training)
