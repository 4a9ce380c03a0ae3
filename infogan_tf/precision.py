"""The precision of convolutions and matrix products in training: float32 or, on some processors, bfloat16."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import tensorflow as tf

from infogan_tf.backend import ONEDNN_VARIABLE, onednn_is_on
from infogan_tf.errors import SettingError

CPUINFO = "/proc/cpuinfo"
# As Linux names them there.
BFLOAT16_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}
# A pass of Grappler. It casts what goes into convolutions and matrix products and, unless they are removed from its
# list, the operations around them, whose sums then lose their last digits: a bias' gradient was wrong by a fifth.
BFLOAT16_PASS = "auto_mixed_precision_onednn_bfloat16"
FLOAT32_ENVIRONMENT = {
    "TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_INFERLIST_REMOVE": "Add,AddN,AddV2,BiasAdd,BiasAddGrad,BiasAddV1,"
    "FusedBatchNormV2,FusedBatchNormV3,FusedBatchNormGradV2,FusedBatchNormGradV3,_FusedBatchNormEx,LeakyRelu,"
    "LeakyReluGrad,Log,Log1p,LogSoftmax,Mean,Mul,Prod,RealDiv,Reciprocal,Rsqrt,Sigmoid,SigmoidGrad,Softmax,Softplus,"
    "SoftplusGrad,Sqrt,Square,SquaredDifference,Sub,Sum,Tanh,TanhGrad"
}


def check_precision(precision: str):
    """Refuses bfloat16 where the processor has no instructions for it, and so would be slow.

    Raises:
        SettingError: naming `precision`.
    """
    if precision == "bfloat16" and (obstacle := bfloat16_obstacle()):
        raise SettingError("precision", f"float32, since {obstacle}", precision)


def bfloat16_obstacle() -> str:
    """Why bfloat16 would not be faster here; empty if it is."""
    if not _processor_flags() & BFLOAT16_INSTRUCTIONS:
        return f"{CPUINFO} of Linux shows neither AVX512-BF16 nor AMX"
    if not onednn_is_on():
        return f"oneDNN is off ({ONEDNN_VARIABLE})"
    return "TensorFlow computes on a GPU" if tf.config.list_physical_devices("GPU") else ""


@contextlib.contextmanager
def product_precision(precision: str) -> Iterator[None]:
    """Within it, the convolutions and matrix products of TensorFlow's graphs are of numbers of this precision.

    With bfloat16 what they multiply is rounded to 8 significant bits, summed in float32, and rounded again; variables,
    optimizers and everything else stay float32.

    Args:
        precision: `float32` or `bfloat16`.
    """
    if precision == "float32":
        yield
        return
    before = tf.config.optimizer.get_experimental_options().get(BFLOAT16_PASS, False)
    with _environment(FLOAT32_ENVIRONMENT):
        tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: True})
        try:
            yield
        finally:
            tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: before})


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _processor_flags() -> set[str]:
    try:
        lines = Path(CPUINFO).read_text().splitlines()
    except OSError:
        return set()
    return set(next((line.split(":", 1)[1] for line in lines if line.startswith("flags")), "").split())
