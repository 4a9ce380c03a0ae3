"""The effect of each fast path: one MNIST update with Keras' own part in its place."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import infogan_tf  # noqa: F401 - turns oneDNN on, unless the user decided, before TensorFlow is loaded.

# isort: split
import keras
import numpy as np
import tensorflow as tf
from absl import app, flags
from machine import describe_onednn, processor
from timing import interleaved, real_images

from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.runtime import onednn_is_on

PLAIN_PARTS = {
    "Dense": ("infogan_tf.networks.layers.Dense", keras.layers.Dense),
    "BatchNorm": (
        "infogan_tf.networks.layers.BatchNorm",
        lambda: keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
    ),
    "Conv2D": ("infogan_tf.networks.layers.Conv2D", keras.layers.Conv2D),
    "Conv2DTranspose": ("infogan_tf.networks.layers.Conv2DTranspose", keras.layers.Conv2DTranspose),
    "FusedAdam": (
        "infogan_tf.build_model.FusedAdam",
        lambda learning_rate: keras.optimizers.Adam(learning_rate, beta_1=0.5, epsilon=1e-8),
    ),
}

flags.DEFINE_integer("batch_size", 128, "Images in a batch.", lower_bound=2, upper_bound=4000)
flags.DEFINE_integer("rounds", 15, "Rounds; the median is taken over them.", lower_bound=1)
flags.DEFINE_multi_enum("part", list(PLAIN_PARTS), list(PLAIN_PARTS), "A fast path to leave out; several may be given.")


def main(_):
    print(f"{processor()}, {describe_onednn(onednn_is_on())}; batch {flags.FLAGS.batch_size}\n", flush=True)
    images = real_images(flags.FLAGS.batch_size)
    contenders = {"all fast paths": _update([], images)}
    contenders |= {f"without {part}": _update([part], images) for part in flags.FLAGS.part}
    if len(flags.FLAGS.part) > 1:
        contenders["without any of them"] = _update(flags.FLAGS.part, images)
    medians = {name: np.median(times) for name, times in interleaved(contenders, flags.FLAGS.rounds, 3).items()}
    print("| one update | ms | costs more |\n| --- | --- | --- |")
    fastest = medians["all fast paths"]
    for name, seconds in medians.items():
        print(f"| {name} | {1e3 * seconds:.1f} | {seconds / fastest - 1:.1%} |")


def _update(replaced: list[str], images: np.ndarray) -> Callable[[], Any]:
    with _plain(replaced):
        config = Config()
        model = build_model(config)
        compile_model(model, config)
    step, batch = tf.function(model.apply_update), tf.constant(images)
    return lambda: [float(value) for value in step(batch).values()]


@contextlib.contextmanager
def _plain(replaced: list[str]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for part in replaced:
            stack.enter_context(mock.patch(*PLAIN_PARTS[part]))
        yield


if __name__ == "__main__":
    app.run(main)
