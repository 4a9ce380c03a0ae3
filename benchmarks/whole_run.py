"""Where the time and the memory of a run go besides its updates: start-up, records, and making images afterwards."""

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from absl import app, flags
from machine import describe_onednn, processor

from infogan_tf.runtime import onednn_is_on

ROOT = Path(__file__).resolve().parents[1]
NUM_GENERATED = (1, 128, 1_000, 10_000)

flags.DEFINE_string("data_source", "auto", "Where the images come from: auto, tfds or embedded.")
flags.DEFINE_string("data_dir", "auto", "Where TFDS keeps prepared data.")
flags.DEFINE_integer("batch_size", 128, "Images in a batch.", lower_bound=2, upper_bound=4000)
flags.DEFINE_integer("updates", 1000, "Updates of the run whose records are timed.", lower_bound=1)
flags.DEFINE_integer("starts", 3, "Starts that are timed; the median is shown.", lower_bound=1)


def main(_):
    print(f"{processor()}, {describe_onednn(onednn_is_on())}\n")
    print("| what | measured |\n| --- | --- |")
    starts = range(flags.FLAGS.starts)
    print(f"| import infogan_tf and what trains | {median(_import_seconds() for _ in starts):.1f} s |")
    with tempfile.TemporaryDirectory() as cache:
        print(f"| start to first update, images to be decoded | {_seconds_to_first_update(cache):.1f} s |")
        warm = median(_seconds_to_first_update(cache) for _ in starts)
        print(f"| start to first update, decoded images cached | {warm:.1f} s |", flush=True)
    _time_a_run()


def _import_seconds() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import infogan_tf.training.loop"], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start


def _seconds_to_first_update(cache: str) -> float:
    with tempfile.TemporaryDirectory() as parent:
        metrics = Path(parent, "run", "metrics.jsonl")
        arguments = [f"--{name}={flags.FLAGS[name].value}" for name in ("data_source", "data_dir")]
        arguments += [f"--run_folder={metrics.parent}", f"--batch_size={flags.FLAGS.batch_size}"]
        arguments += ["--summary_interval=1", "--max_epoch=1", "--preset=paper"]
        command = [sys.executable, str(ROOT / "launchers" / "run_mnist_exp.py"), *arguments]
        start = time.perf_counter()
        with open(Path(parent, "output"), "w") as output:
            run = subprocess.Popen(command, env=os.environ | {"XDG_CACHE_HOME": cache}, stdout=output, stderr=output)
        while run.poll() is None and not (metrics.exists() and metrics.stat().st_size):
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        if run.poll() is not None:
            sys.exit(Path(parent, "output").read_text())
        run.kill()
        run.wait()
        return seconds


def _time_a_run():
    import infogan_tf
    from infogan_tf.config import Config
    from infogan_tf.training.checkpoints import Checkpoints
    from infogan_tf.training.recorder import Recorder

    data_dir = None if flags.FLAGS.data_dir == "auto" else flags.FLAGS.data_dir
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "run")
        config = Config(
            run_folder=str(folder),
            data_source=flags.FLAGS.data_source,
            data_dir=data_dir,
            batch_size=flags.FLAGS.batch_size,
            updates_per_epoch=flags.FLAGS.updates,
            max_epoch=1,
        )
        with _timed(Recorder, "record") as recorded, _timed(Checkpoints, "save") as saved:
            start = time.perf_counter()
            infogan_tf.train(config)
            total = time.perf_counter() - start
        peak = peak_megabytes()
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
        model = infogan_tf.load(folder)
    print(f"| {config.total_updates:,} updates with all records | {total:.1f} s |")
    print(f"| of which records: points, pictures, memorization, checkpoints | {sum(recorded) / total:.1%} |")
    print(f"| of which checkpoints | {sum(saved) / total:.1%} |")
    print(f"| largest memory of the process | {peak:,.0f} MB |")
    print(f"| the run folder afterwards | {size:,.0f} MB |")
    for number in NUM_GENERATED:
        model.generate(num_images=number, seed=0)
        seconds = median(_seconds(lambda number=number: model.generate(num_images=number, seed=0)) for _ in range(5))
        print(f"| generate({number:,} images) | {number / seconds:,.0f} images/s |")


def peak_megabytes() -> float:
    """The peak resident memory of this process, in MiB."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@contextlib.contextmanager
def _timed(owner: type, name: str) -> Iterator[list[float]]:
    """Collects the seconds of a method's calls in a list."""
    method, seconds = getattr(owner, name), []

    def timed(*arguments):
        start = time.perf_counter()
        method(*arguments)
        seconds.append(time.perf_counter() - start)

    with mock.patch.object(owner, name, timed):
        yield seconds


def _seconds(call) -> float:
    start = time.perf_counter()
    call().numpy()
    return time.perf_counter() - start


if __name__ == "__main__":
    app.run(main)
