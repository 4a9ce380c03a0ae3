import re
import sys

from tests import processes
from tests.conftest import ROOT


def test_each_size_has_its_row():
    arguments = ["--sizes=16,24", "--batch_size=2", "--rounds=1"]
    finished = processes.run([sys.executable, str(ROOT / "benchmarks" / "image_sizes.py"), *arguments])
    assert finished.returncode == 0, finished.stderr
    assert re.search(r", oneDNN (on|off), batch 2\n", finished.stdout)
    for size in (16, 24):
        assert re.search(rf"^\| {size}x{size}x3 \| \d+ \| \d+ \|$", finished.stdout, re.MULTILINE)
