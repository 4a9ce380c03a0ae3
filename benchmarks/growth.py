"""How the time of one MNIST update grows with the batch and with the threads. Prints a table."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import app, flags

flags.DEFINE_list("batch_sizes", ["32", "64", "128", "256", "512", "1024"], "Images in a batch.")
flags.DEFINE_list("threads", ["1", "2"], "Threads to compute with.")
flags.DEFINE_integer("rounds", 7, "Rounds; the median is taken over them.", lower_bound=1)


def main(_):
    print("| batch | threads | alternating, ms | us an image | share of sgemm | simultaneous, ms | share of sgemm |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for threads in flags.FLAGS.threads:
        for batch_size in flags.FLAGS.batch_sizes:
            alternating, simultaneous, _ = _measure(batch_size, threads)
            milliseconds = alternating["ms_per_update"]
            print(
                f"| {batch_size} | {threads} | {milliseconds:.1f} | {1e3 * milliseconds / int(batch_size):.0f} "
                f"| {alternating['share_of_sgemm']:.0%} | {simultaneous['ms_per_update']:.1f} "
                f"| {simultaneous['share_of_sgemm']:.0%} |",
                flush=True,
            )


def _measure(batch_size: str, threads: str) -> list[dict]:
    # A process each: TensorFlow takes the number of its threads once.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "numbers.json")
        command = [sys.executable, str(Path(__file__).with_name("train_step.py")), "--noothers", f"--json={file}"]
        command += [f"--batch_size={batch_size}", f"--threads={threads}", f"--rounds={flags.FLAGS.rounds}"]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            sys.exit(finished.stderr or finished.stdout)
        return json.loads(file.read_text())["contenders"]


if __name__ == "__main__":
    app.run(main)
