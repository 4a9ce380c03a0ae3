"""Every benchmark runs at a small size and prints its rows."""

import json
import re

import commands
import pytest
from absl import flags
from absl.testing import flagsaver

from infogan_tf.explorer import exported_page

pytestmark = pytest.mark.slow

SMALL = "from tests import small_networks; small_networks.small_experiment().__enter__()"
BENCHMARKS = {
    "fast_paths": (
        ["--batch_size=4", "--rounds=1", "--part=Dense", "--part=FusedAdam"],
        [r"oneDNN (on|off); batch 4", r"\| all fast paths \|", r"\| without Dense \|", r"\| without any of them \|"],
    ),
    "growth": (["--batch_sizes=4", "--threads=1", "--rounds=1", "--sgemm_size=64"], [r"^\| 4 \| 1 \| \d+\.\d \| \d+ "]),
    "image_sizes": (["--sizes=16,24", "--batch_size=2", "--rounds=1"], [r"\| 16x16x3 \| \d+ \| \d+ \|", r"\| 24x24x3"]),
    "loop": (
        ["--updates=60", "--presets=paper"],
        # The rest and a point are differences of medians, which noise can make negative in so few updates.
        [r"one core; width 0.01", r"^\| paper( \| -?[\d,.]+){6} \| \d+\.\d s \|$"],
    ),
    "train_step": (
        [
            "--batch_size=4",
            "--width=0.5",
            "--updates=1",
            "--rounds=1",
            "--sgemm_size=64",
            "--onednn=both",
            "--only=preset best",
        ],
        [rf"\| infogan_tf, preset best of width 0.5 \| {onednn} \| \d" for onednn in ("on", "off")],
    ),
    "whole_run": (
        ["--data_source=embedded", "--batch_size=4", "--updates=2", "--starts=1"],
        [r"to first update, .* cached \| \d", r"of which checkpoints \| \d", r"generate\(10,000 images\) \| \d"],
    ),
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_prints_its_rows(launchers, name):
    arguments, rows = BENCHMARKS[name]
    finished = launchers.run(f"benchmarks/{name}.py", *arguments, setup=SMALL)
    assert finished.returncode == 0, finished.stderr
    for row in rows:
        assert re.search(row, finished.stdout, flags=re.MULTILINE), row


def test_curves_of_runs_are_drawn(launchers, tmp_path):
    points = [{"step": step, "mutual_information/c1": step / 1000} for step in range(10, 1001, 10)]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points))
    arguments = [f"--output={tmp_path / 'curves.png'}", f"--runs=a={tmp_path}"]
    finished = launchers.run("benchmarks/plot_runs.py", *arguments)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "curves.png").stat().st_size > 5000


def test_the_explorer_the_commands_and_the_exports_are_measured(small_model, tmp_path, monkeypatch, capsys):
    small_model.save(tmp_path / "small.keras")
    flags.FLAGS.mark_as_parsed()
    monkeypatch.setattr(commands, "LARGE", (16, 16, 3))
    monkeypatch.setattr(exported_page, "STEPS", (3,))
    monkeypatch.setattr(exported_page, "WALL", 1)
    with flagsaver.flagsaver(run_folder=str(tmp_path / "small.keras"), number=6, requests=2):
        commands.main([])
    out = capsys.readouterr().out
    speed = r"[\d,]+ images/s, with loading the model: 6 in \d+\.\d s"
    for row in (
        r"a wall of 25 of small.keras \| \d+ ms, at most \d+ ms",
        r"a wall of 25 of 16x16x3, untrained \| \d+ ms, at most \d+ ms",
        *(rf"{command}, {kind} \| {speed}" for command in ("generate", "encode") for kind in ("PNG files", "arrays")),
        *(rf"traverse of all codes, \.{ending} \| \d+\.\d s" for ending in ("png", "gif")),
        *(rf"export --format={name} \| \d+\.\d MB, in \d+\.\d s" for name in ("keras", "saved_model", "onnx", "html")),
    ):
        assert re.search(rf"^\| {row} \|$", out, flags=re.MULTILINE), row
