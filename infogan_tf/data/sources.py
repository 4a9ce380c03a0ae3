"""Which images a run gets, and why."""

import os
import threading
import urllib.error
import urllib.request

from infogan_tf.data.embedded import load_embedded
from infogan_tf.data.image_data import ImageData
from infogan_tf.data.tfds_images import ImageShape, download, find_builder, is_prepared, read_images
from infogan_tf.errors import SettingError, first_line

EMBEDDED_DATASET = "mnist"
DOWNLOAD_HOST = "https://storage.googleapis.com"
HOST_TIMEOUT_SECONDS = 4.0


def load_images(dataset: str, data_source: str, data_dir: str | None, image_shape: ImageShape) -> ImageData:
    """Loads the images of a data set from the source that was asked for.

    `auto` takes prepared TFDS data; else downloads, if the host answers within a few seconds; else, for MNIST and
    unless a `data_dir` was given, takes the embedded digits. TFDS itself would retry for minutes on a machine without
    a network.

    Args:
        dataset: a TFDS name.
        data_source: `auto`, `tfds` or `embedded`.
        data_dir: where TFDS keeps prepared data; its own folder when None. Who gives one wants what lies there, or is
            downloaded to it, and nothing else.
        image_shape: (height, width, channels) that the networks take.

    Raises:
        SettingError: the set is unknown, of another shape, or can't be had.
    """
    if data_source == "embedded":
        if dataset != EMBEDDED_DATASET:
            raise SettingError("data_source", f"tfds or auto with --dataset={dataset}", data_source)
        return load_embedded("as asked for")
    data_dir = data_dir and os.path.expanduser(data_dir)
    if data_dir is not None and os.path.isfile(data_dir):
        raise SettingError("data_dir", "a folder", f"{data_dir}, which is a file")
    can_fall_back = data_source == "auto" and dataset == EMBEDDED_DATASET and data_dir is None
    try:
        builder = find_builder(dataset, data_dir, image_shape)
        folder = builder.data_path
        if is_prepared(builder):
            return read_images(builder, f"found prepared in {folder}")
    except SettingError as error:
        is_damaged = error.name == "data_dir"
        if not (can_fall_back and is_damaged):
            raise
        return load_embedded(f"mnist is damaged: {error.got}", is_fallback=True)
    failure = _try_download(builder)
    if failure is None:
        # Looked up anew: only now are its splits known.
        return read_images(find_builder(dataset, data_dir, image_shape), f"downloaded to {folder}")
    problem = f"not prepared in {folder}, and {failure}"
    if can_fall_back:
        return load_embedded(f"mnist is {problem}", is_fallback=True)
    name = "dataset" if data_dir is None else "data_dir"
    raise SettingError(name, f"data prepared in {folder}, or a network to download it", f"{dataset}: {problem}")


def _try_download(builder) -> str | None:
    """Downloads a data set; returns what went wrong, if anything did."""
    if not host_answers(DOWNLOAD_HOST):
        return f"{DOWNLOAD_HOST} gave no answer"
    try:
        download(builder)
    except Exception as error:  # Whatever TFDS or its host raises, the caller says it.
        return f"the download failed ({type(error).__name__}: {first_line(error)})"
    return None


def host_answers(url: str, timeout: float = HOST_TIMEOUT_SECONDS) -> bool:
    """Whether a host answers at all within `timeout` seconds, through a proxy if the environment names one."""
    answers = []
    # The timeout of urlopen leaves out the look-up of the name, which can hang far longer: a thread is left behind.
    thread = threading.Thread(target=lambda: answers.append(_answers(url, timeout)), daemon=True)
    thread.start()
    thread.join(timeout)
    return any(answers)


def _answers(url: str, timeout: float) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=timeout):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
