"""Sources of images: TFDS, a folder, an archive, an .npz file, the embedded digits, or what the package renders."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from infogan_tf.console import logger
from infogan_tf.data.cache import Chunk, Decoded, Source, decoded, stored
from infogan_tf.data.drawn_sprites import CDSPRITES, DSPRITES, Grid
from infogan_tf.data.image_data import ImageData, Labels
from infogan_tf.data.image_files import own_source
from infogan_tf.data.paths import find_images
from infogan_tf.data.preparation import Preparation
from infogan_tf.data.processes import in_processes
from infogan_tf.data.rasterizer import random_picture
from infogan_tf.data.rendered_chairs import CHAIR_FACTORS, random_chair
from infogan_tf.data.rendered_heads import HEAD_FACTORS, random_head
from infogan_tf.data.splits import HOLD_OUT_EVERY, HOLD_OUT_OWN_EVERY, at_random, in_turn
from infogan_tf.data.tfds import describe_channels, find_builder, tfds_source, try_download
from infogan_tf.errors import SettingError, printable
from infogan_tf.files import cache_folder

# Where sets come from that are not in TFDS, or not only: `auto` takes the first, and a second one in its place.
SOURCES = {
    "mnist": ("tfds", "embedded"),
    "dsprites": ("tfds", "rendered"),
    "cdsprites": ("rendered",),
    "rendered_heads": ("rendered",),
    "rendered_chairs": ("rendered",),
}
GRIDS = {"dsprites": DSPRITES, "cdsprites": CDSPRITES}
EMBEDDED_DIGITS = Path(__file__).with_name("mnist_digits.png")  # A row is an image; 500 of each digit, sorted.
RENDERERS = {"rendered_heads": (random_head, HEAD_FACTORS), "rendered_chairs": (random_chair, CHAIR_FACTORS)}
RENDERED_REASON = "not the paper's, but with every factor known"
# With a tenth held out, enough that D sees them as they are: `infogan_tf.augmentation.FEW_IMAGES`.
NUM_RENDERED = 25_000
# To be increased with every change of rendered pixels or labels.
RENDERING_VERSION = 1


@dataclass(frozen=True)
class ImageRequest:
    """Which images to load, where from, and how to prepare them.

    Attributes:
        dataset: a TFDS name or one of `SOURCES`, used unless `images` is given.
        images: a folder of images, an archive of them, or an .npz file.
        data_source: where `dataset` comes from: `auto`, `tfds`, `embedded` or `rendered`.
        data_dir: where TFDS keeps prepared data, if not in its own folder.
        image_shape: (height, width, channels) to which images are cropped and resized; a data set must have its number
            of channels. If it is given, the next two are not used.
        image_size: height and width in pixels.
        channels: 1 (gray), 3 (RGB), or None: 3 if any image is colored; of a data set or .npz file its own number.
        crop: `center` takes the largest centered square of an image, `none` squeezes the whole image into one.
        held_out: `test`, or `validation` for a sixth of the training images in its place.

    >>> ImageRequest(images="photographs", channels=3).image_size
    32
    """

    dataset: str = "mnist"
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
        size, _, channels = self.image_shape or (self.image_size, self.image_size, self.channels)
        return Preparation(size, channels, self.crop)


def load_images(request: ImageRequest) -> ImageData:
    """Loads images from the requested source.

    `auto` renders what the package alone has. Of other sets it takes prepared TFDS data; else downloads, if the host
    answers within a few seconds; else, unless a `data_dir` was given, takes the embedded digits for MNIST and drawn
    sprites for dSprites.

    Raises:
        SettingError: the images are unknown, of another shape, damaged, or not available.

    >>> load_images(ImageRequest(data_source="embedded", image_shape=(28, 28, 1))).training.shape
    (4000, 28, 28, 1)
    """
    if request.images is not None:
        data = _load_own(request)
    else:
        known = SOURCES.get(request.dataset, ("tfds",))
        if request.data_source not in ("auto", *known):
            expected = f"{', '.join(known)} or auto with --dataset={request.dataset}"
            raise SettingError("data_source", expected, request.data_source)
        first, *others = known if request.data_source == "auto" else [request.data_source]
        data = _load_tfds(request, others) if first == "tfds" else LOADERS[first](request, "as requested")
    return _for_validation(data) if request.held_out == "validation" else data


def _for_validation(data: ImageData) -> ImageData:
    """The same set with a sixth of the training images, of MNIST's 10,000, held out in place of the test images."""
    number, labels = len(data.training), data.labels[: len(data.training)]
    is_held_out = at_random(number, 6, labels) if data.is_own else in_turn(number, 6)
    read = partial(decoded, data.training, labels, is_held_out)
    source = Source("validation", data.fingerprint(), None, (data.labels.fingerprint(), data.is_own), read)
    origin = {"source": data.source, "reason": data.reason, "is_fallback": data.is_fallback}
    split = stored(source, name=f"{data.name} without its validation split", **origin)
    return replace(split, skipped=data.skipped, notes=data.notes, white=data.white)


def _load_own(request: ImageRequest) -> ImageData:
    path = find_images(request.images)
    source, reason = own_source(path, request.preparation), f"read from {printable(str(path))}"
    return stored(source, source=source.kind, name=printable(path.resolve().name or str(path)), reason=reason)


def _load_embedded(request: ImageRequest, reason: str, is_fallback: bool = False) -> ImageData:
    preparation = _preparation_of_gray(request, "28x28x1")
    source = Source("embedded", request.dataset, preparation, 1, partial(_read_embedded, preparation))
    name = "MNIST digits embedded in infogan_tf"
    return stored(source, source="embedded", name=name, reason=reason, is_fallback=is_fallback)


def _read_embedded(preparation: Preparation) -> Decoded:
    with Image.open(EMBEDDED_DIGITS) as sheet:
        digits = np.asarray(sheet).reshape(-1, 28, 28, 1)
    images = np.stack([preparation.of_pixels(digit) for digit in digits])
    digit = np.repeat(range(10), len(digits) // 10)
    labels = Labels({"label": digit}, {"label": tuple("0123456789")}, "their order")
    return decoded(images, labels, in_turn(len(images), HOLD_OUT_EVERY))


def _load_rendered(request: ImageRequest, reason: str, is_fallback: bool = False) -> ImageData:
    dataset = request.dataset
    if request.data_dir is not None:
        raise SettingError("data_dir", f"auto where {dataset} is rendered", request.data_dir)
    preparation = _preparation_of_gray(request, "gray images")
    if dataset in GRIDS:
        grid = GRIDS[dataset]
        name, number, read = grid.name, grid.number, partial(_draw, grid, preparation)
    else:
        name, reason = f"{dataset.removeprefix('rendered_')} rendered by infogan_tf", RENDERED_REASON
        number, read = NUM_RENDERED, partial(_render, dataset, preparation)
    source = Source("rendered", dataset, preparation, (number, RENDERING_VERSION), read)
    return stored(source, source="rendered", name=name, reason=reason, is_fallback=is_fallback)


def _draw(grid: Grid, preparation: Preparation) -> Decoded:
    levels = grid.levels()
    is_held_out = in_turn(len(levels), HOLD_OUT_OWN_EVERY)

    def draw(part: slice) -> Chunk:
        images = np.stack([preparation.of_pixels(image) for image in grid.draw(levels[part])])
        columns = zip(grid.values.items(), levels[part].T, strict=True)
        factors = {name: values[column] for (name, values), column in columns}
        return Chunk(images, Labels(factors, grid.class_names, "what each was drawn with"), is_held_out[part])

    return Decoded(len(levels), (draw(slice(start, start + 1024)) for start in range(0, len(levels), 1024)))


def _render(dataset: str, preparation: Preparation) -> Decoded:
    logger.info(f"rendering {NUM_RENDERED:,} images for {dataset}, which are kept in {cache_folder() / 'images'}")
    random_one, names = RENDERERS[dataset]

    def as_chunk(rendered: tuple[np.ndarray, np.ndarray], is_held_out: np.ndarray) -> Chunk:
        image, factors = rendered
        labels = Labels(dict(zip(names, factors[:, None], strict=True)), origin="what each was rendered with")
        return Chunk(image[None].repeat(preparation.channels, axis=-1), labels, is_held_out)

    render = partial(random_picture, random_one, preparation.size)
    rendered = in_processes(render, range(NUM_RENDERED), NUM_RENDERED)
    return Decoded(NUM_RENDERED, map(as_chunk, rendered, in_turn(NUM_RENDERED, HOLD_OUT_OWN_EVERY)[:, None]))


def _preparation_of_gray(request: ImageRequest, images: str) -> Preparation:
    """How gray images are prepared, which stay gray without a choice."""
    if request.image_shape is not None and request.image_shape[-1] != 1:
        raise SettingError("dataset", describe_channels(request.image_shape), f"{request.dataset} with {images}")
    return replace(request.preparation, channels=request.preparation.channels or 1)


def _load_tfds(request: ImageRequest, others: Sequence[str]) -> ImageData:
    """A set of TFDS or, if it is not available and no `data_dir` was given, of the first other source."""
    dataset, data_dir = request.dataset, request.data_dir and os.path.expanduser(request.data_dir)
    if data_dir is not None and os.path.isfile(data_dir):
        raise SettingError("data_dir", "a folder", f"{data_dir}, which is a file")
    fall_back = partial(LOADERS[others[0]], request, is_fallback=True) if others and data_dir is None else None

    def load_prepared(reason: str) -> ImageData:
        source = tfds_source(builder, request.preparation)
        return stored(source, source="tfds", name=f"{builder.info.full_name} from TFDS", reason=reason)

    try:
        builder = find_builder(dataset, data_dir, request.image_shape)
        folder = builder.data_path
        if builder.info.splits:  # It is prepared.
            return load_prepared(f"found prepared in {folder}")
    except SettingError as error:
        if error.name != "data_dir" or not fall_back:  # Other settings are wrong, and no files are damaged.
            raise
        return fall_back(f"{dataset} is damaged: {error.got}")
    failure = try_download(builder)
    if failure is None:
        builder = find_builder(dataset, data_dir, request.image_shape)  # Again, since only now are its splits known.
        return load_prepared(f"downloaded to {folder}")
    problem = f"not prepared in {folder}, and {failure}"
    if fall_back:
        return fall_back(f"{dataset} is {problem}")
    name = "dataset" if data_dir is None else "data_dir"
    raise SettingError(name, f"data prepared in {folder}, or a network to download it", f"{dataset}: {problem}")


LOADERS = {"embedded": _load_embedded, "rendered": _load_rendered}
