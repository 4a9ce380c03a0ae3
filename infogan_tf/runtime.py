"""TensorFlow and Keras as this package needs them: the backend and other settings, oneDNN, precision, determinism.

Importing it loads neither; what has to be decided before TensorFlow is loaded, `set_up` decides.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infogan_tf.devices import CPUINFO, is_in_cluster, prepare_devices
from infogan_tf.errors import SettingError

KERAS_VARIABLE = "KERAS_BACKEND"
ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"
# As Linux names them there.
BFLOAT16_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}
# A pass of Grappler. It casts what goes into convolutions and matrix products and, unless they are removed from its
# list, the operations around them, whose sums then lose their last digits: a bias' gradient was wrong by a fifth.
BFLOAT16_PASS = "auto_mixed_precision_onednn_bfloat16"
FLOAT32_VARIABLE = "TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_INFERLIST_REMOVE"
FLOAT32_OPERATIONS = (
    "Add,AddN,AddV2,BiasAdd,BiasAddGrad,BiasAddV1,FusedBatchNormV2,FusedBatchNormV3,FusedBatchNormGradV2,"
    "FusedBatchNormGradV3,_FusedBatchNormEx,LeakyRelu,LeakyReluGrad,Log,Log1p,LogSoftmax,Mean,Mul,Prod,RealDiv,"
    "Reciprocal,Rsqrt,Sigmoid,SigmoidGrad,Softmax,Softplus,SoftplusGrad,Sqrt,Square,SquaredDifference,Sub,Sum,Tanh,"
    "TanhGrad"
)
FUSING_PASS = "remapping"


def set_up():
    """Makes TensorFlow the backend of Keras, and turns on TensorFlow's oneDNN kernels unless the user decided.

    By itself TensorFlow chooses oneDNN only on processors with AVX512-VNNI, BF16 or AMX, and on all others slower
    kernels (docs/performance.md). It reads the variable once, while it is loaded. ImportError if Keras is already
    loaded with another backend.
    """
    keras = sys.modules.get("keras")
    if keras is not None and keras.backend.backend() != "tensorflow":
        raise ImportError(
            f"Keras is already loaded with the backend {keras.backend.backend()}, expected tensorflow: "
            f"import infogan_tf before keras, or set {KERAS_VARIABLE}=tensorflow"
        )
    chosen = os.environ.get(KERAS_VARIABLE, "tensorflow")
    if chosen != "tensorflow":
        # Without a source location, which would add a meaningless line.
        text = f"{KERAS_VARIABLE}={chosen} is replaced by tensorflow, the only backend that infogan_tf runs on"
        warnings.warn_explicit(text, UserWarning, "infogan_tf", 0)
    os.environ[KERAS_VARIABLE] = "tensorflow"
    if "tensorflow" not in sys.modules:
        os.environ.setdefault(ONEDNN_VARIABLE, "1")


def load_tensorflow(devices: str = "auto"):
    """Loads TensorFlow, and makes the devices of this name, without the messages about processors and missing GPUs.

    They look like errors, come before any log level is read, and would hide a command's own output. They are written by
    native code too, so that the file itself is held back. If loading fails, all of them are shown. OSError if it would
    fail because of what is in `keras.json`; SettingError if there are no such devices.
    """
    import tempfile  # Here, since it is slow, and this module is imported before signals are handled.

    _check_keras_file()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    stderr = os.dup(2)
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            import tensorflow as tf

            prepare_devices(devices)
            if not is_in_cluster():  # Of several machines a strategy must make the devices.
                tf.config.list_logical_devices()
        except SettingError:
            raise
        except BaseException:
            held_back.seek(0)
            os.write(stderr, held_back.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextlib.contextmanager
def keras_settings() -> Iterator[None]:
    """In a function that it decorates, Keras makes layers and variables as the settings of a run mean them.

    They are float32, and images `[batch, height, width, channels]`, whatever `keras.json`, a program or a notebook has
    set; a warning says if another precision does not apply. Afterwards Keras is as it was.
    """
    from keras import config

    before = config.floatx(), config.dtype_policy(), config.image_data_format()
    if before[1].name != "float32":
        what = describe_policy(before[1].name)
        warnings.warn(f"{what}, is not used: runs are float32, except for what --precision names", stacklevel=1)
    try:
        set_keras("float32", "float32", "channels_last")
        yield
    finally:
        set_keras(*before)


def set_keras(floatx: str, policy: Any, image_data_format: str):
    """Sets the precision of variables, that of layers, and the axes of images, for all that Keras makes."""
    from keras import config

    config.set_floatx(floatx)
    config.set_dtype_policy(policy)
    config.set_image_data_format(image_data_format)


def describe_policy(name: str) -> str:
    """A precision other than float32, and where it comes from."""
    return f"{name}, the precision that {_keras_file()} or a program has set in Keras"


def _keras_file() -> Path:
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"


def _check_keras_file():
    import json

    try:
        settings = json.loads(_keras_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # There is none, or nothing that Keras would read.
    if (
        not isinstance(settings, dict)
        or settings.get("floatx", "float32") not in ("float16", "float32", "float64")
        or settings.get("image_data_format", "channels_last") not in ("channels_last", "channels_first")
        or not isinstance(settings.get("epsilon", 1e-7), float)
    ):
        raise OSError(f"{_keras_file()}: Keras can't use {settings}; if the file is removed, it writes a new one")


def onednn_is_on() -> bool:
    """Whether TensorFlow computes with oneDNN. Loads TensorFlow."""
    import tensorflow as tf  # noqa: F401 - the next line is a part of it.
    from tensorflow.python.util import _pywrap_util_port

    # There is no public name for this; the variable does not show what TensorFlow chose where it is not set.
    return _pywrap_util_port.IsMklEnabled()


def check_precision(precision: str):
    """Refuses, by a SettingError, a precision that would be no faster here than float32."""
    if obstacle := precision_obstacle(precision):
        raise SettingError("precision", f"float32, since {obstacle}", precision)


def precision_obstacle(precision: str) -> str:
    """Why a precision would be no faster here than float32; empty if it is, or of float32. Loads TensorFlow."""
    if precision == "float32":
        return ""
    if uses_gpu():
        too_old = precision == "bfloat16" and not _has_ampere()
        return "the GPU has a compute capability below 8.0 (NVIDIA Ampere)" if too_old else ""
    if precision == "float16":
        return "TensorFlow computes on a CPU, which is slower with float16"
    if not _processor_flags() & BFLOAT16_INSTRUCTIONS:
        return f"{CPUINFO} of Linux shows neither AVX512-BF16 nor AMX"
    return "" if onednn_is_on() else f"oneDNN is off ({ONEDNN_VARIABLE})"


def uses_gpu() -> bool:
    """Whether TensorFlow computes on a GPU. Loads TensorFlow."""
    import tensorflow as tf

    return bool(tf.config.get_visible_devices("GPU"))


def describe_precision(precision: str) -> str:
    """What is computed with how many digits, such as `float32 (products in TF32)`. Loads TensorFlow."""
    import tensorflow as tf

    if precision == "float32":
        is_tf32 = uses_gpu() and _has_ampere() and tf.config.experimental.tensor_float_32_execution_enabled()
        return "float32 (products in TF32)" if is_tf32 else "float32"
    if uses_gpu():
        return f"{network_policy(precision)}, a policy of Keras: {precision}, but variables and losses of float32"
    return f"convolutions and matrix products of {precision} numbers, summed in float32"


def network_policy(precision: str) -> str:
    """The name of the Keras policy of networks that train: a mixed one on a GPU; a CPU's graphs are changed instead."""
    return f"mixed_{precision}" if uses_gpu() and precision != "float32" else "float32"


@contextlib.contextmanager
def network_precision(precision: str) -> Iterator[None]:
    """Within it, networks are made to compute with this precision in training; their weights are float32."""
    from keras import config

    before = config.dtype_policy()
    config.set_dtype_policy(network_policy(precision))
    try:
        yield
    finally:
        config.set_dtype_policy(before)


def _has_ampere() -> bool:
    """Whether all GPUs have TF32 and bfloat16, as NVIDIA's from the generation Ampere on."""
    import tensorflow as tf

    details = map(tf.config.experimental.get_device_details, tf.config.get_visible_devices("GPU"))
    return all(detail.get("compute_capability", (0, 0)) >= (8, 0) for detail in details)


def xla_is_on(setting: str) -> bool:
    """Whether XLA compiles the update, by `Config.xla`; several devices can't exchange gradients in it.

    A GPU spends most of a small update's time on starting operations one by one. Loads TensorFlow.
    """
    import tensorflow as tf

    is_one_device = tf.distribute.get_strategy().num_replicas_in_sync == 1
    return setting == "on" or (setting == "auto" and is_one_device and bool(tf.config.list_logical_devices("GPU")))


@contextlib.contextmanager
def product_precision(precision: str) -> Iterator[None]:
    """Within it, the convolutions and matrix products of a CPU's graphs are of numbers of this precision.

    With bfloat16 what they multiply is rounded to 8 significant bits, summed in float32, and rounded again; variables,
    optimizers and everything else stay float32. On a GPU nothing changes; see `network_precision`.
    """
    import tensorflow as tf

    if precision == "float32" or uses_gpu():
        yield
        return
    os.environ[FLOAT32_VARIABLE] = FLOAT32_OPERATIONS  # Of no effect without the pass.
    tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: False})


@contextlib.contextmanager
def without_failing_pass() -> Iterator[None]:
    """Within it, TensorFlow's graphs are made without a pass of Grappler that would fail on this processor.

    Without AVX-512 the pass that fuses operations fails for a convolution with a bias before a leaky ReLU, prints an
    error about it, and leaves the graph as it is.
    """
    import tensorflow as tf

    before = tf.config.optimizer.get_experimental_options().get(FUSING_PASS, True)
    tf.config.optimizer.set_experimental_options({FUSING_PASS: before and "avx512f" in _processor_flags()})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({FUSING_PASS: before})


def _processor_flags() -> set[str]:
    """What instructions the processor has, among other words; empty where the system does not say."""
    return set(Path(CPUINFO).read_text().split()) if os.path.exists(CPUINFO) else set()
