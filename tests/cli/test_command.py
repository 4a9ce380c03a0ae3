"""Flags, help, errors and how a command ends."""

import dataclasses
import importlib.metadata
import json
import os
import runpy
import shlex
import sys

import pytest

from infogan_tf.cli import command, main, train
from infogan_tf.cli.command import command_line
from infogan_tf.cli.commands import COMMANDS
from infogan_tf.config import Config
from infogan_tf.data.paths import IMAGES
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError
from infogan_tf.experiments import experiment_names
from infogan_tf.interruption import Interrupted
from tests import processes
from tests.conftest import MNIST_LAUNCHER, ROOT

LAUNCHERS = sorted((ROOT / "launchers").glob("*.py"))

# What parsers refuse is tested with them.
BAD_FLAGS = {
    "--batch_size=0": "flag --batch_size: expected an integer >= 2, got '0'",
    "--max_epoch=\n": "flag --max_epoch: expected an integer >= 1, or auto (as many as take --minutes), got '\\n'",
    "--preset=worst": "flag --preset: expected one of quick, best, paper, original, got 'worst'",
    "--bach_size=3": "unknown flag --bach_size: did you mean --batch_size or --image_size?",
    "--batch-size 3": "unknown flag --batch-size: did you mean --batch_size or --image_size?",
    "--learning_rate=1": "unknown flag --learning_rate: did you mean --generator_learning_rate or "
    "--discriminator_learning_rate?",
    "--zzz": "unknown flag --zzz: --help lists all",
    "--batch_size": "Missing value for flag --batch_size",
    "stray": "expected flags only, such as --run_folder=..., got stray",
    "--images=nowhere": f"flag --images: expected {IMAGES}, got nowhere, which does not exist",
    "--images=a --dataset=b": "flag --dataset: expected nothing beside --images=a, got b",
    "--run_folder=pretrained:mnist": "flag --run_folder: expected a folder of your own, since a pretrained model can't "
    "be trained further, got pretrained:mnist",
    "--dataset=auto": f"flag --images: expected {IMAGES}, or else --dataset, got neither",
}


@pytest.mark.parametrize("typed", BAD_FLAGS)
def test_a_bad_flag_is_refused_in_one_line(refused, typed):
    assert refused("train", "mnist", *typed.split(" ")) == BAD_FLAGS[typed]


def test_unknown_commands_and_experiments_are_refused_with_the_known_ones(refused):
    known = "train, evaluate, generate, encode, traverse, export, explore, compare, reproduce"
    assert refused("trian") == f"expected one of {known} as the command, got trian"
    assert refused() == f"expected one of {known} as the command, got nothing"
    assert refused("train", "cats") == (f"expected one of {', '.join(experiment_names())} as the experiment, got cats")


def test_a_run_may_be_named_without_its_flag(refused):
    for typed in ("explore", "evaluate", "compare", "export --format=onnx --output=new"):
        name, *flags = typed.split()
        assert refused(name, "nowhere", *flags).endswith("got nowhere, where there is none")
    assert refused("evaluate", "--step=3", "nowhere") == "expected flags only, such as --run_folder=..., got nowhere"


def test_help_lists_commands_and_experiments_a_line_each(do):
    for typed, names in (("--help", COMMANDS), ("train --help", experiment_names())):
        out = do(*typed.split())
        assert all(f"\n  {name} " in out for name in names)


def test_help_documents_every_flag(do):
    out = do("train", "mnist", "--help")
    assert out.startswith("MNIST (paper")
    text = " ".join(out.split())
    for field in (field for field in dataclasses.fields(Config) if field.metadata["is_flag"]):
        assert f"--{field.name}: {' '.join(field.metadata['help'].split())}" in text
    assert "(default: categorical(10), 2*uniform@0.1; expected: codes such as" in text
    assert "--preset: Which defaults to start from" in text
    assert "(expected: the folder of a trained run)" in do("evaluate", "-h")  # Required: no default.


@pytest.mark.parametrize("typed", ["--version", "evaluate --version"])
def test_versions_are_printed(do, typed):
    versions = [importlib.metadata.version(name) for name in ("infogan_tf", "tensorflow", "keras")]
    expected = "infogan_tf {} (TensorFlow {}, Keras {}, Python {})\n".format(*versions, sys.version.split()[0])
    assert do(*typed.split()) == expected


def read(*flags):
    """The config that flags of MNIST's training give."""
    mnist = train.train_command("mnist")
    return mnist.read(**command.parse(mnist, flags))


def test_flags_win_over_the_preset():
    config = read("--preset=original", "--leaky_slope=0.2", "--codes", "2*uniform")
    assert (config.posterior_std, config.leaky_slope, config.codes) == ("fixed", 0.2, "2*uniform")


def test_epochs_and_minutes_take_the_place_of_each_other():
    for flags, expected in (
        (["--minutes=3"], (None, 3)),
        (["--max_epoch=3"], (3, None)),
        (["--max_epoch=auto", "--minutes=0.5"], (None, 0.5)),
    ):
        config = read(*flags)
        assert (config.max_epoch, config.minutes) == expected
    with pytest.raises(SettingError, match=r"minutes: expected auto where max_epoch is given, got 1\.0"):
        read("--max_epoch=2", "--minutes=1")


def test_a_run_folder_alone_resumes_with_its_settings_and_flags_beside_it_win(tmp_path):
    settings = Config(batch_size=64, leaky_slope=0.3, max_epoch=7).to_dict()
    (tmp_path / "config.json").write_text(json.dumps({"settings": settings}))
    flag = f"--run_folder={tmp_path}"
    for flags, expected in (
        ([], (64, 0.3, 7)),
        (["--max_epoch=9"], (64, 0.3, 9)),
        (["--preset=original"], (128, 0.01, 50)),
        (["--minutes=5"], (64, 0.3, None)),
    ):
        config = read(flag, *flags)
        assert (config.batch_size, config.leaky_slope, config.max_epoch) == expected
        assert config.run_folder == str(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"experiment": "mnist"}', '{"experiment": "mnist", "settings": null}'])
def test_a_folder_without_settings_gets_those_of_the_preset_and_is_refused_later(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert read(f"--run_folder={tmp_path}") == dataclasses.replace(read(), run_folder=str(tmp_path))


ENDINGS = {
    "SettingError": (SettingError("seed", "a", "b"), 2, "error: flag --seed: expected a, got b\n"),
    "RunNotFoundError": (RunNotFoundError("run_folder: none"), 2, "error: flag --run_folder: none\n"),
    "TrainingError": (TrainingError("no\n"), 1, "error: no\\n\n"),
    "OSError": (OSError(28, "No space left on device"), 1, "error: disk full ([Errno 28] No space left on device)\n"),
    "MemoryError": (MemoryError(), 1, "error: out of memory (MemoryError); a smaller --batch_size may help\n"),
    "Interrupted": (Interrupted(15), 143, "terminated; start the same command again\n"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_an_error_ends_with_one_line_and_its_status(infogan, monkeypatch, name):
    error, status, line = ENDINGS[name]

    def fail(config):
        raise error

    monkeypatch.setattr(train, "run", fail)
    assert infogan("train", "mnist") == (status, "", line)


def test_a_bug_in_the_program_keeps_its_traceback(infogan, monkeypatch):
    monkeypatch.setattr(train, "run", lambda config: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        infogan("train", "mnist")


def test_commands_are_suggested_as_this_one_was_typed(monkeypatch):
    for started, generate, mnist in (
        ("my launchers/evaluate.py", "infogan generate", "infogan train mnist"),
        (str(LAUNCHERS[0]), f"python {ROOT}/launchers/generate.py", f"python {MNIST_LAUNCHER}"),
        ("/usr/bin/infogan", "infogan generate", "infogan train mnist"),
        (str(ROOT / "infogan_tf" / "__main__.py"), "python -m infogan_tf generate", "python -m infogan_tf train mnist"),
    ):
        monkeypatch.setattr(sys, "argv", [started])
        assert command_line("generate", run_folder="a b", step=None) == f"{generate} '--run_folder=a b'"
        assert command_line("train", "mnist") == mnist


def test_every_command_has_a_launcher_of_at_most_eight_lines(monkeypatch):
    started = []
    monkeypatch.setattr(main, "main", lambda *words: started.append(words))
    for launcher in LAUNCHERS:
        runpy.run_path(str(launcher), run_name="__main__")
        assert len(launcher.read_text().splitlines()) <= 8
        monkeypatch.setattr(sys, "argv", [str(launcher)])
        assert command_line(*started[-1]) == f"python {launcher}"
    commands = {(name,) for name in COMMANDS if name != "train"}
    assert set(started) == commands | {("train", name) for name in experiment_names()}


# Real processes: none of them loads TensorFlow.


def python(code, **variables):
    return processes.run([sys.executable, "-c", code], env=os.environ | variables)


def test_a_mistyped_flag_is_answered_without_loading_tensorflow():
    code = (
        "import sys; from infogan_tf.cli.commands import COMMANDS, run\n"
        "for name in COMMANDS: assert run([name, *['mnist'] * (name == 'train'), '--bad']) == 2\n"
        "print('tensorflow' in sys.modules)"
    )
    result = python(code)
    assert (result.returncode, result.stdout) == (0, "False\n"), result.stderr


def test_the_same_command_line_as_a_module_and_as_a_console_command():
    code = "import sys; sys.argv = ['/usr/bin/infogan', '--help']; from infogan_tf.cli.main import main; main()"
    module = processes.run([sys.executable, "-m", "infogan_tf", "--help"])
    console = python(code)
    assert (module.returncode, module.stdout) == (console.returncode, console.stdout) == (0, module.stdout)


def test_launchers_run_in_one_notebook_whose_kernel_keeps_its_signals_and_warnings():
    launchers = [str(ROOT / "launchers" / name) for name in ("generate.py", "generate.py", "run_mnist_exp.py")]
    code = (
        "import builtins, runpy, signal, sys, warnings; builtins.__IPYTHON__ = True; before = warnings.formatwarning\n"
        f"for sys.argv in [[name, '--help'] for name in {launchers}]:\n"
        "    try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "    except SystemExit as end: assert end.code == 0\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
        "assert warnings.formatwarning is before"
    )
    result = python(code)
    assert (result.returncode, result.stderr) == (0, "")


STRAY = "error: expected flags only, such as --run_folder=..., got"
STREAMS = {
    "launch --help | true": (0, ""),
    "PYTHONUNBUFFERED=1 launch --help | head -c 13 >&2": (0, "MNIST (paper,"),
    "launch --version >&-": (0, ""),
    "launch --bad >&- 2>&-": (2, ""),
    "launch --help > /dev/full": (1, "error: disk full ([Errno 28] No space left on device)\n"),
    "PYTHONIOENCODING=ascii launch \u00f6": (2, f"{STRAY} \\xf6\n"),
    "launch $'b\\xff'": (2, f"{STRAY} b\\udcff\n"),
}


@pytest.mark.parametrize("typed", STREAMS)
def test_streams_that_are_closed_full_or_ascii(typed):
    launch = f'launch() {{ {shlex.join([sys.executable, str(MNIST_LAUNCHER)])} "$@"; }}\n'
    result = processes.run(["bash", "-o", "pipefail", "-c", launch + typed])
    assert (result.returncode, result.stderr) == STREAMS[typed]


def test_ctrl_c_while_a_command_starts_leaves_no_traceback(tmp_path):
    (tmp_path / "absl.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    result = processes.run([sys.executable, str(MNIST_LAUNCHER)], env=environment)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "interrupted; start the same command again\n")


# The launcher, but for TensorFlow, which is not loaded, and for what it does.
RUN = (
    "import os, signal, sys, time, warnings\n"
    "from infogan_tf.cli import command, main, train\n"
    "def run(config):\n    {do}\n"
    "command.load_tensorflow, train.run = lambda devices: None, run; main.main('train', 'mnist')"
)


def test_a_signal_at_work_ends_with_one_line_after_partial_files_are_removed(tmp_path):
    do = (
        "from infogan_tf.files import write_atomically; from pathlib import Path\n"
        "    def write(path):\n        path.write_text('half'); os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
        f"    write_atomically(Path({str(tmp_path)!r}, 'result'), write)"
    )
    result = python(RUN.replace("{do}", do))
    assert (result.returncode, result.stderr) == (143, "terminated; start the same command again\n")
    assert not list(tmp_path.iterdir())


def test_a_warning_is_one_line_and_characters_that_cannot_be_shown_are_escaped():
    result = python(RUN.replace("{do}", "warnings.warn('look'); print('\u00e9')"), PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stdout, result.stderr) == (0, "\\xe9\n", "warning: look\n")
