"""Flags and errors of a launcher, each in a real process."""

import dataclasses
import importlib.metadata
import json
import os
import shlex
import subprocess
import sys

import pytest

from infogan_tf.config import Config
from infogan_tf.interruption import SIGNALS
from tests.conftest import MNIST_LAUNCHER

BAD_FLAGS = {
    "--batch_size=0": "flag --batch_size=0: expected an integer >= 2, got '0'",
    "--batch_size=many": "flag --batch_size=many: expected an integer >= 2, got 'many'",
    "--max_epoch=-3": "flag --max_epoch=-3: expected an integer >= 1, got '-3'",
    "--updates_per_epoch=1.5": "flag --updates_per_epoch=1.5: expected an integer >= 1, got '1.5'",
    "--snapshot_interval=0": "flag --snapshot_interval=0: expected an integer >= 1",
    "--summary_interval=0": "flag --summary_interval=0: expected an integer >= 1",
    "--sample_interval=0": "flag --sample_interval=0: expected an integer >= 1",
    "--generator_learning_rate=fast": "flag --generator_learning_rate=fast: expected a number > 0, got 'fast'",
    "--discriminator_learning_rate=nan": "flag --discriminator_learning_rate=nan: expected a number > 0",
    "--info_reg_coeff=-1": "flag --info_reg_coeff=-1: expected a number >= 0, got '-1'",
    "--leaky_slope=inf": "flag --leaky_slope=inf: expected a number >= 0, got 'inf'",
    "--min_std=1e-300": "flag --min_std=1e-300: expected a number > 0, got '1e-300'",
    "--min_std=0": "flag --min_std=0: expected a number > 0, got '0'",
    "--posterior_std=wide": "flag --posterior_std=wide: expected one of learned, fixed, got 'wide'",
    "--codes=categorical(10), 2*unifrm": "expected codes such as categorical(10), 2*uniform@0.1, each "
    "[name=][count*]kind[(numbers)][@weight], got the unknown kind 'unifrm' (known: categorical, uniform, gaussian, "
    "circular, bernoulli) in term 2 of 2, '2*unifrm'",
    "--seed=-1": "flag --seed=-1: expected an integer from 0 to 2147483647, got '-1'",
    "--max_shift=99": "flag --max_shift=99: expected an integer from 0 to 16, or auto",
    "--preset=worst": "flag --preset=worst: expected one of best, paper, original, got 'worst'",
    "--data_source=web": "flag --data_source=web: expected one of auto, tfds, embedded, rendered, got 'web'",
    "--dataset=": "flag --dataset=: expected a non-empty UTF-8 text, or auto (none, which needs --images), got ''",
    "--data_dir=": "flag --data_dir=: expected a non-empty UTF-8 text, or auto (TFDS's own folder), got ''",
    "--run_folder=": "flag --run_folder=: expected a non-empty UTF-8 text, or auto",
    "--bach_size=3": "Unknown command line flag 'bach_size'. Did you mean: batch_size ?",
    "stray": "expected flags only, such as --batch_size=128, got stray",
}


@pytest.mark.parametrize("flag", BAD_FLAGS)
def test_bad_flag_ends_with_one_clear_line_and_leaves_nothing(run_mnist, tmp_path, flag):
    result = run_mnist(flag, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert BAD_FLAGS[flag] in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())


def test_help_documents_every_setting(run_mnist):

    result = run_mnist("--help")
    assert result.returncode == 0
    assert "Trains InfoGAN on MNIST" in result.stdout
    text = " ".join(result.stdout.split())
    for field in dataclasses.fields(Config)[1:]:
        assert f"--{field.name}: {' '.join(field.metadata['help'].split())}" in text
    assert "(default: 'categorical(10), 2*uniform@0.1')" in text


# The launcher, but for TensorFlow, which is not loaded, and for what it does.
LAUNCH = (
    "import json, os, signal, sys, time\n"
    "from infogan_tf.experiments import presets\n"
    "from infogan_tf import errors\nfrom infogan_tf.cli import command as launching\n"
    "def do(config):\n    {do}\n"
    "launching._load_tensorflow = lambda: None; launching.launch(presets('mnist'), do)"
)


def launch(*flags, do="print(config)", **kwargs):
    command = [sys.executable, "-c", LAUNCH.replace("{do}", do), *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, **kwargs)


def test_flags_win_over_the_preset():
    out = launch("--preset=original", "--leaky_slope=0.2", "--codes=2*uniform", "--max_shift=auto").stdout
    assert "leaky_slope=0.2" in out
    assert "posterior_std='fixed'" in out
    assert "codes='2*uniform'" in out
    assert "max_shift=None" in out


@pytest.fixture
def recorded(tmp_path):
    """The folder of a run with settings of its own, as far as they are read before TensorFlow is loaded."""
    settings = Config(batch_size=64, leaky_slope=0.3, max_epoch=7, codes="categorical(10), 2*uniform@0.5").to_dict()
    (tmp_path / "config.json").write_text(json.dumps({"settings": settings}))
    return tmp_path


SHOW = "print(json.dumps([config.run_folder, config.batch_size, config.leaky_slope, config.max_epoch]))"


def test_a_run_folder_alone_resumes_with_its_settings_and_flags_beside_it_win(recorded):
    flag = f"--run_folder={recorded}"
    assert json.loads(launch(flag, do=SHOW).stdout) == [str(recorded), 64, 0.3, 7]
    assert json.loads(launch(flag, "--max_epoch=9", do=SHOW).stdout) == [str(recorded), 64, 0.3, 9]
    assert json.loads(launch(flag, "--preset=original", do=SHOW).stdout) == [str(recorded), 128, 0.01, 50]


@pytest.mark.parametrize("text", ["", "[]", '{"experiment": "mnist"}', '{"experiment": "mnist", "settings": null}'])
def test_a_folder_without_settings_is_refused_later_with_a_reason(recorded, text):
    (recorded / "config.json").write_text(text)
    assert json.loads(launch(f"--run_folder={recorded}", do=SHOW).stdout) == [str(recorded), 128, 0.1, 50]


def test_version_is_printed_without_loading_tensorflow(run_mnist):
    versions = [importlib.metadata.version(name) for name in ("infogan_tf", "tensorflow", "keras")]
    expected = "infogan_tf {} (TensorFlow {}, Keras {}, Python {})\n".format(*versions, sys.version.split()[0])
    result = run_mnist("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


def shell(command, **variables):
    """Runs the launcher, called `launch` in the command, in a real shell."""
    functions = f'launch() {{ {shlex.quote(sys.executable)} {shlex.quote(str(MNIST_LAUNCHER))} "$@"; }}\n'
    environment = os.environ | variables
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", functions + command], capture_output=True, env=environment, check=False
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_stdout_during_help_is_no_error(unbuffered):
    for reader in ("head -1", "true"):
        result = shell(f"launch --help | {reader}", PYTHONUNBUFFERED=unbuffered)
        assert (result.returncode, result.stderr) == (0, b"")


def test_closed_full_and_ascii_streams():
    assert shell("launch --version >&-").returncode == 0
    assert shell("launch --bad >&- 2>&-").returncode == 2
    full = shell("launch --help > /dev/full")
    assert (full.returncode, full.stderr) == (1, b"error: disk full ([Errno 28] No space left on device)\n")
    ascii_only = shell("launch --max_epoch=\u00f6", PYTHONIOENCODING="ascii")
    assert b"flag --max_epoch=\\xf6: expected" in ascii_only.stderr
    shown = launch("--run_folder=\u00e9", do="print(config.run_folder)", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert (shown.returncode, shown.stdout) == (0, "\\xe9\n")


def test_a_path_that_is_not_utf8_is_refused():
    result = shell("launch --run_folder=$'b\\xff'")
    assert result.returncode == 2
    assert result.stderr.startswith(b"error: flag --run_folder=b\\udcff: expected a non-empty UTF-8 text, or auto")


ERRORS = {
    "raise errors.SettingError('seed', 'a', 'b')": (2, "error: flag --seed: expected a, got b\n"),
    "raise errors.RunNotFoundError('run_folder: none')": (2, "error: flag --run_folder: none\n"),
    "raise errors.TrainingError('no\u00fc')": (1, "error: no\u00fc\n"),
    "raise OSError(28, 'No space left on device')": (1, "error: disk full ([Errno 28] No space left on device)\n"),
    "raise MemoryError": (1, "error: out of memory (MemoryError); a smaller --batch_size may help\n"),
    "raise RuntimeError('OOM when allocating tensor')": (
        1,
        "error: out of memory (OOM when allocating tensor); a smaller --batch_size may help\n",
    ),
    "import warnings; warnings.warn('look')": (0, "warning: look\n"),
}


@pytest.mark.parametrize("do", ERRORS)
def test_an_error_ends_with_one_line_and_its_status(do):
    result = launch(do=do)
    assert (result.returncode, result.stderr) == ERRORS[do]


def test_a_bug_in_the_program_keeps_its_traceback():
    result = launch(do="raise RuntimeError('a bug')")
    assert result.returncode == 1
    assert result.stderr.endswith("RuntimeError: a bug\n")


def test_a_signal_at_work_ends_with_one_line_after_partial_files_are_removed(tmp_path):
    do = (
        "from infogan_tf.files import write_atomically; from pathlib import Path\n"
        "    def write(path):\n        path.write_text('half'); os.kill(os.getpid(), signal.{}); time.sleep(60)\n"
        "    write_atomically(Path('result'), write)"
    )
    for number, word in SIGNALS.items():
        result = launch(do=do.format(number.name), cwd=tmp_path)
        assert (result.returncode, result.stderr) == (128 + number, f"{word}; start the same command again\n")
        assert not list(tmp_path.iterdir())


def test_an_aborted_training_reports_what_is_left():
    do = (
        "from infogan_tf.interruption import StopRequest\n"
        "    with StopRequest(lambda: 'there is no earlier checkpoint'):\n"
        "        os.kill(os.getpid(), signal.SIGINT); time.sleep(1.1); os.kill(os.getpid(), signal.SIGINT)"
    )
    result = launch(do=do)
    assert result.returncode == 130
    assert result.stderr == "interrupted; aborted without saving; there is no earlier checkpoint\n"


@pytest.mark.parametrize("launcher", sorted(path.name for path in MNIST_LAUNCHER.parent.glob("*.py")))
def test_ctrl_c_while_a_launcher_starts_leaves_no_traceback(launcher, tmp_path):
    interrupt = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    for stand_in, said in (("infogan_tf", ""), ("absl", "interrupted; start the same command again\n")):
        (tmp_path / f"{stand_in}.py").write_text(interrupt)
        command = [sys.executable, str(MNIST_LAUNCHER.parent / launcher)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert (result.returncode, result.stdout, result.stderr) == (130, "", said)
        (tmp_path / f"{stand_in}.py").unlink()


def test_a_bad_flag_is_answered_without_loading_tensorflow():
    code = "import sys, infogan_tf, infogan_tf.cli.command, infogan_tf.experiments.mnist; print('tensorflow' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
