"""The processor of a measurement, and which kernels TensorFlow uses on it."""

import os
import platform
from pathlib import Path

ONEDNN_LIMIT = "ONEDNN_MAX_CPU_ISA"


def onednn_limit() -> str | None:
    """The instruction set that oneDNN is limited to, such as AVX2, if the user has set one."""
    return os.environ.get(ONEDNN_LIMIT)


def describe_onednn(is_on: bool) -> str:
    """Such as "oneDNN on, ONEDNN_MAX_CPU_ISA=AVX2"."""
    limit = f", {ONEDNN_LIMIT}={onednn_limit()}" if onednn_limit() else ""
    return f"oneDNN {'on' if is_on else 'off'}{limit}"


def processor() -> str:
    """The processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
