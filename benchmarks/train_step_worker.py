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
import time
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
from infogan_tf.model import UPDATES
from infogan_tf.runtime import onednn_is_on, precision_obstacle, product_precision
from infogan_tf.training.loop import compiled_update

Calls = dict[str, Callable[[], Any]]


def main(
    batch_size: int,
    width: float,
    threads: int,
    updates: int,
    only: list[str],
    torch: bool,
    sgemm_size: int,
    cpu_time: bool,
):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    show_progress(f"building what is timed with {describe_onednn(onednn_is_on())}")
    configs = _configs(width)
    images = real_images(batch_size)
    builders = {name: functools.partial(_ours, config, images) for name, config in configs.items()}
    builders["plain Keras"] = functools.partial(_plain_keras, width, images)
    contenders = {name: build() for name, build in builders.items() if _is_wanted(name, only)}
    products = {"TensorFlow": _tensorflow_product(sgemm_size)}
    if torch:
        contenders |= _torch_variants(width, images, threads, only)
        products["PyTorch"] = _torch_product(sgemm_size)
    if not contenders:
        sys.exit(f"error: flag --only: expected parts of the rows' names, got {','.join(only)}")
    warm_up(contenders | products)
    packages = ("tensorflow", "keras", *(["torch"] if torch else []))
    built = {
        "onednn": onednn_is_on(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "flops": {name: _flops(configs.get(name, Config(width=width)), batch_size) for name in contenders},
        "products": list(products),
    }
    print(json.dumps(built), flush=True)
    clock = time.process_time if cpu_time else time.perf_counter
    for _ in sys.stdin:
        print(json.dumps(time_round(contenders | products, updates, clock)), flush=True)


def _configs(width: float) -> dict[str, Config]:
    """The rows of this package by name, all of one width, whatever that of the presets."""
    best = dataclasses.replace(presets("mnist")["best"], width=width)
    configs = {f"infogan_tf, {update}": Config(width=width, update=update) for update in UPDATES}
    name = f"infogan_tf, preset best of width {width:g}"
    configs[name] = best
    if not precision_obstacle("bfloat16"):
        configs[f"{name}, bfloat16"] = dataclasses.replace(best, precision="bfloat16")
    return configs


def _is_wanted(name: str, only: list[str]) -> bool:
    return not only or any(part in name for part in only)


def _flops(config: Config, batch_size: int) -> float:
    return update_flops(batch_size, config.update, augmented=config.code_augmentation > 0, width=config.width)


def _ours(config: Config, images: np.ndarray) -> Callable[[], Any]:
    model = build_model(config)
    compile_model(model, config)
    (step, _), batch = compiled_update(model), tf.constant(images)

    def update() -> np.ndarray:
        with product_precision(config.precision):
            return step(batch).numpy()  # As in training, every number is read.

    return update


def _plain_keras(width: float, images: np.ndarray) -> Callable[[], Any]:
    model, batch = PlainInfoGAN(width), tf.constant(images)
    return functools.partial(_read_update, model, batch)


def _read_update(model: Any, batch: Any) -> list[float]:
    return [float(value) for value in model.train_step(batch).values()]


def _torch_variants(width: float, images: np.ndarray, threads: int, only: list[str]) -> Calls:
    import plain_torch
    import torch

    torch.set_num_threads(threads)
    contenders = {}
    for variant in plain_torch.VARIANTS:
        if not _is_wanted(f"PyTorch, {variant}", only):
            continue
        model = plain_torch.TorchInfoGAN(variant, width)
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
