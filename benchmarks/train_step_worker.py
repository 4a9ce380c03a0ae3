"""One process of `train_step.py`: times rounds of updates with one setting of oneDNN, which TensorFlow reads once.

Its command line has its settings as JSON. It prints on stdout what it has built, and answers each line on stdin
with the seconds of one round.
"""

import dataclasses
import functools
import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from arithmetic import update_flops
from machine import describe_onednn
from plain_keras import PlainInfoGAN
from timing import real_images, show_progress, time_round, warm_up

from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.errors import first_line
from infogan_tf.experiments import presets
from infogan_tf.runtime import bfloat16_obstacle, onednn_is_on, product_precision

Calls = dict[str, Callable[[], Any]]

BEST = presets("mnist")["best"]
OURS = {f"infogan_tf, {update}": Config(update=update) for update in ("alternating", "simultaneous")} | {
    "infogan_tf, preset best": BEST
}
if not bfloat16_obstacle():
    OURS["infogan_tf, preset best, bfloat16"] = dataclasses.replace(BEST, precision="bfloat16")


def main(batch_size: int, threads: int, updates: int, only: list[str], torch: bool, sgemm_size: int):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    show_progress(f"building what is timed with {describe_onednn(onednn_is_on())}")
    contenders, products = _build(real_images(batch_size), threads, only, torch, sgemm_size)
    warm_up(contenders | products)
    packages = ("tensorflow", "keras", *(["torch"] if torch else []))
    built = {
        "onednn": onednn_is_on(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "flops": {name: _flops(name, batch_size) for name in contenders},
        "products": list(products),
    }
    print(json.dumps(built), flush=True)
    for _ in sys.stdin:
        print(json.dumps(time_round(contenders | products, updates)), flush=True)


def _build(images: np.ndarray, threads: int, only: list[str], torch: bool, sgemm_size: int) -> tuple[Calls, Calls]:
    """What is timed, by name: the updates, and the matrix products."""
    builders = {name: functools.partial(_ours, config, images) for name, config in OURS.items()}
    builders["plain Keras"] = functools.partial(_plain_keras, images)
    contenders = {name: build() for name, build in builders.items() if _is_wanted(name, only)}
    products = {"TensorFlow": _tensorflow_product(sgemm_size)}
    if torch:
        contenders |= _torch_variants(images, threads, only)
        products["PyTorch"] = _torch_product(sgemm_size)
    if not contenders:
        sys.exit(f"error: flag --only: expected parts of the rows' names, got {','.join(only)}")
    return contenders, products


def _is_wanted(name: str, only: list[str]) -> bool:
    return not only or any(part in name for part in only)


def _flops(name: str, batch_size: int) -> float:
    config = OURS.get(name, Config())
    return update_flops(batch_size, config.update, augmented=config.code_augmentation > 0)


def _ours(config: Config, images: np.ndarray) -> Callable[[], Any]:
    model = build_model(config)
    compile_model(model, config)
    step, batch = tf.function(model.apply_update), tf.constant(images)

    def update() -> list[float]:
        with product_precision(config.precision):
            return [float(value) for value in step(batch).values()]  # As in training, every number is read.

    return update


def _plain_keras(images: np.ndarray) -> Callable[[], Any]:
    model, batch = PlainInfoGAN(), tf.constant(images)
    return functools.partial(_read_update, model, batch)


def _read_update(model: Any, batch: Any) -> list[float]:
    return [float(value) for value in model.train_step(batch).values()]


def _torch_variants(images: np.ndarray, threads: int, only: list[str]) -> Calls:
    import plain_torch
    import torch

    torch.set_num_threads(threads)
    contenders = {}
    for variant in plain_torch.VARIANTS:
        if not _is_wanted(f"PyTorch, {variant}", only):
            continue
        model = plain_torch.TorchInfoGAN(variant)
        batch = torch.tensor(images.transpose(0, 3, 1, 2)).to(memory_format=model.memory_format)
        update = functools.partial(_read_update, model, batch)
        try:
            update()
        except Exception as error:  # torch.compile needs a C++ compiler, and may fail in many ways without.
            print(f"PyTorch, {variant}, does not run here and is left out: {first_line(error)}", file=sys.stderr)
            continue
        contenders[f"PyTorch, {variant}"] = update
    return contenders


def _tensorflow_product(size: int) -> Callable[[], Any]:
    a = tf.random.stateless_normal([size, size], seed=[0, 0])
    product = tf.function(lambda: tf.matmul(a, a)[0, 0])
    return lambda: float(product())


def _torch_product(size: int) -> Callable[[], Any]:
    import torch

    a = torch.randn(size, size)
    return lambda: float((a @ a)[0, 0])


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
