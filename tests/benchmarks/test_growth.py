import sys

import pytest

from tests import processes
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_each_batch_and_number_of_threads_has_its_row(monkeypatch):
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    arguments = ["--batch_sizes=4", "--threads=1", "--rounds=1", "--sgemm_size=64"]
    finished = processes.run([sys.executable, str(ROOT / "benchmarks" / "growth.py"), *arguments])
    assert finished.returncode == 0, finished.stderr
    assert "| 4 | 1 |" in finished.stdout
    assert "oneDNN on, ONEDNN_MAX_CPU_ISA=AVX2\n" in finished.stdout
