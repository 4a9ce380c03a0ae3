import re

import pytest

pytestmark = pytest.mark.slow


def test_each_size_has_its_row(launchers):
    finished = launchers.run("benchmarks/image_sizes.py", "--sizes=16,24", "--batch_size=2", "--rounds=1")
    assert finished.returncode == 0, finished.stderr
    assert re.search(r", oneDNN (on|off), batch 2\n", finished.stdout)
    for size in (16, 24):
        assert re.search(rf"^\| {size}x{size}x3 \| \d+ \| \d+ \|$", finished.stdout, re.MULTILINE)
