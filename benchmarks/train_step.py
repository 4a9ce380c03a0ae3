"""Times one MNIST update: this package, a plain Keras port and, where it is installed, PyTorch.

All take turns in one process, each round in the same order; the medians are shown. The limit is the speed of a large
float32 matrix product (sgemm) on the same machine.
"""

import functools
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from absl import app, flags
from arithmetic import update_flops
from plain_keras import PlainInfoGAN
from timing import interleaved, real_images

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.base import UPDATES
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.errors import first_line
from infogan_tf.experiments import build_model, compile_model
from infogan_tf.files import write_json

OURS = {f"infogan_tf, {update}": MnistConfig(update=update) for update in UPDATES} | {
    "infogan_tf, preset best": PRESETS["best"]
}
OTHERS = ("plain Keras", "PyTorch")
SGEMM_SIZE = 4096

flags.DEFINE_integer("batch_size", 128, "Images in a batch.", lower_bound=2, upper_bound=4000)
flags.DEFINE_integer("threads", 0, "Threads to compute with; 0 for one on each processor.", lower_bound=0)
flags.DEFINE_integer("rounds", 9, "Rounds; the median is taken over them.", lower_bound=1)
flags.DEFINE_integer("updates", 3, "Updates that are timed in a round, after one that is not.", lower_bound=1)
flags.DEFINE_bool("others", True, "Whether to time the plain Keras port and PyTorch too.")
flags.DEFINE_string("json", None, "A file to write the numbers into.")


def main(_):
    _check_flags()
    threads = flags.FLAGS.threads or os.cpu_count()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    images = real_images(flags.FLAGS.batch_size)
    contenders = {name: _ours(config, images) for name, config in OURS.items()}
    products = {"TensorFlow": _tensorflow_product()}
    if flags.FLAGS.others:
        contenders["plain Keras"] = _plain_keras(images)
        if importlib.util.find_spec("torch"):
            contenders |= _torch_variants(images, threads)
            products["PyTorch"] = _torch_product()
        else:
            print("PyTorch is not installed and is left out (pip install torch)", file=sys.stderr)
    seconds = interleaved(contenders | products, flags.FLAGS.rounds, flags.FLAGS.updates)
    result = _result(seconds, list(contenders), list(products), threads)
    print(_table(result))
    if flags.FLAGS.json:
        write_json(Path(flags.FLAGS.json), result)


def _check_flags():
    path = flags.FLAGS.json
    if path and (Path(path).is_dir() or not Path(path).absolute().parent.is_dir()):
        sys.exit(f"error: flag --json: expected a file in a folder that is there, got {path}")


def _ours(config: MnistConfig, images: np.ndarray) -> Callable[[], Any]:
    model = build_model(config)
    compile_model(model, config)
    step, batch = tf.function(model.apply_update), tf.constant(images)
    # As in training, every number is read.
    return lambda: [float(value) for value in step(batch).values()]


def _plain_keras(images: np.ndarray) -> Callable[[], Any]:
    model, batch = PlainInfoGAN(), tf.constant(images)
    return functools.partial(_read_update, model, batch)


def _read_update(model: Any, batch: Any) -> list[float]:
    return [float(value) for value in model.train_step(batch).values()]


def _torch_variants(images: np.ndarray, threads: int) -> dict[str, Callable[[], Any]]:
    import plain_torch
    import torch

    torch.set_num_threads(threads)
    contenders = {}
    for variant in plain_torch.VARIANTS:
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


def _tensorflow_product() -> Callable[[], Any]:
    a = tf.random.stateless_normal([SGEMM_SIZE, SGEMM_SIZE], seed=[0, 0])
    product = tf.function(lambda: tf.matmul(a, a)[0, 0])
    return lambda: float(product())


def _torch_product() -> Callable[[], Any]:
    import torch

    a = torch.randn(SGEMM_SIZE, SGEMM_SIZE)
    return lambda: float((a @ a)[0, 0])


def _result(seconds: dict[str, list[float]], contenders: list[str], products: list[str], threads: int) -> dict:
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    sgemm = {name: 2 * SGEMM_SIZE**3 / medians[name] / 1e9 for name in products}
    limit = max(sgemm.values())
    reference = medians[next(iter(OURS))]
    rows = []
    for name in contenders:
        config = OURS.get(name, MnistConfig())
        flops = update_flops(flags.FLAGS.batch_size, config.update, deformed=config.deformation > 0)
        gflops = flops / medians[name] / 1e9
        rows.append(
            {
                "name": name,
                "ms_per_update": 1e3 * medians[name],
                "ms_of_each_round": [round(1e3 * value, 3) for value in seconds[name]],
                "relative_to_ours": medians[name] / reference,
                "gflops": gflops,
                "share_of_sgemm": gflops / limit,
            }
        )
    packages = ("tensorflow", "keras", *(["torch"] if "PyTorch" in products else []))
    return {
        "machine": {"processor": _processor(), "threads": threads},
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "batch_size": flags.FLAGS.batch_size,
        "rounds": flags.FLAGS.rounds,
        "updates_per_round": flags.FLAGS.updates,
        "sgemm_gflops": sgemm,
        "contenders": rows,
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _table(result: dict) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    sgemm = ", ".join(f"{name} {speed:.0f} GFLOP/s" for name, speed in result["sgemm_gflops"].items())
    machine = result["machine"]
    lines = [
        f"{machine['processor']}, {machine['threads']} threads; {versions}; batch {result['batch_size']}, "
        f"medians of {result['rounds']} rounds of {result['updates_per_round']} updates",
        f"large sgemm: {sgemm}",
        "",
        "| one update | ms | times infogan_tf's | GFLOP/s | share of sgemm |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in result["contenders"]:
        lines.append(
            f"| {row['name']} | {row['ms_per_update']:.1f} | {row['relative_to_ours']:.2f} | {row['gflops']:.0f} "
            f"| {row['share_of_sgemm']:.0%} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    app.run(main)
