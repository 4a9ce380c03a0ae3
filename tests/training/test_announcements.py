"""Commands that are printed, pasted into a real shell."""

import ast
import dataclasses
import re
import shutil
import subprocess

import pytest

from infogan_tf.build_model import build_latents
from infogan_tf.config import Config
from infogan_tf.experiments import presets
from infogan_tf.training import announcements
from infogan_tf.training.announcements import announce_end
from infogan_tf.training.run import Run

CONFIG = Config(max_epoch=3, updates_per_epoch=2)
# Stand-ins that print each of their arguments.
SHELL = "show() { printf '<%s>' \"$@\"; }; " + "".join(
    f'{name}() {{ show {name} "$@"; }}; ' for name in ("infogan", "python", "tensorboard")
)
FOLDERS = ["logs/plain", "my run's $x", 'a "quoted" \\ one; `ls` #', "d\u00e9j\u00e0 \U0001f600", "-n", "new\nline"]


@pytest.fixture(params=[shell for shell in ("sh", "bash") if shutil.which(shell)])
def pasted(request):
    """Runs a command line in a shell and returns the words that it was understood as."""

    def paste(command):
        result = subprocess.run([request.param, "-c", SHELL + command], capture_output=True, text=True, check=True)
        assert result.stderr == ""
        return re.findall("<(.*?)>", result.stdout, re.S)

    return paste


@pytest.fixture(params=FOLDERS)
def run(request, tmp_path):
    return Run(tmp_path / request.param / "run's", CONFIG)


@pytest.fixture
def end(capsys):
    """What is said at the end of a run."""

    def end(run, step, updates, signal=None, command="python 'my launchers/run.py'", seconds=60.0):
        announce_end(run, build_latents(run.config), step, updates, seconds, signal, command)
        return capsys.readouterr().out

    return end


def test_commands_at_the_end_of_a_run_can_be_pasted(run, pasted, end):
    out = end(run, 6, 4)
    assert out.startswith(f"done: 4 updates in 01:00; everything is in {run.path}\n  pictures  {run.samples}\n")
    lines = "".join(rf"  {name} +(.*)\n" for name in ("curves", "explore", "longer", "use it"))
    curves, explore, longer, use = re.search(lines, out, re.S).groups()
    assert pasted(curves) == ["tensorboard", "--logdir", str(run.path.parent)]
    assert pasted(explore) == ["infogan", "explore", f"--run_folder={run.path}"]
    assert pasted(longer) == ["python", "my launchers/run.py", f"--run_folder={run.path}", "--max_epoch=6"]
    python, flag, code = pasted(use)
    assert (python, flag) == ("python", "-c")
    (load,) = (node for node in ast.walk(ast.parse(code)) if "load" in ast.unparse(node) and isinstance(node, ast.Call))
    assert ast.literal_eval(load.args[0]) == str(run.path)
    assert 'generate(codes={"c1": 3, "c2": 1.0})' in code


def test_how_a_run_is_resumed_can_be_pasted(run, pasted, end):
    resume = ["python", "my launchers/run.py", f"--run_folder={run.path}"]
    said = "stopped by SIGINT after update 4, which is saved; resume with: (.*)\n"
    assert pasted(re.search(said, end(run, 4, 4, "SIGINT"), re.S)[1]) == resume
    said = "already trained for 6 updates; train longer with: (.*)\n"
    assert pasted(re.search(said, end(run, 6, 0), re.S)[1]) == [*resume, "--max_epoch=6"]


def test_the_example_has_the_codes_of_the_run(tmp_path, end):
    run = Run(tmp_path, Config(codes="look=bernoulli(0.2), kind=categorical(3), gaussian(1, 2)"))
    assert 'generate(codes={"look": 1, "kind": 2})' in end(run, 5000, 4)


def test_without_a_launcher_no_flag_is_advised(tmp_path, end):
    run = Run(tmp_path, CONFIG)
    assert end(run, 4, 4, "SIGTERM", command=None) == "stopped by SIGTERM after update 4, which is saved\n"
    assert end(run, 6, 0, command=None) == "already trained for 6 updates\n"
    assert "--" not in end(run, 6, 6, command=None).replace("--logdir", "")


@pytest.mark.parametrize(
    ("experiment", "updates", "seconds", "better"),
    [
        ("mnist", 5_500, 60.0, "2.4 times as long, about 3 minutes on this machine: images are closer"),
        ("celeba", 2_000, 60.0, "3.8 times as long, about 8 minutes on this machine\n"),  # The last half of a run.
        ("mnist", 1, 12.0, "2.4 times as long: images are closer"),  # Nearly all of it for compiling.
    ],
)
def test_a_quick_run_names_what_best_gives_in_how_many_minutes(tmp_path, end, experiment, updates, seconds, better):
    config = dataclasses.replace(presets(experiment)["quick"], batch_size=100)
    out = end(Run(tmp_path, config), config.total_updates, updates, seconds=seconds)
    assert f"\n  better    --preset=best trains {better}" in out


def test_nothing_is_better_than_best_or_where_there_is_no_best(tmp_path, end, monkeypatch):
    best, quick = (presets("mnist")[name] for name in ("best", "quick"))
    assert "  better  " not in end(Run(tmp_path, best), 13_000, 13_000)
    monkeypatch.setattr(announcements, "presets", lambda experiment: {"quick": quick})
    assert "  better  " not in end(Run(tmp_path, quick), 5_500, 5_500)
