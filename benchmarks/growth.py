"""How the time of one MNIST update grows with the batch and with the threads. Prints a table."""

import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import app, flags
from machine import describe_onednn, processor

flags.DEFINE_list("batch_sizes", ["32", "64", "128", "256", "512", "1024"], "Images in a batch.")
flags.DEFINE_list("threads", ["1", "2"], "Threads to compute with.")
flags.DEFINE_integer("rounds", 7, "Rounds; the median is taken over them.", lower_bound=1)
flags.DEFINE_integer("sgemm_size", 4096, "Rows and columns of the matrices that are multiplied.", lower_bound=1)


def main(_):
    cases = list(itertools.product(flags.FLAGS.threads, flags.FLAGS.batch_sizes))
    for threads, batch_size in cases:
        alternating, simultaneous = _measure(batch_size, threads)
        if (threads, batch_size) == cases[0]:
            print(f"{processor()}, {describe_onednn(alternating['onednn'])}\n")
            print("| batch | threads | alternating, ms | us an image | share | simultaneous, ms | share of sgemm |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
        milliseconds = alternating["ms_per_update"]
        print(
            f"| {batch_size} | {threads} | {milliseconds:.1f} | {1e3 * milliseconds / int(batch_size):.0f} "
            f"| {alternating['share_of_sgemm']:.0%} | {simultaneous['ms_per_update']:.1f} "
            f"| {simultaneous['share_of_sgemm']:.0%} |",
            flush=True,
        )


def _measure(batch_size: str, threads: str) -> list[dict]:
    # One process each, since TensorFlow's number of threads can't be changed.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "numbers.json")
        command = [sys.executable, str(Path(__file__).with_name("train_step.py")), f"--json={file}"]
        command += ["--only=alternating,simultaneous", f"--batch_size={batch_size}", f"--threads={threads}"]
        command += [f"--{name}={flags.FLAGS[name].value}" for name in ("rounds", "sgemm_size")]
        # Its stderr, with progress and errors, is shown directly.
        if status := subprocess.run(command, stdout=subprocess.PIPE, check=False).returncode:
            sys.exit(status)
        return json.loads(file.read_text())["contenders"]


if __name__ == "__main__":
    app.run(main)
