import json
import sys

import pytest

from tests import processes
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_curves_of_runs_are_drawn(tmp_path):
    (tmp_path / "run").mkdir()
    points = [{"step": step, "mutual_information/c1": step / 1000} for step in range(10, 1001, 10)]
    (tmp_path / "run" / "metrics.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points))
    command = [sys.executable, str(ROOT / "benchmarks" / "plot_runs.py"), f"--output={tmp_path / 'curves.png'}"]
    finished = processes.run([*command, f"--runs=a={tmp_path / 'run'}"])
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "curves.png").stat().st_size > 5000
    finished = processes.run([*command, "--runs=a=/nowhere"])
    assert finished.returncode == 1
    assert "flag --runs: expected label=folder of a run, got a=/nowhere" in finished.stderr
