import re
import resource
import sys
from pathlib import Path

import pytest
import whole_run
from absl import flags
from absl.testing import flagsaver

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _tiny():
    flags.FLAGS.mark_as_parsed()
    with flagsaver.flagsaver(data_source="embedded", batch_size=4, updates=2, starts=1):
        yield


@pytest.mark.usefixtures("small_networks")
def test_a_run_its_memory_and_its_images_are_measured(monkeypatch, capsys):
    monkeypatch.setattr(whole_run, "NUM_GENERATED", (3,))
    monkeypatch.setattr(whole_run, "_import_seconds", lambda: 1.5)
    monkeypatch.setattr(whole_run, "_seconds_to_first_update", lambda cache: 2.5)
    whole_run.main([])
    out = capsys.readouterr().out
    assert re.match(r".+, oneDNN (on|off)\n", out)
    for row in (
        r"import infogan_tf and what trains \| 1.5 s",
        r"start to first update, decoded images cached \| 2.5 s",
        r"2 updates with all records \| \d+\.\d s",
        r"of which checkpoints \| \d+\.\d%",
        r"largest memory of the process \| [\d,]+ MB",
        r"the run folder afterwards \| \d+ MB",
        r"generate\(3 images\) \| [\d,]+ images/s",
    ):
        assert re.search(rf"^\| {row} \|$", out, flags=re.MULTILINE), row


def test_a_start_is_timed_until_the_first_point(cache_folder):
    assert whole_run._seconds_to_first_update(str(cache_folder)) > 0


def test_the_largest_memory_is_counted_in_the_units_of_the_system(monkeypatch):
    status = Path("/proc/self/status")
    if status.exists():
        kilobytes = int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1])
        assert whole_run.peak_megabytes() == pytest.approx(kilobytes / 1024, rel=0.05)
    monkeypatch.setattr(sys, "platform", "darwin")
    in_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert whole_run.peak_megabytes() == pytest.approx(in_bytes / 2**20, rel=0.05)
