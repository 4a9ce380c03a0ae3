"""What the tests of training share."""

import pytest

from infogan_tf.configs import MnistConfig
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import new_record


@pytest.fixture
def recorded(tmp_path, embedded_digits):
    """The open folder of a run at the default settings, with its record."""
    config = MnistConfig(run_folder=str(tmp_path / "run"))
    with RunFolder.open(config) as folder:
        folder.claim(0)
        folder.write_record(new_record(config, embedded_digits, max_shift=2))
        yield folder
