"""TensorFlow and Keras as this package needs them: settings, precision, oneDNN, XLA; `startup` is what comes before."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
from keras import config
from tensorflow.python.util import _pywrap_util_port

from infogan_tf.devices import CPUINFO
from infogan_tf.errors import SettingError
from infogan_tf.startup import ONEDNN_VARIABLE, keras_file

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


@contextlib.contextmanager
def keras_settings() -> Iterator[None]:
    """In a function that it decorates, Keras makes layers and variables as the settings of a run mean them.

    They are float32, and images `[batch, height, width, channels]`, whatever `keras.json`, a program or a notebook has
    set; a warning says if another precision does not apply. Afterwards Keras is as it was.
    """
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
    config.set_floatx(floatx)
    config.set_dtype_policy(policy)
    config.set_image_data_format(image_data_format)


def describe_policy(name: str) -> str:
    """A precision other than float32, and where it comes from."""
    return f"{name}, the precision that {keras_file()} or a program has set in Keras"


def onednn_is_on() -> bool:
    """Whether TensorFlow computes with oneDNN."""
    # There is no public name for this; the variable does not show what TensorFlow chose where it is not set.
    return _pywrap_util_port.IsMklEnabled()


def check_precision(precision: str):
    """Refuses, by a SettingError, a precision that would be no faster here than float32."""
    if obstacle := precision_obstacle(precision):
        raise SettingError("precision", f"float32, since {obstacle}", precision)


def precision_obstacle(precision: str) -> str:
    """Why a precision would be no faster here than float32; empty if it is, or of float32."""
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
    """Whether TensorFlow computes on a GPU."""
    return bool(tf.config.get_visible_devices("GPU"))


def describe_precision(precision: str) -> str:
    """What is computed with how many digits, such as `float32 (products in TF32)`."""
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
    before = config.dtype_policy()
    config.set_dtype_policy(network_policy(precision))
    try:
        yield
    finally:
        config.set_dtype_policy(before)


def _has_ampere() -> bool:
    """Whether all GPUs have TF32 and bfloat16, as NVIDIA's from the generation Ampere on."""
    details = map(tf.config.experimental.get_device_details, tf.config.get_visible_devices("GPU"))
    return all(detail.get("compute_capability", (0, 0)) >= (8, 0) for detail in details)


def xla_is_on(setting: str) -> bool:
    """Whether XLA compiles the update, by `Config.xla`; several devices can't exchange gradients in it.

    A GPU spends most of a small update's time on starting operations one by one.
    """
    is_one_device = tf.distribute.get_strategy().num_replicas_in_sync == 1
    return setting == "on" or (setting == "auto" and is_one_device and bool(tf.config.list_logical_devices("GPU")))


@contextlib.contextmanager
def product_precision(precision: str) -> Iterator[None]:
    """Within it, the convolutions and matrix products of a CPU's graphs are of numbers of this precision.

    With bfloat16 what they multiply is rounded to 8 significant bits, summed in float32, and rounded again; variables,
    optimizers and everything else stay float32. On a GPU nothing changes; see `network_precision`.
    """
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
    before = tf.config.optimizer.get_experimental_options().get(FUSING_PASS, True)
    tf.config.optimizer.set_experimental_options({FUSING_PASS: before and "avx512f" in _processor_flags()})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({FUSING_PASS: before})


def _processor_flags() -> set[str]:
    """What instructions the processor has, among other words; empty where the system does not say."""
    return set(Path(CPUINFO).read_text().split()) if os.path.exists(CPUINFO) else set()
