"""Times the training loop by itself: MNIST with networks and batches of next to nothing, in CPU time of one core.

What is left is what a GPU would wait for. Each preset is trained by `train`, in a process of its own, with all that a
run records except pictures and checkpoints. The parts of an update are then timed one by one.
"""

import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from absl import app, flags
from machine import processor
from timing import show_progress

from infogan_tf.experiments import presets

flags.DEFINE_float("width", 0.01, "Factor on the channels and units of all layers.", lower_bound=1e-6)
flags.DEFINE_integer("batch_size", 2, "Images in a batch.", lower_bound=2)
flags.DEFINE_integer("updates", 600, "Updates of each preset.", lower_bound=60)
flags.DEFINE_list("presets", ["paper", "best"], "Presets of MNIST.")
flags.DEFINE_string("settings", "", 'Further settings as JSON, such as {"xla": "on"}.')
flags.DEFINE_boolean("one_core", True, "Whether the process is kept on one core.")
flags.DEFINE_string("only", None, "For the process of one preset.")

EVERY = 10  # Updates between two points of the curves.
WARM_UP = 30  # The first updates, which are not timed.


def main(_):
    if flags.FLAGS.only:
        print(json.dumps(_measure(flags.FLAGS.only)))
        return
    cores = "one core" if flags.FLAGS.one_core else "all cores"
    size = f"width {flags.FLAGS.width:g}, batch {flags.FLAGS.batch_size}"
    print(f"{processor()}, {cores}; {size}; microseconds of CPU, medians\n")
    print("| preset | updates a second | an update | its graph | its batch | the rest | a point | first update |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in flags.FLAGS.presets:
        command = [sys.executable, *sys.argv, f"--only={name}"]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        cost = json.loads(printed.splitlines()[-1])
        rest = cost["update"] - cost["graph"] - cost["batch"]
        row = [name, f"{1 / cost['update']:.0f}", *map(_microseconds, (cost["update"], cost["graph"], cost["batch"]))]
        row += [_microseconds(rest), _microseconds(cost["point"]), f"{cost['first']:.1f} s"]
        print(f"| {' | '.join(row)} |", flush=True)


def _measure(preset: str) -> dict[str, float]:
    """Seconds of CPU of one update without a point, of its parts, of a point, and up to the first update."""
    if flags.FLAGS.one_core:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from infogan_tf.training import loop

    made, ends, record = {}, [], loop.Recorder.record

    def recorded(recorder, *arguments):
        record(recorder, *arguments)
        ends.append(time.process_time())

    def kept(name: str, make: Callable) -> Callable:
        return lambda *arguments, **options: made.setdefault(name, make(*arguments, **options))

    kept_parts = {name: kept(name, getattr(loop, name)) for name in ("ImageBatches", "build_model")}
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(loop.Recorder, "record", recorded):
        config = dataclasses.replace(
            presets("mnist")[preset],
            data_source="embedded",
            run_folder=os.path.join(folder, "run"),
            width=flags.FLAGS.width,
            batch_size=flags.FLAGS.batch_size,
            max_epoch=1,
            updates_per_epoch=flags.FLAGS.updates,
            summary_interval=EVERY,
            sample_interval=10**6,
            snapshot_interval=10**6,
            **json.loads(flags.FLAGS.settings or "{}"),
        )
        with mock.patch.multiple(loop, **kept_parts):
            began = time.process_time()
            loop.train(config)
        show_progress(f"{preset}: trained")
    seconds = [later - earlier for earlier, later in itertools.pairwise(ends)]
    # The number `i` is that of the update `i + 2`.
    timed = [(i + 2, value) for i, value in enumerate(seconds[:-1]) if i >= WARM_UP]
    without = median(value for step, value in timed if step % EVERY)
    with_point = median(value for step, value in timed if step % EVERY == 0)
    batches = made["ImageBatches"]
    batch = batches(0)
    update, _ = loop.compiled_update(made["build_model"])
    steps = iter(range(10**9))
    return {
        "update": without,
        "point": with_point - without,
        "graph": _seconds_of(lambda: update(batch)),
        "batch": _seconds_of(lambda: batches(next(steps))),
        "first": ends[0] - began,
    }


def _seconds_of(call: Callable) -> float:
    seconds = []
    for _ in range(WARM_UP + flags.FLAGS.updates // 2):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return median(seconds[WARM_UP:])


def _microseconds(seconds: float) -> str:
    return f"{1e6 * seconds:,.0f}"


if __name__ == "__main__":
    app.run(main)
