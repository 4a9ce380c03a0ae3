"""Curves, pictures and checkpoints, written during training."""

import time
from collections.abc import Mapping

from infogan_tf.config import Config
from infogan_tf.data import ImageData
from infogan_tf.experiments import find_experiment
from infogan_tf.figures.pictures import save_picture
from infogan_tf.figures.preview import Preview
from infogan_tf.model import InfoGAN
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.health import Health
from infogan_tf.training.memorization import Memorization
from infogan_tf.training.metrics_log import SPEED, MetricsLog
from infogan_tf.training.progress import Progress
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.tensorboard import TensorBoardWriter


class Recorder:
    """Records updates at the config's intervals, and everything at the last one.

    Args:
        config: the run's settings.
        folder: the run folder.
        model: the model in training.
        data: its images.
        checkpoints: the run's checkpoints.
        start: updates done before.
    """

    def __init__(
        self,
        config: Config,
        folder: RunFolder,
        model: InfoGAN,
        data: ImageData,
        checkpoints: Checkpoints,
        start: int,
    ):
        self._config = config
        self._folder = folder
        self._checkpoints = checkpoints
        scale = find_experiment(config.experiment).traversal_scale
        self._preview = Preview(model, data.training, data.caption, config.seed, scale)
        self._memorization = Memorization(model, data)
        self._log = MetricsLog(folder.metrics, resumed_at=start)
        if self._log.dropped:
            folder.announce(f"warning: {self._log.dropped} cut-off or damaged line(s) of {folder.metrics} are dropped")
        self._health = Health(config, model.spec)
        for point in self._log.points:
            self._health.update(point["step"], point)  # What it says of them was said before.
        self._tensorboard = TensorBoardWriter(folder.path)
        self._tensorboard.describe(model.spec, folder.config_file.read_text(encoding="utf-8"))
        names = [code.name for code in model.spec.codes]
        self._progress = Progress(names, start, config.total_updates, config.updates_per_epoch)
        self._last_point = (start, time.monotonic())

    def record(self, step: int, metrics: Mapping[str, float]):
        """Records an update, once it is done."""
        config = self._config
        self._progress.update(step, metrics)
        is_last = step == config.total_updates
        if step % config.sample_interval == 0 or is_last:
            metrics = {**metrics, **self._memorization.metrics()}
            self._draw(step)
            self._write_point(step, metrics)
        elif step % config.summary_interval == 0:
            self._write_point(step, metrics)
        is_kept = config.keep_every and step % config.keep_every == 0
        if step % config.snapshot_interval == 0 or is_kept or is_last:
            self.save(step)

    def save(self, step: int):
        """Writes a checkpoint, after flushing everything recorded so far."""
        self._tensorboard.flush()
        self._checkpoints.save(step)

    def close(self):
        """Closes files and progress bar."""
        self._progress.close()
        self._log.close()
        self._tensorboard.close()

    def _write_point(self, step: int, metrics: Mapping[str, float]):
        last_step, last_time = self._last_point
        now = time.monotonic()
        self._last_point = (step, now)
        metrics = {**metrics, SPEED: (step - last_step) / (now - last_time)}
        self._log.append(step, metrics)
        self._tensorboard.scalars(step, metrics)
        for line in self._health.update(step, metrics):
            self._tensorboard.note(step, line)
            with self._progress.set_aside():
                self._folder.announce(line)

    def _draw(self, step: int):
        pictures = self._preview.pictures(step)
        self._tensorboard.pictures(step, pictures)
        for name, picture in pictures.items():
            save_picture(self._folder.samples / f"step_{step:07d}_{name}.png", picture)
