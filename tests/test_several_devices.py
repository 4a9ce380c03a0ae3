"""Training on several devices: logical CPUs, and workers that are processes of this machine.

Each run is a process of its own, since devices must be set up before TensorFlow starts.
"""

import contextlib
import json
import signal
import socket

import numpy as np
import pytest

from infogan_tf.devices import check_batch, check_cluster
from infogan_tf.errors import SettingError
from tests.training.test_loop import assert_same_run

FLAGS = (
    "--data_source=embedded",
    "--preset=paper",
    "--max_shift=0",
    "--batch_size=8",
    "--updates_per_epoch=2",
    "--summary_interval=1",
    "--sample_interval=2",
    "--snapshot_interval=2",
    "--average_decay=0.9",
)
SMALL = "from tests.small_networks import small_experiment; small_experiment().__enter__()\n"
# So that a signal comes before the last update.
SLOW = (
    "import time\n"
    "from infogan_tf.data.batches import ImageBatches as Batches\n"
    "read = Batches.indices\n"
    "Batches.indices = lambda *arguments: [time.sleep(0.1), read(*arguments)][1]\n"
)
# What each worker has at the end, which the run folder does not show.
WEIGHTS = (
    "import numpy\n"
    "from infogan_tf.training import loop\n"
    "update = loop._update\n"
    "def update_and_write(run, model, *arguments):\n"
    "    step = update(run, model, *arguments)\n"
    "    numpy.savez({path!r}, *(weight.numpy() for weight in model.weights))\n"
    "    return step\n"
    "loop._update = update_and_write\n"
)


def test_what_several_devices_cant_train_is_refused(monkeypatch):
    check_batch(8, 2)
    for batch_size, devices in ((9, 2), (4, 4)):
        with pytest.raises(SettingError, match=f"^batch_size: expected a multiple of {devices}, .*, got {batch_size}$"):
            check_batch(batch_size, devices)
    check_cluster("cpu:2", None, 5.0)
    monkeypatch.setenv("TF_CONFIG", "{}")
    check_cluster("cpu", "run", None)
    with pytest.raises(SettingError, match=r"^run_folder: expected a folder that all workers share, .*, got auto$"):
        check_cluster("auto", None, None)
    with pytest.raises(SettingError, match=r"^devices: expected cpu with TF_CONFIG, .*, got cpu:2$"):
        check_cluster("cpu:2", "run", None)
    with pytest.raises(SettingError, match=r"^minutes: expected auto, and --max_epoch, with TF_CONFIG, .*, got 5\.0$"):
        check_cluster("cpu", "run", 5.0)


@pytest.mark.slow
def test_updates_on_two_devices(launchers):
    finished = launchers.run("tests/two_devices.py")
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert finished.stdout == "all agree\n"


@pytest.fixture(scope="module")
def train(launchers):
    """Trains six updates on two parts of the CPU, or as many as `--max_epoch` says."""

    def train(folder, *flags):
        flags = ("--devices=cpu:2", "--max_epoch=3", *FLAGS, f"--run_folder={folder}", *flags)
        finished = launchers.run("run_mnist_exp", *flags, setup=SMALL)
        assert (finished.returncode, finished.stderr) == (0, "")
        return finished.stdout

    return train


@pytest.fixture(scope="module")
def finished(train, tmp_path_factory):
    """A run on two devices that was never stopped."""
    folder = tmp_path_factory.mktemp("two") / "run"
    out = train(folder)
    assert "devices: 2; each trains on 4 images of each batch and normalizes them by itself\n" in out
    return folder


@pytest.mark.slow
def test_a_run_on_two_devices_resumes_to_the_same_bits(train, finished, tmp_path):
    train(tmp_path / "run", "--max_epoch=1")
    assert "another number" not in train(tmp_path / "run")
    assert_same_run(tmp_path / "run", finished)
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert record["resumed"][0]["replicas"] == "2"
    out = train(tmp_path / "run", "--devices=cpu", "--max_epoch=4")
    assert "warning: another number of devices divides the batches (2 before, 1 now)\n" in out


class Workers:
    """Two workers of a cluster on this machine, the first of them its chief."""

    def __init__(self, launchers):
        self._launchers = launchers

    @contextlib.contextmanager
    def started(self, folder, of_second="--seed=0", setup=""):
        """Both, while they train six updates into one folder, and each into a file of its own beside it."""
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
            workers = [f"127.0.0.1:{server.getsockname()[1]}" for server in sockets]
        with contextlib.ExitStack() as stack:
            processes = []
            for index in range(2):
                cluster = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})
                weights = WEIGHTS.format(path=str(folder.with_name(f"{folder.name}_{index}.npz")))
                lines = f"import os; os.environ['TF_CONFIG'] = {cluster!r}\n{SMALL}{weights}{setup}"
                flags = ("--max_epoch=3", *FLAGS, f"--run_folder={folder}", *[of_second][:index])
                processes.append(stack.enter_context(self._launchers.started("run_mnist_exp", *flags, setup=lines)))
            yield processes

    def train(self, folder):
        """Runs both to their end."""
        with self.started(folder) as workers:
            ends = [(worker.wait(), worker.returncode) for worker in workers]
        assert [status for _, status in ends] == [0, 0], ends
        return [out for (out, _), _ in ends]


@pytest.fixture(scope="module")
def workers(launchers):
    return Workers(launchers)


@pytest.mark.slow
def test_two_workers_train_what_two_devices_train_and_one_writes(workers, finished, tmp_path):
    _, other = workers.train(tmp_path / "run")
    assert "this worker trains with the chief of the cluster, which writes everything\n" in other
    assert_same_run(tmp_path / "run", finished)
    assert len(list((tmp_path / "run").glob("events.*"))) == 1
    ours, theirs = (np.load(tmp_path / f"run_{index}.npz") for index in range(2))
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name])


@pytest.mark.slow
@pytest.mark.parametrize(("number", "statuses"), [(signal.SIGTERM, (0, 0)), (signal.SIGKILL, (1, -9))])
def test_a_signal_to_one_worker_ends_both_and_they_resume_to_the_same_bits(
    workers, finished, tmp_path, number, statuses
):
    folder = tmp_path / "run"
    with workers.started(folder, setup=SLOW) as (chief, other):
        chief.wait_for((folder / "checkpoints" / "step-2.index").exists)
        other.send_signal(number)
        for worker in (chief, other):
            worker.wait()
        assert (chief.returncode, other.returncode) == statuses, (chief.out, other.out)
        out, err = chief.wait()
    if number == signal.SIGTERM:
        assert "stopped by a signal to another worker after update " in out
    else:
        assert "error: training can't continue: another worker has ended or can't be reached; start all w" in err
    workers.train(folder)
    assert_same_run(folder, finished)


@pytest.mark.slow
def test_workers_of_different_commands_are_refused(workers, tmp_path):
    with workers.started(tmp_path / "run", of_second="--seed=1") as both:
        for worker in both:
            _, err = worker.wait()
            assert worker.returncode == 2
            assert "flag --run_folder: expected one command, the same images and one shared folder" in err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_worker_whose_partner_does_not_begin_ends_with_a_line(workers, tmp_path):
    with workers.started(tmp_path / "run", of_second="--batch_size=9") as (chief, other):
        assert "error: flag --batch_size: expected a multiple of 2" in other.wait()[1]
        assert "error: another worker has ended or can't be reached; start all workers again\n" in chief.wait()[1]
        assert (chief.returncode, other.returncode) == (1, 2)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_worker_that_waits_for_another_can_be_stopped(launchers, tmp_path):
    cluster = '{"cluster": {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}, "task": {"type": "worker", "index": 1}}'
    setup = f"import os; os.environ['TF_CONFIG'] = {cluster!r}"
    with launchers.started("run_mnist_exp", f"--run_folder={tmp_path / 'run'}", setup=setup) as worker:
        worker.wait_for(lambda: "waiting for all workers" in worker.out)
        worker.send_signal(signal.SIGINT)
        worker.wait()
        assert worker.returncode == -signal.SIGINT
    assert not (tmp_path / "run").exists()
