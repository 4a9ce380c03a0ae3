"""The checkpoints of a run, each complete or missing.

TensorFlow's manager writes a checkpoint's files, and then its name into the file `checkpoint`. Only what has its name
there counts, so that a kill at any moment leaves no partial checkpoint.
"""

import re
import zipfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.errors import SettingError, TrainingError, first_line
from infogan_tf.files import reason_not_written, remove
from infogan_tf.model import InfoGAN

# The newest, and the previous one in case the newest is damaged.
KEEP = 2
WEIGHTS = ".npz"  # A checkpoint of the weights alone, of a run that was exported.
# What TensorFlow raises for files that are truncated, modified or missing.
DAMAGED = (tf.errors.OpError, AssertionError, LookupError, RuntimeError, ValueError)


def find_steps(folder: Path) -> list[int]:
    """Updates of which there is a checkpoint in a folder, oldest first."""
    return list(_find(folder))


def _find(folder: Path) -> dict[int, Path]:
    """The checkpoints by their update, oldest first; TensorFlow knows each by a prefix of its files."""
    # A third one is about to be removed.
    paths = [*_recorded(folder)[-KEEP:], *_recorded(folder / "kept"), *filter(_is_ours, folder.glob(f"*{WEIGHTS}"))]
    return dict(sorted((int(path.stem.removeprefix("step-")), path) for path in paths))


def _recorded(folder: Path) -> list[Path]:
    state = tf.train.get_checkpoint_state(folder)
    paths = map(Path, state.all_model_checkpoint_paths if state else [])
    return [path for path in paths if _is_ours(path) and any(folder.glob(f"{path.name}.*"))]


def _is_ours(path: Path) -> bool:
    """Whether a checkpoint has a name as ours have; other programs' may lie where runs are looked for."""
    return re.fullmatch(r"step-\d+", path.stem) is not None


def write_weights(folder: Path, step: int, model: InfoGAN):
    """Writes the weights of G and D with Q as float16, those of G averaged if they are; no optimizer, to save space."""
    weights = _weights(model.averaged_generator or model.generator, model.discriminator)
    arrays = {name: variable.numpy().astype(np.float16) for name, variable in weights.items()}
    np.savez_compressed(folder / f"step-{step}{WEIGHTS}", **arrays)


def _read_weights(path: Path, model: InfoGAN):
    """Reads what `write_weights` wrote; errors are those of `Checkpoints.restore`."""
    if model.compiled:
        raise SettingError("run_folder", "a run with its optimizers", f"{path.parent.parent}, an exported one without")
    try:
        with path.open("rb") as file, np.load(file) as arrays:  # NumPy would leave a damaged file open.
            for generator in filter(None, (model.generator, model.averaged_generator)):
                for name, variable in _weights(generator, model.discriminator).items():
                    variable.assign(arrays[name])
    except (*DAMAGED, OSError, zipfile.BadZipFile) as error:
        raise TrainingError(f"checkpoint {path} is damaged ({first_line(error)})") from error


def _weights(generator: keras.Layer, discriminator: keras.Layer) -> dict[str, keras.Variable]:
    weights = {}
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        floats = (variable for variable in network.variables if tf.as_dtype(variable.dtype).is_floating)
        weights |= {f"{name}/{number}": variable for number, variable in enumerate(floats)}
    return weights


class Checkpoints:
    """The checkpoints of one run: the last two and, in a folder `kept`, those of every `keep_every`-th update.

    The model is saved and restored, with its optimizers if it is compiled. No random state is saved, since all
    randomness follows from the seed and the number of updates, by which a checkpoint is named.
    """

    def __init__(self, folder: Path, model: InfoGAN, keep_every: int = 0):
        self._folder, self._keep_every, self._model = folder, keep_every, model
        self._updates_done = model.updates_done
        parts = {"generator": model.generator, "discriminator": model.discriminator}
        if model.averaged_generator is not None:
            parts["averaged_generator"] = model.averaged_generator
        if model.compiled:
            parts |= {"d_optimizer": model.d_optimizer, "g_optimizer": model.g_optimizer}
        self._variables = [variable for part in parts.values() for variable in part.variables]
        self._checkpoint = tf.train.Checkpoint(**parts)
        self._counter = self._checkpoint.save_counter  # If it were made later, a damaged checkpoint read before fails.
        self._last = tf.train.CheckpointManager(self._checkpoint, folder, KEEP, checkpoint_name="step")
        self._kept = tf.train.CheckpointManager(self._checkpoint, folder / "kept", None, checkpoint_name="step")

    def bytes_to_come(self, total_updates: int | None) -> int:
        """Additional disk space that a run needs, about; includes one checkpoint more while it is written.

        Of a run whose length is not known yet, those that `keep_every` keeps are left out.
        """
        number = KEEP + 1 - len(_recorded(self._folder)[-KEEP:])
        if self._keep_every and total_updates:
            newest = max(_find(self._folder), default=0)
            number += max(0, total_updates // self._keep_every - newest // self._keep_every)
        return number * sum(int(np.prod(v.shape)) * tf.as_dtype(v.dtype).size for v in self._variables)

    def save(self, step: int):
        """Writes the checkpoint of an update, then removes the oldest of those that are not kept.

        Raises:
            TrainingError: a variable is not finite, or it can't be written; older checkpoints stay.
        """
        if step in _find(self._folder):
            return
        for variable in self._variables:
            if not np.isfinite(variable.numpy()).all():
                raise TrainingError(f"{variable.path} is not finite after update {step}; {self.what_is_left()}")
        self._counter.assign(step - 1)  # The manager adds 1 and saves it too; it must follow from the update alone.
        manager = self._kept if self._keep_every and step % self._keep_every == 0 else self._last
        try:
            Path(manager.directory).mkdir(parents=True, exist_ok=True)
            manager.save(checkpoint_number=step)
        except (OSError, tf.errors.OpError) as error:
            self._remove_partial()
            reason = f"{reason_not_written(self._folder.parent, error)}; {self.what_is_left()}"
            raise TrainingError(f"the checkpoint of update {step} could not be written: {reason}") from error

    def restore(self, step: int):
        """Restores the checkpoint of an update.

        Raises:
            SettingError: there is none, or one without the optimizers that a compiled model needs.
            TrainingError: it is damaged.
        """
        paths = _find(self._folder)
        if step not in paths:
            there = ", ".join(map(str, paths)) or "none"
            raise SettingError("step", f"the update of a checkpoint in {self._folder} (there are: {there})", step)
        if paths[step].suffix == WEIGHTS:
            _read_weights(paths[step], self._model)
            self._updates_done.assign(step)
            return
        try:
            status = self._checkpoint.read(str(paths[step]))
            status.assert_existing_objects_matched()
        except DAMAGED as error:
            raise TrainingError(f"checkpoint {paths[step]} is damaged ({first_line(error)})") from error
        self._updates_done.assign(step)
        status.expect_partial()  # A model that is not compiled leaves the optimizers.

    def restore_newest(self) -> tuple[int, list[str]]:
        """Restores the newest undamaged checkpoint.

        Returns:
            Its update (0 if there is no checkpoint), and one line on each damaged one that was skipped.

        Raises:
            TrainingError: there are checkpoints, and all are damaged.
        """
        damaged = []
        for step in reversed(_find(self._folder)):
            try:
                self.restore(step)
                return step, damaged
            except TrainingError as error:
                damaged.append(str(error))
        if damaged:
            raise TrainingError(f"no checkpoint can be read: {'; '.join(damaged)}")
        return 0, []

    def set_aside_after(self, step: int):
        """Renames the damaged checkpoints after an update, and removes partial files that kills left."""
        for newer, path in _find(self._folder).items():
            if newer > step:
                for file in path.parent.glob(f"{path.name}.*"):
                    file.replace(file.with_name(f"damaged_{file.name}"))
        self._remove_partial()

    def _remove_partial(self):
        for folder in (self._folder, self._folder / "kept"):
            complete = {path.name for path in _recorded(folder)}
            for path in (*folder.glob("step-*"), *folder.glob("checkpoint.tmp*")):
                if path.name.partition(".")[0] not in complete:
                    remove(path)

    def what_is_left(self) -> str:
        """The checkpoint that a run can be resumed from, in words."""
        paths = _find(self._folder)
        return f"the last good checkpoint is {paths[max(paths)]}" if paths else "there is no earlier checkpoint"
