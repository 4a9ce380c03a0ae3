"""What the tests of training share."""

import shutil
import subprocess

import pytest

from infogan_tf.config import Config
from infogan_tf.training.run import Run


@pytest.fixture
def begun(tmp_path, embedded_digits):
    """A run at the default settings that has begun, and is in training."""
    with Run.create(Config(run_folder=str(tmp_path / "run"))).training() as run:
        run.begin(embedded_digits, max_shift=2)
        yield run


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a real file system of so many MiB."""
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(size):
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("needs the right to mount a file system")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)
