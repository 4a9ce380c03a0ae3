"""The precision in which the processor multiplies while it trains: of float32 numbers, or of bfloat16 ones."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from infogan_tf.backend import ONEDNN_VARIABLE, onednn_is_on
from infogan_tf.errors import SettingError

# As Linux names them in /proc/cpuinfo.
BFLOAT16_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}
# A pass of Grappler. It casts what goes into convolutions and matrix products and, unless they are removed from its
# list, the operations around them, whose sums then lose their last digits: a bias' gradient was wrong by a fifth.
BFLOAT16_PASS = "auto_mixed_precision_onednn_bfloat16"
KEPT_IN_FLOAT32 = {
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
    if precision == "bfloat16" and (reason := why_without_bfloat16()):
        raise SettingError("precision", f"float32 {reason}", precision)


def why_without_bfloat16() -> str:
    """Why bfloat16 would not be faster here; empty if it is."""
    if not _processor_flags() & BFLOAT16_INSTRUCTIONS:
        return "without Linux and a processor with AVX512-BF16 or AMX"
    return "" if onednn_is_on() else f"where oneDNN is off ({ONEDNN_VARIABLE})"


@contextlib.contextmanager
def multiplying(precision: str) -> Iterator[None]:
    """Within it, the convolutions and matrix products of TensorFlow's graphs are of numbers of this precision.

    With bfloat16 what they multiply is rounded to 8 significant bits, summed in float32, and rounded again; variables,
    optimizers and everything else stay float32.

    Args:
        precision: `float32` or `bfloat16`.
    """
    if precision == "float32":
        yield
        return
    import tensorflow as tf

    with _environment(KEPT_IN_FLOAT32):
        tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: True})
        try:
            yield
        finally:
            tf.config.optimizer.set_experimental_options({BFLOAT16_PASS: False})


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
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return set(next((line.split(":", 1)[1] for line in lines if line.startswith("flags")), "").split())
