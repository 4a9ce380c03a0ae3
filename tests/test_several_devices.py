import sys

from tests import processes
from tests.conftest import ROOT


def test_training_on_two_devices():
    """In a process of its own, since devices must be set up before TensorFlow starts."""
    finished = processes.run([sys.executable, "-m", "tests.two_devices"], cwd=ROOT)
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert finished.stdout == "all agree\n"
