"""What the tests share."""

import gc
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import infogan_tf  # noqa: F401 - before TensorFlow, which reads only while it is loaded that oneDNN is to be on.
from tests import processes
from tests.launchers import forked
from tests.small_networks import small_experiment

collect_ignore = ["two_devices.py"]  # It sets up devices for its whole process.
ROOT = Path(__file__).parent.parent
MNIST_LAUNCHER = ROOT / "launchers" / "run_mnist_exp.py"
WAIT_SECONDS = 60  # For what a page shows: a busy machine may be as slow.
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True, scope="session")
def _children_inherit_no_ignored_signals():
    processes.keep_ignored_signals_to_ourselves()


@pytest.fixture(autouse=True, scope="session")
def cache_folder(tmp_path_factory):
    """Keeps decoded images apart from the user's own."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    return folder


@pytest.fixture(autouse=True)
def _fresh_keras():
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_of_a_module():
    """Frees models, which hold themselves through their layers and functions, before the next module makes its own."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def embedded_digits():
    """The digits in the package, decoded once."""
    from infogan_tf.data.sources import ImageRequest, load_images

    return load_images(ImageRequest(data_source="embedded", image_shape=(28, 28, 1)))


@pytest.fixture(scope="session")
def small_model():
    """An untrained MNIST model of small networks; tests must leave it as it is."""
    from infogan_tf.build_model import build_model
    from infogan_tf.config import Config

    with small_experiment():
        return build_model(Config(seed=1))


@pytest.fixture(scope="module")
def small_networks():
    """Makes all models of a module of small networks."""
    with small_experiment():
        yield


@pytest.fixture(scope="session")
def launchers(cache_folder):
    """Runs launchers for one loading of TensorFlow."""
    return forked.Launchers()


@pytest.fixture(scope="module")
def browser():
    """Playwright's own Chromium (`playwright install chromium`), or the system's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
    path = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    playwright.expect.set_options(timeout=WAIT_SECONDS * 1000)
    with playwright.sync_playwright() as started:
        try:
            # Chromium's sandbox can't be had as root, as in a container.
            browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"needs Chromium: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


def prepare_tfds(data_dir, images, labels=None, name="tiny_digits", splits=(("train", 1.0),)):
    """Writes a real TFDS data set of the given images; `splits` are (name, share)."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    labels = np.zeros(len(images), np.int64) if labels is None else labels
    features = {
        "image": tfds.features.Image(shape=images.shape[1:], dtype=images.dtype),
        "label": tfds.features.ClassLabel(num_classes=10),
    }
    parts, start = {}, 0
    for split, share in splits:
        stop = start + round(share * len(images))
        examples = {"image": images[start:stop], "label": labels[start:stop]}
        parts[split] = tf.data.Dataset.from_tensor_slices(examples)
        start = stop
    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version="1.0.0",
        features=tfds.features.FeaturesDict(features),
        split_datasets=parts,
        data_dir=str(data_dir),
        disable_shuffling=True,
    )


@pytest.fixture
def random_images():
    """Makes uint8 images of noise, for tests that only count them."""

    def make(number, shape=(28, 28, 1), seed=0):
        return np.random.default_rng(seed).integers(0, 256, (number, *shape), np.uint8)

    return make
