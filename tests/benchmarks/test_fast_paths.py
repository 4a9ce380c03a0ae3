import sys

from tests import processes
from tests.conftest import ROOT


def test_the_table_shows_what_is_lost_without_a_fast_path(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    arguments = ["--batch_size=4", "--rounds=1", "--part=Dense", "--part=FusedAdam"]
    finished = processes.run([sys.executable, str(ROOT / "benchmarks" / "fast_paths.py"), *arguments])
    assert finished.returncode == 0, finished.stderr
    for text in ("oneDNN off; batch 4", "| all fast paths |", "| without Dense |", "| without FusedAdam |"):
        assert text in finished.stdout
    assert "round 1 of 1" in finished.stderr
