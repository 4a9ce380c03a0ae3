"""The devices that a run trains on: made ready before TensorFlow uses any, several joined by a strategy, described."""

import os
import platform
import re
import shutil
import zlib
from pathlib import Path

import tensorflow as tf

from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.interruption import killed_by_signals

CLUSTER_VARIABLE = "TF_CONFIG"
CPUINFO = "/proc/cpuinfo"
NVIDIA_DRIVER = ("/proc/driver/nvidia/version", "/dev/nvidia0")
INSTALL_CUDA = "pip install tensorflow[and-cuda]"


def prepare_devices(devices: str):
    """Makes ready what `devices`, a setting of `Config`, names, which TensorFlow takes only before it uses any device.

    Chosen GPUs take memory as they need it, so that another program finds some beside a run. SettingError if there are
    no such devices, or TensorFlow already uses others.
    """
    gpus, cpu = tf.config.list_physical_devices("GPU"), tf.config.list_physical_devices("CPU")[0]
    kind, _, which = devices.partition(":")
    numbers = [int(number) for number in which.split(",")] if kind == "gpu" else range(len(gpus))
    if missing := [number for number in numbers if number >= len(gpus)]:
        there = ",".join(map(str, range(len(gpus)))) or "none"
        advice = f"; {reason}" if (reason := missing_cuda()) else ""
        raise SettingError(
            "devices", f"GPUs that TensorFlow finds ({there}{advice})", f"gpu:{','.join(map(str, missing))}"
        )
    chosen = [gpus[number] for number in numbers][: {"auto": 1, "cpu": 0}.get(kind)]
    try:
        tf.config.set_visible_devices(chosen, "GPU")
        for gpu in chosen:
            tf.config.experimental.set_memory_growth(gpu, True)
        if kind == "cpu" and which:
            parts = [tf.config.LogicalDeviceConfiguration()] * int(which)
            tf.config.set_logical_device_configuration(cpu, parts)
    except RuntimeError as error:
        if devices != "auto":
            expected = "auto, since this program has used TensorFlow's devices before; a notebook needs a new kernel"
            raise SettingError("devices", expected, devices) from error


def training_strategy(devices: str) -> "tf.distribute.Strategy":
    """What trains on prepared devices: TensorFlow's default strategy on one, else one that joins them.

    Where `TF_CONFIG` names the workers of a cluster, it joins theirs, and waits until all of them are there.
    """
    if is_in_cluster():
        logger.info(f"waiting for all workers that {CLUSTER_VARIABLE} names")
        with killed_by_signals():
            return tf.distribute.MultiWorkerMirroredStrategy()
    gpus, cpus = map(tf.config.list_logical_devices, ("GPU", "CPU"))
    # An earlier run of the same program may have divided the CPU.
    names = [device.name for device in gpus or (cpus if devices.startswith("cpu:") else cpus[:1])]
    if devices == "auto" or len(names) == 1:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(names)


def check_cluster(devices: str, run_folder: str | None, minutes: float | None):
    """Refuses what several workers can't train with, by a SettingError, before they wait for each other."""
    if is_in_cluster():
        if run_folder is None:
            raise SettingError("run_folder", f"a folder that all workers share, with {CLUSTER_VARIABLE}", "auto")
        if devices.startswith("cpu:"):
            raise SettingError("devices", f"cpu with {CLUSTER_VARIABLE}, which gives each worker one", devices)
        if minutes is not None:
            expected = f"auto, and --max_epoch, with {CLUSTER_VARIABLE}, since each worker would measure another speed"
            raise SettingError("minutes", expected, minutes)


def is_in_cluster() -> bool:
    """Whether this process is one of several workers, which `TF_CONFIG` names."""
    return CLUSTER_VARIABLE in os.environ


def is_of_lost_worker(error: Exception) -> bool:
    """Whether TensorFlow raised an error since it waited for another worker of the cluster, which is gone."""
    kinds = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)
    return is_in_cluster() and isinstance(error, kinds)


def all_agree(text: str) -> bool:
    """Whether the workers of a cluster, if there is one, all give the same text; waits for all of them."""
    strategy = tf.distribute.get_strategy()
    if not is_in_cluster():
        return True
    checksum = tf.constant([zlib.crc32(text.encode())], tf.int64)
    checksums = strategy.gather(strategy.experimental_distribute_values_from_function(lambda _: checksum), axis=0)
    return len(set(checksums.numpy())) == 1


def check_batch(batch_size: int, replicas: int):
    """Refuses, by a SettingError, a batch that devices can't divide, or that leaves one a single image to normalize."""
    if batch_size % replicas or batch_size < 2 * replicas:
        expected = f"a multiple of {replicas}, the number of devices, with 2 images or more for each"
        raise SettingError("batch_size", expected, batch_size)


def describe_device() -> str:
    """The kind, number and name of what trains on this machine, such as `CPU, 2 cores (AMD EPYC)`."""
    gpus = tf.config.get_visible_devices("GPU")[: tf.distribute.get_strategy().num_replicas_in_sync]
    if not gpus:
        return f"CPU, {os.cpu_count()} cores ({_processor()})"
    names = {tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus}
    there = len(tf.config.list_physical_devices("GPU"))
    more = f" of {there}; --devices=all trains on all" if len(gpus) < there else ""
    return f"{', '.join(sorted(names))}, {len(gpus)} GPU{'s' if len(gpus) > 1 else ''}{more}"


def missing_cuda() -> str:
    """What to do where an NVIDIA driver is installed, but TensorFlow finds no GPU; empty elsewhere."""
    has_driver = any(map(os.path.exists, NVIDIA_DRIVER)) or shutil.which("nvidia-smi")
    is_hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    if not has_driver or is_hidden or tf.config.list_physical_devices("GPU"):
        return ""
    return f"an NVIDIA driver is installed, but TensorFlow finds no GPU: {INSTALL_CUDA} installs what it needs"


def _processor() -> str:
    text = Path(CPUINFO).read_text() if os.path.exists(CPUINFO) else ""
    name = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return name[1] if name else platform.processor() or platform.machine()
