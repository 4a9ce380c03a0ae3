"""Atomic checkpoints: each is complete or missing."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from infogan_tf.errors import SettingError, TrainingError, first_line
from infogan_tf.files import reason_not_written, remove, remove_atomically, remove_partial, write_atomically
from infogan_tf.model import InfoGAN

# The newest, and the previous one in case the newest is damaged.
KEEP = 2
# What TensorFlow raises for files that are truncated, modified or missing.
DAMAGED = (tf.errors.OpError, AssertionError, LookupError, RuntimeError, ValueError)


def find_steps(folder: Path) -> list[int]:
    """Updates of which there is a checkpoint in a folder, oldest first."""
    names = (path.name.removeprefix("step_") for path in folder.glob("step_*"))
    return sorted(int(name) for name in names if name.isdecimal())


class Checkpoints:
    """The checkpoints of one run, each a folder `step_0000500` of its own.

    No random state is saved, since all randomness follows from the seed and the number of updates, which the
    optimizers keep.

    Args:
        folder: where they are saved.
        model: what is saved and restored; with its optimizers if it is compiled.
        keep_every: besides the last two, the checkpoints whose update is a multiple of this are kept; none if 0.
    """

    def __init__(self, folder: Path, model: InfoGAN, keep_every: int = 0):
        self.folder = folder
        self._keep_every = keep_every
        # Whatever `keep_every` is now, checkpoints that an earlier session kept are not removed.
        self._kept_before = self.steps()[:-KEEP]
        parts = {"generator": model.generator, "discriminator": model.discriminator}
        if model.averaged_generator is not None:
            parts["averaged_generator"] = model.averaged_generator
        self._optimizers = {}
        if model.compiled:
            self._optimizers = {"d_optimizer": model.d_optimizer, "g_optimizer": model.g_optimizer}
        self._checkpoint = tf.train.Checkpoint(**parts, **self._optimizers)
        self._variables = [v for part in (*parts.values(), *self._optimizers.values()) for v in part.variables]

    @property
    def bytes_needed(self) -> int:
        """Size of one checkpoint on disk, about."""
        return sum(int(np.prod(v.shape)) * tf.as_dtype(v.dtype).size for v in self._variables)

    def bytes_to_come(self, total_updates: int) -> int:
        """Additional disk space that a run needs, about; includes one checkpoint more while it is written."""
        steps = self.steps()
        kept = 0
        if self._keep_every:
            newest = max(steps, default=0)
            kept = max(0, total_updates // self._keep_every - newest // self._keep_every)
        return self.bytes_needed * (kept + KEEP + 1 - len(steps[-KEEP:]))

    def steps(self) -> list[int]:
        """Updates of which there is a checkpoint, oldest first."""
        return find_steps(self.folder)

    def path(self, step: int) -> Path:
        """Folder of the checkpoint of an update."""
        return self.folder / f"step_{step:07d}"

    def save(self, step: int):
        """Writes the checkpoint of an update, then removes those that are not to be kept.

        Raises:
            TrainingError: a variable is not finite, or it can't be written; older checkpoints stay.
        """
        if step in self.steps():
            return
        self._check_finite(step)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path(step), self._write)
        except (OSError, tf.errors.OpError) as error:
            reason = reason_not_written(self.folder.parent, error)
            raise TrainingError(
                f"the checkpoint of update {step} could not be written: {reason}; {self.what_is_left()}"
            ) from error
        for old in self.steps()[:-KEEP]:
            if not self._is_kept(old):
                remove_atomically(self.path(old))

    def _is_kept(self, step: int) -> bool:
        return step in self._kept_before or (self._keep_every > 0 and step % self._keep_every == 0)

    def restore(self, step: int):
        """Restores the checkpoint of an update.

        Raises:
            SettingError: there is none.
            TrainingError: it is damaged.
        """
        if step not in self.steps():
            there = ", ".join(map(str, self.steps())) or "none"
            expected = f"the update of a checkpoint in {self.folder} (there are: {there})"
            raise SettingError("step", expected, repr(step))
        try:
            self._read(step)
        except DAMAGED as error:
            raise TrainingError(f"checkpoint {self.path(step)} is damaged ({first_line(error)})") from error

    def restore_newest(self) -> tuple[int, list[str]]:
        """Restores the newest undamaged checkpoint.

        Returns:
            Its update (0 if there is no checkpoint), and one line on each damaged one that was skipped.

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
        """Renames the damaged checkpoints after an update, and removes partial files that kills left."""
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
        """The checkpoint that a run can be resumed from, in words."""
        steps = self.steps()
        return f"the last good checkpoint is {self.path(steps[-1])}" if steps else "there is no earlier checkpoint"
