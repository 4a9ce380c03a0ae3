"""Each in a real process, most beside a stand-in for TensorFlow."""

import os
import subprocess
import sys

import pytest

REMARK = b"I0000 00:00:17 1 port.cc:153] oneDNN custom operations are on. You may see slightly different results.\n"
HEADER = b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
OTHER = b"I0000 00:00:17 1 cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.\n"


def run(code, folder=None, **variables):
    names = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS")
    environment = {name: value for name, value in os.environ.items() if name not in names} | variables
    if folder is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(folder), *sys.path])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=240, check=False)


@pytest.fixture
def stand_in(tmp_path):
    """Makes a `tensorflow` that says something to stderr, below Python, and then runs some code."""

    def make(said, code=""):
        (tmp_path / "tensorflow.py").write_text(f"import os\n{said!r} and os.write(2, {said!r})\n{code}")
        return tmp_path

    return make


SHOW = "import os, infogan_tf; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'), os.environ['KERAS_BACKEND'], end='')"


def test_onednn_is_turned_on_unless_the_user_decided_or_it_would_come_too_late(stand_in):
    assert run(SHOW).stdout == b"1 tensorflow"
    assert run(SHOW, TF_ENABLE_ONEDNN_OPTS="0").stdout == b"0 tensorflow"
    late = run(f"import tensorflow; {SHOW}", stand_in(REMARK))
    assert (late.stdout, late.stderr) == (b"None tensorflow", REMARK)


@pytest.mark.parametrize(("said", "shown"), [(HEADER + REMARK, b""), (HEADER + REMARK + OTHER, HEADER + OTHER)])
def test_only_the_message_about_onednn_is_dropped(stand_in, said, shown):
    result = run("import infogan_tf, tensorflow; print(tensorflow.__name__)", stand_in(said))
    assert (result.stdout, result.stderr) == (b"tensorflow\n", shown)


def test_all_is_shown_if_tensorflow_can_not_be_loaded(stand_in):
    result = run("import infogan_tf, tensorflow", stand_in(HEADER + REMARK, "raise ImportError('broken')"))
    assert result.returncode == 1
    assert REMARK in result.stderr
    assert result.stderr.endswith(b"ImportError: broken\n")


def test_a_user_who_turned_onednn_on_sees_the_message(stand_in):
    result = run("import infogan_tf, tensorflow", stand_in(REMARK), TF_ENABLE_ONEDNN_OPTS="1")
    assert result.stderr == REMARK


def test_works_with_stderr_closed(stand_in):
    code = "import os; os.close(2); import infogan_tf, tensorflow; print('works')"
    assert run(code, stand_in(b"", "")).stdout == b"works\n"


def test_the_real_tensorflow_is_loaded_with_onednn_and_without_the_message():
    code = (
        "import infogan_tf, tensorflow as tf\nfrom infogan_tf.backend import onednn_is_on\n"
        "tf.config.list_logical_devices(); print(onednn_is_on(), tf.__spec__.name)"
    )
    result = run(code)
    assert result.stdout == b"True tensorflow\n", result.stderr
    assert b"oneDNN" not in result.stderr


def test_another_backend_of_keras_is_replaced_with_a_warning_in_one_line():
    result = run(SHOW, KERAS_BACKEND="jax")
    assert result.stdout == b"1 tensorflow"
    assert result.stderr == (
        b"infogan_tf:0: UserWarning: KERAS_BACKEND=jax is replaced by tensorflow, the only backend that infogan_tf "
        b"runs on\n"
    )


def test_keras_loaded_with_another_backend_is_refused(tmp_path):
    (tmp_path / "keras.py").write_text("class backend:\n    backend = staticmethod(lambda: 'jax')\n")
    result = run("import keras, infogan_tf", tmp_path)
    assert result.returncode == 1
    assert result.stderr.endswith(
        b"ImportError: Keras is already loaded with the backend jax, expected tensorflow: import infogan_tf before "
        b"keras, or set KERAS_BACKEND=tensorflow\n"
    )
