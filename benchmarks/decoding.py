"""Images a second while a set is prepared: JPEGs by threads and by processes, what is left to the main process, TFDS.

JPEGs are made of smooth random colors and some noise, of the size of CelebA's. CPU time is that of the main process.
What it could receive and write from many cores is measured by processes that sleep instead of decoding.
"""

import os
import tempfile
import time
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from absl import app, flags
from machine import processor
from PIL import Image

from infogan_tf.console import logger
from infogan_tf.data import processes
from infogan_tf.data.cache import Chunk, Decoded, Source, decoded, stored
from infogan_tf.data.image_data import Labels
from infogan_tf.data.image_files import own_images
from infogan_tf.data.preparation import Preparation, cores

SLEEPING = 32

flags.DEFINE_integer("number", 6_000, "JPEGs.", lower_bound=1)
flags.DEFINE_integer("width", 178, "Width of each in pixels; its height is 218/178 of it.", lower_bound=8)
flags.DEFINE_integer("image_size", 64, "To what they are resized.", lower_bound=8)
flags.DEFINE_string("data_dir", None, "Where TFDS keeps MNIST, which is then read and resized, too.")


def write_jpegs(folder: Path):
    rng, width = np.random.default_rng(0), flags.FLAGS.width
    size = width, width * 218 // 178
    for number in range(flags.FLAGS.number):
        colors = Image.fromarray(rng.integers(0, 256, [7, 6, 3], np.uint8)).resize(size, Image.Resampling.BICUBIC)
        noisy = np.asarray(colors) + rng.normal(0, 4, [*size[::-1], 1])
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{number:06d}.jpg", quality=80)


def measure(name: str, number: int, prepare):
    wall, cpu = time.perf_counter(), time.process_time()
    prepare()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"| {name} | {number / wall:,.0f} | {1e6 * cpu / number:,.0f} |", flush=True)


def main(_):
    logger.setLevel("WARNING")
    print(f"{processor()}, {cores()} cores\n\n| | images a second | us of CPU time an image |\n| --- | --- | --- |")
    number, preparation = flags.FLAGS.number, Preparation(flags.FLAGS.image_size, 3, "center")

    def store(kind: str, read):
        stored(Source(kind, "benchmark", preparation, 1, read), source="folder", name="", reason="")

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder + "/cache"
        images = Path(folder, "images")
        images.mkdir()
        write_jpegs(images)
        own = own_images(images)
        for kind, many in (("threads", number + 1), ("processes", 1)):
            processes.MANY = many
            measure(kind, number, lambda kind=kind: store(kind, partial(own.decode, preparation)))
        pixels = np.random.default_rng(0).integers(0, 256, [number, *preparation.image_shape], np.uint8)
        is_held_out = np.arange(number) % 10 == 9
        whole = decoded(pixels, Labels(), is_held_out)
        measure("writing alone", number, lambda: store("writer", lambda: Decoded(number, whole.chunks)))
        processes.cores = lambda: SLEEPING
        asleep = f"__import__('time').sleep(1e-3) or __import__('numpy').ones({preparation.image_shape}, 'uint8')"
        started = SLEEPING * 4 * processes.PART
        images_asleep = processes.in_processes(eval, [asleep] * (number + started), number)
        next(islice(images_asleep, started - 1, None))
        parts = iter(lambda: list(islice(images_asleep, 32)), [])
        chunks = (Chunk(np.array(part), Labels(), np.zeros(len(part), bool)) for part in parts)
        name = f"received from {SLEEPING} processes that sleep 1 ms an image, and written"
        measure(name, number, lambda: store("asleep", lambda: Decoded(number, chunks)))
        measure("list and state of the files", number, lambda: own_images(images).state())
        if flags.FLAGS.data_dir:
            from infogan_tf.data.sources import ImageRequest, load_images

            for size in (28, 32):  # Once before, to load TensorFlow's libraries.
                request = ImageRequest("mnist", data_dir=flags.FLAGS.data_dir, image_size=size)
                measure(f"MNIST of TFDS, {size}x{size}", 70_000, partial(load_images, request))


if __name__ == "__main__":
    app.run(main)
