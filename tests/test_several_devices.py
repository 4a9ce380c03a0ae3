import pytest


@pytest.mark.slow
def test_training_on_two_devices(launchers):
    """In a process of its own, since devices must be set up before TensorFlow starts."""
    finished = launchers.run("tests/two_devices.py")
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert finished.stdout == "all agree\n"
