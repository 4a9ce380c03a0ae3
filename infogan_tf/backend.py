"""TensorFlow and Keras, set up as this package needs them, before either is loaded."""

import contextlib
import importlib.machinery
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType

KERAS_VARIABLE = "KERAS_BACKEND"
ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def set_up():
    """Makes TensorFlow the backend of Keras, and turns on TensorFlow's oneDNN kernels unless the user decided.

    Raises:
        ImportError: Keras is already loaded with another backend.
    """
    _choose_keras_backend()
    _turn_on_onednn()


def onednn_is_on() -> bool:
    """Whether TensorFlow computes with oneDNN. Loads TensorFlow."""
    import tensorflow as tf  # noqa: F401 - the next line is a part of it.
    from tensorflow.python.util import _pywrap_util_port

    # There is no public name for this; the variable does not show what TensorFlow chose where it is not set.
    return _pywrap_util_port.IsMklEnabled()


@contextlib.contextmanager
def stderr_held_back(show: Callable[[bytes], bytes] = lambda written: b"") -> Iterator[None]:
    """Suppresses output to stderr, also of native code; all of it is shown if the block raises.

    Args:
        show: maps the output to the part that is shown at the end; by default nothing.
    """
    import tempfile  # Imported here because it is slow, and this module is imported before signals are handled.

    try:
        stderr = os.dup(2)
    except OSError:  # It is closed.
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            show = bytes
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held_back.seek(0)
            os.write(2, show(held_back.read()))


def _choose_keras_backend():
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


def _turn_on_onednn():
    # By itself TensorFlow chooses oneDNN only on processors with AVX512-VNNI, BF16 or AMX, and on all others slower
    # kernels (docs/performance.md). It reads the variable once, while it is loaded: setting it later has no
    # effect.
    if "tensorflow" in sys.modules or ONEDNN_VARIABLE in os.environ:
        return
    os.environ[ONEDNN_VARIABLE] = "1"
    sys.meta_path.insert(0, _TensorFlowFinder())


class _TensorFlowFinder:
    """Finds TensorFlow as Python would, and drops the message about oneDNN that it prints while it is loaded.

    The message comes before TensorFlow reads any log level.
    """

    def find_spec(self, name: str, path=None, target=None) -> importlib.machinery.ModuleSpec | None:
        if name != "tensorflow":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_quietly(module: ModuleType):
                sys.meta_path.remove(self)
                with stderr_held_back(show=_without_onednn_message):
                    load(module)

            spec.loader.exec_module = load_quietly
        return spec


def _without_onednn_message(written: bytes) -> bytes:
    lines = [line for line in written.splitlines(keepends=True) if b"oneDNN custom operations are on" not in line]
    # The logger's own first line.
    is_empty = all(line.startswith(b"WARNING: All log messages before absl::InitializeLog()") for line in lines)
    return b"" if is_empty else b"".join(lines)
