"""What the tests of training share."""

import pytest

from infogan_tf.configs import MnistConfig
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import new_record


@pytest.fixture
def recorded(tmp_path, embedded_digits):
    """A folder with the record of a run at the default settings."""
    folder = RunFolder(tmp_path / "run")
    folder.create(0)
    folder.write_record(new_record(MnistConfig(run_folder=str(folder.path)), embedded_digits, max_shift=2))
    return folder
