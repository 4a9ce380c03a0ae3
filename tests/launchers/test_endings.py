"""The MNIST launcher in real processes: each way in which a run ends, and how it goes on."""

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
from tensorboard.backend.event_processing import plugin_event_accumulator

from tests import processes
from tests.conftest import MNIST_LAUNCHER
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
SMALL = """
from tests import small_networks
small_networks.small_experiment().__enter__()
"""


@pytest.fixture(scope="module")
def start(launchers):
    """Starts the launcher with small networks."""

    def start(*flags, setup="", **kwargs):
        return launchers.started("run_mnist_exp", *FLAGS, *flags, setup=SMALL + setup, **kwargs)

    return start


@pytest.fixture(scope="module")
def run(start):
    """Runs the launcher with small networks to the end, and returns its status, stdout and stderr."""

    def run(*flags, **kwargs):
        with start(*flags, **kwargs) as process:
            out, err = process.wait()
            return process.returncode, out, err

    return run


@pytest.fixture(scope="module")
def reference(run, tmp_path_factory):
    """The folder of a run of six updates that was never stopped."""
    folder = tmp_path_factory.mktemp("runs") / "reference"
    status, _, err = run(f"--run_folder={folder}")
    assert (status, err) == (0, "")
    return folder


@pytest.mark.slow
def test_done_as_a_user_starts_it_and_the_last_line_is_a_command_that_works(tmp_path):
    folder = tmp_path / "run"
    flags = [*FLAGS, "--updates_per_epoch=1", "--snapshot_interval=3", f"--run_folder={folder}"]
    result = processes.run([sys.executable, str(MNIST_LAUNCHER), *flags])
    assert (result.returncode, result.stderr) == (0, "")
    assert "preset: quick with --data_source=embedded " in result.stdout
    assert "data: MNIST digits embedded in infogan_tf" in result.stdout
    assert "oneDNN: on (TF_ENABLE_ONEDNN_OPTS=1)\n" in result.stdout
    epochs = [line[:9] for line in result.stdout.splitlines() if line.startswith("epoch")]
    assert epochs == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert f"everything is in {folder}" in result.stdout
    command = result.stdout.splitlines()[-1].split("use it    ")[1]
    used = processes.run(["bash", "-c", command.replace("python", sys.executable, 1)])
    assert used.stdout == "(1, 28, 28, 1)\n", used.stderr


# What is there of a run folder when it is killed, and what is not yet.
KILLS = {
    "before there is a config": (".lock", "config.json"),
    "before the first update": ("config.json", "checkpoints/*"),
    "after the first checkpoint": ("checkpoints/step-2.index", "checkpoints/step-4.*"),
    "while the last pictures are written": ("samples/*samples.png", "checkpoints/step-6.*"),
}
KILL = """
import os, signal, sys
from pathlib import Path
def kill_when_there(event, _):
    if event in ("open", "os.mkdir", "os.rename") and all(any(Path({folder!r}).glob(path)) for path in {there!r}):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(kill_when_there)
"""


@pytest.mark.slow
def test_killed_at_any_moment_resumes_to_the_same_bits(reference, run, tmp_path):
    folder = tmp_path / "run"
    for moment, (there, not_yet) in KILLS.items():
        setup = KILL.format(folder=str(folder), there=there.split())
        status, _, err = run(f"--run_folder={folder}", setup=setup)
        assert status == -signal.SIGKILL, f"{moment}: {err}"
        assert not list(folder.glob(not_yet)), moment
    status, out, err = run(f"--run_folder={folder}")
    assert (status, err) == (0, "")
    assert "resumed: from update 4" in out
    assert_same_run(folder, reference)
    assert not list(folder.rglob(".partial-*"))
    events = plugin_event_accumulator.EventAccumulator(str(folder))
    events.Reload()
    assert [event.step for event in events.Tensors("loss/generator")] == [point["step"] for point in points(folder)]


@pytest.mark.slow
def test_signals_save_and_end_and_the_folder_alone_resumes(launchers, reference, start, tmp_path):
    folder = tmp_path / "run"
    flag = f"--run_folder={folder}"
    log = folder / "log.txt"

    def wait_until_it_trains(process):
        size = log.stat().st_size if log.exists() else 0
        process.wait_for(lambda: log.exists() and log.stat().st_size > size)

    # A terminal that is closed: what is said then fails.
    controller, terminal = pty.openpty()
    with start(flag, stdout=terminal) as process:
        os.close(terminal)
        wait_until_it_trains(process)
        os.close(controller)
        process.send_signal(signal.SIGHUP)
        _, err = process.wait()
        assert (process.returncode, err) == (0, "")
    first = points(folder)[-1]["step"]
    assert f"stopped by SIGHUP after update {first}, which is saved" in log.read_text()

    with start(flag) as process:
        wait_until_it_trains(process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)  # Like a double press, it changes nothing.
        out, err = process.wait()
        assert (process.returncode, err) == (0, "")
    last = points(folder)[-1]["step"]
    assert first < last < 6
    assert "stopping: saving after this update; press Ctrl-C again to abort without saving\n" in out
    (resume,) = re.findall(f"stopped by SIGINT after update {last}, which is saved; resume with: python (.*)\n", out)
    assert (folder / "checkpoints" / f"step-{last}.index").exists()

    assert shlex.split(resume) == [str(MNIST_LAUNCHER), flag]
    result = launchers.run("run_mnist_exp", flag, setup=SMALL)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"resumed: from update {last}\n" in result.stdout
    assert_same_run(folder, reference)
    record = json.loads((folder / "config.json").read_text())
    assert record["resumed"][-1]["command"] == shlex.join([sys.executable, str(MNIST_LAUNCHER), flag])


@pytest.mark.slow
def test_under_nohup_a_hangup_does_not_stop_a_run(start, tmp_path):
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    log = tmp_path / "run" / "log.txt"
    with start(f"--run_folder={tmp_path}/run", setup=ignored) as process:
        process.wait_for(lambda: log.exists() and log.stat().st_size > 0)
        process.send_signal(signal.SIGHUP)
        out, err = process.wait()
        assert (process.returncode, err) == (0, "")
    assert "done: 6 updates" in out


@pytest.mark.slow
def test_a_terminal_of_80_columns_shows_a_bar_with_everything(reference, start):
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown = b""
    with start(f"--run_folder={reference}", "--max_epoch=4", stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        # Linux reports the closed terminal as an error.
        with contextlib.suppress(OSError):
            while chunk := os.read(controller, 4096):
                shown += chunk
        process.wait()
        assert process.returncode == 0
    bar = [line for line in shown.decode().split("\r") if line.startswith("epoch 4/4 |")][-1]
    assert re.search(r"left +\d+\.\d\d/s, D \d\.\d\d G \d\.\d\d MI c1 -?\d\.\d\d c2 -?\d\.\d\d c3 -?\d\.\d\d", bar)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "kilobytes", "text"),
    [
        (["--width=1"], 200, "the checkpoint of update 2 could not be written: "),
        (["--sample_interval=1", "--snapshot_interval=6"], 100, ""),  # The first checkpoint is not reached.
        (["--generator_learning_rate=1e38", "--snapshot_interval=1"], None, ""),  # It diverges.
    ],
)
def test_a_run_that_cannot_continue_ends_with_one_line(run, tmp_path, flags, kilobytes, text):
    # The kernel itself refuses larger files, as a full disk would.
    setup = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, [{kilobytes} * 1024] * 2)" if kilobytes else ""
    status, _, err = run(f"--run_folder={tmp_path}/run", *flags, setup=setup)
    assert status == 1, err
    assert err.startswith(f"error: {text}")
    assert err.count("\n") == 1


@pytest.mark.slow
def test_a_closed_stdout_does_not_stop_a_run(start, tmp_path):
    reader, writer = os.pipe()
    with start(f"--run_folder={tmp_path}/run", stdout=writer) as process:
        os.close(writer)
        with open(reader) as output:
            output.readline()
        _, err = process.wait()
        assert (process.returncode, err) == (0, "")
    assert (tmp_path / "run" / "checkpoints" / "step-6.index").exists()
