"""What the tests of training share."""

import shutil
import subprocess

import pytest

from infogan_tf.config import Config
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import new_record


@pytest.fixture
def recorded(tmp_path, embedded_digits):
    """The open folder of a run at the default settings, with its record."""
    config = Config(run_folder=str(tmp_path / "run"))
    with RunFolder.open(config) as folder:
        folder.claim(0)
        folder.write_record(new_record(config, embedded_digits, max_shift=2))
        yield folder


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
