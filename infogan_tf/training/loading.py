"""A trained model from its run folder."""

import warnings
from pathlib import Path

from infogan_tf.experiments import build_model
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import recorded_config


def load(run_folder: str | Path) -> InfoGAN:
    """The model of a run at its newest checkpoint, ready to `generate` and `infer_codes`.

    A damaged checkpoint is warned of, and the one before is taken.

    Args:
        run_folder: the folder that training made; nothing in it is changed.

    Raises:
        FileNotFoundError: there is no run, or no checkpoint yet.
        SettingError: the folder holds something else.
        TrainingError: every checkpoint is damaged.
    """
    folder = RunFolder(Path(run_folder).expanduser())
    record = folder.read_record()
    if record is None:
        raise FileNotFoundError(f"run_folder: expected the folder of a run, got {folder.path}, where there is none")
    model = build_model(recorded_config(record), record["data"]["max_shift"])
    step, damaged = Checkpoints(folder.checkpoints, model).restore_newest()
    if not step:
        raise FileNotFoundError(f"run_folder: expected a run with a checkpoint, got {folder.path} without one")
    for line in damaged:
        warnings.warn(f"{line}; update {step} is loaded instead", stacklevel=2)
    return model
