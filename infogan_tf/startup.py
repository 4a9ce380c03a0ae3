"""What has to be decided before TensorFlow and Keras are loaded, and how a command loads them."""

import json
import os
import sys
import warnings
from pathlib import Path

from infogan_tf.errors import SettingError

KERAS_VARIABLE = "KERAS_BACKEND"
ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


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

            from infogan_tf.devices import is_in_cluster, prepare_devices

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


def keras_file() -> Path:
    """The file of Keras' settings; there may be none."""
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"


def _check_keras_file():
    try:
        settings = json.loads(keras_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # There is none, or nothing that Keras would read.
    if (
        not isinstance(settings, dict)
        or settings.get("floatx", "float32") not in ("float16", "float32", "float64")
        or settings.get("image_data_format", "channels_last") not in ("channels_last", "channels_first")
        or not isinstance(settings.get("epsilon", 1e-7), float)
    ):
        raise OSError(f"{keras_file()}: Keras can't use {settings}; if the file is removed, it writes a new one")
