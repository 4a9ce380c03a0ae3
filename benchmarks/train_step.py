"""Times one MNIST update: this package, a plain Keras port and, where it is installed, PyTorch.

All have networks of the same width, and take turns, each round in the same order; the medians are shown. The limit is
the speed of a large float32 matrix product (sgemm) on the same machine. With `--onednn=both` two processes, one with
TensorFlow's oneDNN kernels and one without, take turns round by round. A row with bfloat16, where the processor has it,
may exceed that limit.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from absl import app, flags
from machine import describe_onednn, onednn_limit, processor
from timing import show_progress

from infogan_tf.files import write_json
from infogan_tf.startup import ONEDNN_VARIABLE

WORKER = Path(__file__).with_name("train_step_worker.py")
SETTINGS = {"on": {ONEDNN_VARIABLE: "1"}, "off": {ONEDNN_VARIABLE: "0"}, "default": {}}

flags.DEFINE_integer("batch_size", 128, "Images in a batch.", lower_bound=2, upper_bound=4000)
flags.DEFINE_float(
    "width",
    1.0,
    "Factor on all networks' channels and units; quick and best have 0.25.",
    lower_bound=0.01,
    upper_bound=4,
)
flags.DEFINE_integer("threads", 0, "Threads to compute with; 0 for one on each processor.", lower_bound=0)
flags.DEFINE_boolean(
    "cpu_time", False, "Times the processor's work, of all threads, for a machine with other work too."
)
flags.DEFINE_integer("rounds", 9, "Rounds; the median is taken over them.", lower_bound=1)
flags.DEFINE_integer("updates", 3, "Updates that are timed in a round, after one that is not.", lower_bound=1)
flags.DEFINE_integer("sgemm_size", 4096, "Rows and columns of the matrices that are multiplied.", lower_bound=1)
flags.DEFINE_list("only", [], "Leaves out every row whose name has none of these in it, such as infogan_tf.")
flags.DEFINE_enum(
    "onednn", "default", ["default", "on", "off", "both"], f"oneDNN; default: as {ONEDNN_VARIABLE} says, or on."
)
flags.DEFINE_string("json", None, "A file to write the numbers into.")


def main(_):
    _check_flags()
    names = ("on", "off") if flags.FLAGS.onednn == "both" else (flags.FLAGS.onednn,)
    with contextlib.ExitStack() as stack:
        # PyTorch does not read TensorFlow's variable: it is timed once, by the first process.
        workers = [stack.enter_context(_worker(name, torch=name == names[0] and _has_torch())) for name in names]
        built = [_answer(worker) for worker in workers]
        rounds = []
        for number in range(1, flags.FLAGS.rounds + 1):
            rounds.append([_time_round(worker) for worker in workers])
            show_progress(f"round {number} of {flags.FLAGS.rounds}")
    result = _result(built, rounds)
    print(_table(result))
    if flags.FLAGS.json:
        write_json(Path(flags.FLAGS.json), result)


def _check_flags():
    path = flags.FLAGS.json
    if path and (Path(path).is_dir() or not Path(path).absolute().parent.is_dir()):
        sys.exit(f"error: flag --json: expected a file in a folder that is there, got {path}")


@contextlib.contextmanager
def _worker(onednn: str, torch: bool) -> Iterator[subprocess.Popen]:
    settings = {
        name: flags.FLAGS[name].value for name in ("batch_size", "width", "updates", "sgemm_size", "only", "cpu_time")
    }
    settings |= {"threads": _threads(), "torch": torch}
    command = [sys.executable, str(WORKER), json.dumps(settings)]
    environment = os.environ | SETTINGS[onednn]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _has_torch() -> bool:
    wanted = not flags.FLAGS.only or any("torch" in part.lower() for part in flags.FLAGS.only)
    installed = importlib.util.find_spec("torch") is not None
    if wanted and not installed:
        print("PyTorch is not installed and is left out (pip install torch)", file=sys.stderr)
    return wanted and installed


def _threads() -> int:
    return flags.FLAGS.threads or os.cpu_count()


def _time_round(worker: subprocess.Popen) -> dict[str, float]:
    print("round", file=worker.stdin, flush=True)
    return _answer(worker)


def _answer(worker: subprocess.Popen) -> dict[str, Any]:
    line = worker.stdout.readline()
    if not line:
        sys.exit(f"error: a process that was timed ended with status {worker.wait()}; see its message above")
    return json.loads(line)


def _result(built: list[dict[str, Any]], rounds: list[list[dict[str, float]]]) -> dict[str, Any]:
    rows, sgemm, versions = [], {}, {}
    for i, worker in enumerate(built):
        seconds = {name: [answers[i][name] for answers in rounds] for name in rounds[0][i]}
        versions = worker["versions"] | versions
        for name in worker["products"]:
            label = name if name == "PyTorch" else f"{name}, {describe_onednn(worker['onednn'])}"
            sgemm[label] = 2 * flags.FLAGS.sgemm_size**3 / median(seconds[name]) / 1e9
        for name, flops in worker["flops"].items():
            onednn = None if name.startswith("PyTorch") else worker["onednn"]
            rows.append(_row(name, onednn, seconds[name], flops))
    limit, reference = max(sgemm.values()), rows[0]["ms_per_update"]
    for row in rows:
        row |= {"relative_to_ours": row["ms_per_update"] / reference, "share_of_sgemm": row["gflops"] / limit}
    return {
        "machine": {"processor": processor(), "threads": _threads(), "onednn_limit": onednn_limit()},
        "versions": versions,
        "batch_size": flags.FLAGS.batch_size,
        "width": flags.FLAGS.width,
        "clock": "CPU time" if flags.FLAGS.cpu_time else "time",
        "rounds": flags.FLAGS.rounds,
        "updates_per_round": flags.FLAGS.updates,
        "sgemm_gflops": sgemm,
        "contenders": rows,
    }


def _row(name: str, onednn: bool | None, seconds: list[float], flops: float) -> dict[str, Any]:
    return {
        "name": name,
        "onednn": onednn,
        "ms_per_update": 1e3 * median(seconds),
        "ms_of_each_round": [round(1e3 * value, 3) for value in seconds],
        "gflops": flops / median(seconds) / 1e9,
    }


def _table(result: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    sgemm = "; ".join(f"{name}: {speed:.0f} GFLOP/s" for name, speed in result["sgemm_gflops"].items())
    machine = result["machine"]
    lines = [
        f"{machine['processor']}, {machine['threads']} threads; {versions}; width {result['width']:g}, "
        f"batch {result['batch_size']}, medians of {result['rounds']} rounds of {result['updates_per_round']} updates",
        f"large sgemm: {sgemm}",
        "",
        f"| one update | oneDNN | ms of {result['clock']} | times the first row's | GFLOP/s | share of sgemm |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in result["contenders"]:
        onednn = {True: "on", False: "off", None: ""}[row["onednn"]]
        lines.append(
            f"| {row['name']} | {onednn} | {row['ms_per_update']:.1f} | {row['relative_to_ours']:.2f} "
            f"| {row['gflops']:.0f} | {row['share_of_sgemm']:.0%} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    app.run(main)
