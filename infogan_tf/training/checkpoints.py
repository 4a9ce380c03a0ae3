"""Checkpoints that are whole or not there."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from infogan_tf.errors import TrainingError, first_line
from infogan_tf.files import remove, remove_atomically, remove_partial, write_atomically
from infogan_tf.model import InfoGAN

# The newest, and the one before in case the newest is damaged.
KEEP = 2
# What TensorFlow raises for files that are cut off, changed or missing.
DAMAGED = (tf.errors.OpError, AssertionError, LookupError, RuntimeError, ValueError)


class Checkpoints:
    """The checkpoints of one run, each a folder `step_0000500` of its own.

    Nothing random is saved, since all of it follows from the seed and the number of updates, which the optimisers
    keep.

    Args:
        folder: where they are.
        model: what is saved and restored; with its optimisers if it is compiled.
    """

    def __init__(self, folder: Path, model: InfoGAN):
        self.folder = folder
        parts = {"generator": model.generator, "discriminator": model.discriminator}
        if model.averaged_generator is not None:
            parts |= {
                "averaged_generator": model.averaged_generator,
                "averaged_discriminator": model.averaged_discriminator,
            }
        self._optimizers = {}
        if model.compiled:
            self._optimizers = {"d_optimizer": model.d_optimizer, "g_optimizer": model.g_optimizer}
        self._checkpoint = tf.train.Checkpoint(**parts, **self._optimizers)
        self._variables = [v for part in (*parts.values(), *self._optimizers.values()) for v in part.variables]

    @property
    def bytes_needed(self) -> int:
        """Size of one checkpoint on disk, about."""
        return sum(int(np.prod(v.shape)) * tf.as_dtype(v.dtype).size for v in self._variables)

    def steps(self) -> list[int]:
        """Updates of which there is a checkpoint, oldest first."""
        names = (path.name.removeprefix("step_") for path in self.folder.glob("step_*"))
        return sorted(int(name) for name in names if name.isdecimal())

    def path(self, step: int) -> Path:
        """Folder of the checkpoint of an update."""
        return self.folder / f"step_{step:07d}"

    def save(self, step: int):
        """Writes the checkpoint of an update, then removes all but the last two.

        Raises:
            TrainingError: a variable is not finite, or the disk does not take it; older checkpoints stay.
        """
        if step in self.steps():
            return
        self._check_finite(step)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path(step), self._write)
        except (OSError, tf.errors.OpError) as error:
            raise TrainingError(
                f"the checkpoint of update {step} could not be written: {first_line(error)}; {self.what_is_left()}"
            ) from error
        for old in self.steps()[:-KEEP]:
            remove_atomically(self.path(old))

    def restore_newest(self) -> tuple[int, list[str]]:
        """Restores the newest checkpoint that is whole.

        Returns:
            Its update (0 if there is no checkpoint), and one line on each damaged one that was passed over.

        Raises:
            TrainingError: there are checkpoints, and all are damaged.
        """
        damaged = []
        for step in reversed(self.steps()):
            try:
                self._read(step)
            except DAMAGED as error:
                damaged.append(f"checkpoint {self.path(step)} is damaged ({first_line(error)})")
                continue
            return step, damaged
        if damaged:
            raise TrainingError(f"no checkpoint can be read: {'; '.join(damaged)}")
        return 0, damaged

    def set_aside_after(self, step: int):
        """Renames the checkpoints after an update, which are damaged, and removes what kills left half written."""
        for newer in self.steps():
            if newer > step:
                target = self.folder / f"damaged_{self.path(newer).name}"
                remove(target)
                self.path(newer).rename(target)
        remove_partial(self.folder)

    def _write(self, partial: Path):
        partial.mkdir()
        self._checkpoint.write(str(partial / "variables"))

    def _read(self, step: int):
        status = self._checkpoint.read(str(self.path(step) / "variables"))
        status.assert_existing_objects_matched()
        if not self._optimizers:
            status.expect_partial()

    def _check_finite(self, step: int):
        for variable in self._variables:
            if not np.isfinite(variable.numpy()).all():
                raise TrainingError(f"{variable.path} is not finite after update {step}; {self.what_is_left()}")

    def what_is_left(self) -> str:
        """Which checkpoint a run can go on from, in words."""
        steps = self.steps()
        return f"the last good checkpoint is {self.path(steps[-1])}" if steps else "there is no earlier checkpoint"
