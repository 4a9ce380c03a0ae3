"""Small sets in the layouts of well-known archives and of TFDS."""

import shutil

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from infogan_tf.data.sources import ImageRequest, load_images

FORMATS = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}
ATTRIBUTES = ("5_o_Clock_Shadow", "Eyeglasses", "Young")
CHAIRS = ("1a2b3c4d5e6f", "2b6cbad4ba1e9a0645881d7eab1353ba", "ff0c6a9c5a5b")
AZIMUTHS = [0, 58, 116, 174, 232, 290, 348]


def load_own(path, **changes):
    """Images of 16x16, unless other sizes are asked for."""
    return load_images(ImageRequest(images=str(path), **{"image_size": 16, **changes}))


def in_order(data, factor):
    """Values in the order of the images, each of which is brighter than the one before."""
    brightness = np.concatenate([data.training, data.held_out]).mean(axis=(1, 2, 3))
    return np.concatenate([factor.training, factor.held_out])[np.argsort(brightness)]


def pack(folder, ending="zip", whole=True):
    """Packs a folder beside it, with the folder itself as the only thing at its top or without."""
    base = folder.with_name(f"{folder.name}_{'whole' if whole else 'inside'}")
    inside = {"root_dir": folder.parent, "base_dir": folder.name} if whole else {"root_dir": folder}
    return base.parent / shutil.make_archive(str(base), FORMATS[ending], **inside)


def attributes_of(number):
    """The values, 1 or -1, of the image of a number."""
    return [1 if number % divisor == 0 else -1 for divisor in (3, 4, 5)]


def write_celeba(folder, number):
    """`img_align_celeba/` with `list_attr_celeba.txt` beside it, as in CelebA's archive; returns the folder of images.

    Pictures are 178x218 as there, white above and below the centered square, and in it as bright as 5 times their
    number, modulo 256.
    """
    images = folder / "img_align_celeba"
    images.mkdir(parents=True)
    lines = [str(number), " ".join(ATTRIBUTES) + " "]
    for index in range(1, number + 1):
        pixels = np.full([218, 178, 3], 255, np.uint8)
        pixels[20:198] = 5 * index % 256
        Image.fromarray(pixels).save(images / f"{index:06d}.jpg", quality=95)
        lines.append(f"{index:06d}.jpg " + " ".join(f"{value:2d}" for value in attributes_of(index)))
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    return images


def write_chairs(folder, azimuths=AZIMUTHS):
    """`rendered_chairs/<chair>/renders/*.png` as in the archive: 600x600, white, with something dark in the middle.

    It is as bright as its number.
    """
    pixels = np.full([600, 600, 3], 255, np.uint8)
    pixels[200:400, 200:400] = 0
    for chair in CHAIRS:
        renders = folder / chair / "renders"
        renders.mkdir(parents=True)
        views = [(elevation, azimuth) for elevation in (20, 30) for azimuth in azimuths]
        for index, (elevation, azimuth) in enumerate(views):
            name = f"image_{index:03d}_p{elevation:03d}_t{azimuth:03d}_r096.png"
            Image.fromarray(pixels).save(renders / name)
            pixels[200:400, 200:400] += 1
    (folder / "all_chair_names.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    return folder


def prepare_as_tfds(name, data_dir, number):
    """A set of TFDS's own name, version and features, prepared from images that are as bright as their number.

    Classes and numbers are the number of the example, and truth values whether it is divisible by 3.
    """
    builder = tfds.builder(name, data_dir=str(data_dir))
    examples = [_example(builder.info.features, index) for index in range(number)]
    stacked = tf.nest.map_structure(lambda *values: np.stack(values), *examples)
    splits = {split: tf.data.Dataset.from_tensor_slices(stacked) for split in ("train", "test")}
    store_as_tfds(name, data_dir, builder.info.features, splits, str(builder.version))


def store_as_tfds(name, data_dir, features, splits, version="1.0.0"):
    """A TFDS set of features and splits, in the order in which they give examples."""
    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version=version,
        features=tfds.features.FeaturesDict(dict(features)),
        split_datasets=splits,
        data_dir=str(data_dir),
        disable_shuffling=True,
    )


def _example(features, index):
    example = {}
    for name, feature in features.items():
        match feature:
            case tfds.features.FeaturesDict():
                example[name] = _example(feature, index)
            case tfds.features.Image():
                example[name] = np.full(feature.shape, index, np.uint8)
            case tfds.features.ClassLabel():
                example[name] = np.int64(index % feature.num_classes)
            case tfds.features.Text():
                example[name] = str(index)
            case _:
                example[name] = np.array(index % 3 == 0 if feature.np_dtype == np.bool_ else index, feature.np_dtype)
    return example
