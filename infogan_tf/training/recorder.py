"""Curves, pictures, checkpoints and progress, recorded during training."""

import functools
import io
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from infogan_tf.config import Config
from infogan_tf.console import is_terminal, logger
from infogan_tf.data.batches import as_floats
from infogan_tf.data.image_data import ImageData, evenly_spread
from infogan_tf.experiments import find_experiment
from infogan_tf.figures.pictures import save_picture
from infogan_tf.figures.traversals import Preview
from infogan_tf.model import InfoGAN
from infogan_tf.networks.contract import call_discriminator, call_generator
from infogan_tf.networks.layers import frozen_moving_averages
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.curves import SPEED, MetricsLog, TensorBoardWriter
from infogan_tf.training.health import HELD_OUT, TRAINING, Health
from infogan_tf.training.run import Run

terminal = logger.getChild("terminal")  # For what a run's log.txt leaves out.

BAR = "{desc} |{bar}| {remaining} left {rate_noinv_fmt}{postfix}"  # Fits on a terminal of 80 columns.
LINE = "{desc}  {rate_noinv_fmt}  {remaining} left{postfix}"
MEMORIZATION_IMAGES, MEMORIZATION_BATCH = 500, 100


def needs_model(config: Config, step: int) -> bool:
    """Whether the model is drawn or saved as an update leaves it, before the next one."""
    intervals = config.sample_interval, config.snapshot_interval, config.keep_every
    return any(_is_due(config, step, interval) for interval in intervals)


def _is_due(config: Config, step: int, interval: int) -> bool:
    return step == config.total_updates or (interval > 0 and step % interval == 0)


class Recorder:
    """Records updates of a run that has begun: at the intervals of its config, and everything at the last one."""

    def __init__(self, run: Run, model: InfoGAN, data: ImageData, checkpoints: Checkpoints, start: int):
        self._run, self._checkpoints = run, checkpoints
        scale = find_experiment(run.config.experiment).traversal_scale
        self._preview = Preview(model, data.training, data.caption, run.config.seed, scale)
        self._memorization = Memorization(model, data)
        self._log = MetricsLog(run.metrics, resumed_at=start)
        self._health = Health(run.config, model.spec)
        for point in self._log.points:
            self._health.update(point["step"], point)  # What it says of them was said before.
        self._tensorboard = TensorBoardWriter(run.path, resumed_at=start)
        self._tensorboard.settings(run.config.compared_settings(), run.path.name)
        names = [code.name for code in model.spec.codes]
        self._progress = Progress(names, start, run.config.updates_per_epoch)
        self._last_point = (start, time.monotonic())

    def record(self, step: int, metrics: Mapping[str, float]):
        """Records an update, once it is done; one that `needs_model`, before the next one."""
        config = self._run.config
        is_due = functools.partial(_is_due, config, step)
        self._progress.update(step, metrics, config.total_updates)
        if is_due(config.sample_interval):
            metrics = {**metrics, **self._memorization.metrics()}
            pictures = self._preview.pictures(step)
            self._tensorboard.pictures(step, pictures)
            for name, picture in pictures.items():
                save_picture(self._run.samples / f"step_{step:07d}_{name}.png", picture)
        if is_due(config.sample_interval) or is_due(config.summary_interval):
            self._write_point(step, metrics)
        if is_due(config.snapshot_interval) or is_due(config.keep_every):
            self._checkpoints.save(step)  # Everything recorded so far is on disk.

    def close(self):
        """Closes files and progress bar."""
        self._progress.close()
        self._log.close()
        self._tensorboard.close()

    def _write_point(self, step: int, metrics: Mapping[str, float]):
        (last_step, last_time), now = self._last_point, time.monotonic()
        self._last_point = step, now
        metrics = {**metrics, SPEED: (step - last_step) / (now - last_time)}
        self._log.append(step, metrics)
        self._tensorboard.scalars(step, metrics)
        for line in self._health.update(step, metrics):
            self._tensorboard.note(step, line)
            logger.info(line)


class Progress:
    """A bar on a terminal, otherwise a line per epoch: speed, time left, and means of the epoch so far.

    The means are the losses of D and G, and each code's mutual information (MI, nats).
    """

    def __init__(self, code_names: Sequence[str], start: int, updates_per_epoch: int):
        self._tags = {"D": "loss/discriminator", "G": "loss/generator"}
        for number, name in enumerate(code_names):
            self._tags[name if number else f"MI {name}"] = f"mutual_information/{name}"
        self._updates_per_epoch = updates_per_epoch
        self._is_bar = is_terminal()
        shown = {"bar_format": BAR, "unit": "", "file": sys.stdout, "dynamic_ncols": True}
        logged = {"bar_format": LINE, "unit": " updates", "file": io.StringIO(), "mininterval": math.inf}
        self._start_epoch()
        self._bar = _Bar(self._describe, initial=start, **(shown if self._is_bar else logged))
        self.close = self._bar.close

    def update(self, step: int, metrics: Mapping[str, float], total: int | None):
        """Counts one update, of so many or, as long as only a run's minutes are known, of None."""
        self._bar.total = total
        if (step - 1) % self._updates_per_epoch == 0:
            self._start_epoch()
        self._number += 1
        for tag in self._sums:
            self._sums[tag] += metrics[tag]
        self._bar.update()
        if not self._is_bar and (step % self._updates_per_epoch == 0 or step == total):
            terminal.info(str(self._bar))

    def _start_epoch(self):
        self._number, self._sums = 0, dict.fromkeys(self._tags.values(), 0.0)

    def _describe(self, step: int, total: int | None) -> dict[str, str]:
        epoch, update = f"epoch {math.ceil(max(step, 1) / self._updates_per_epoch)}", f"update {step:,}"
        if total:
            epoch, update = f"{epoch}/{math.ceil(total / self._updates_per_epoch)}", f"{update}/{total:,}"
        means = (f"{name} {self._sums[tag] / self._number:.2f}" for name, tag in self._tags.items())
        prefix = epoch if self._is_bar else f"{epoch}  {update}"
        return {"prefix": prefix, "postfix": " ".join(means) if self._number else ""}


class _Bar(tqdm):
    """A bar whose texts are made when it is drawn, and not at every update."""

    def __init__(self, describe: Callable[[int, int | None], dict[str, str]], **kwargs: Any):
        self._describe = describe
        super().__init__(**kwargs)

    @property
    def format_dict(self) -> dict[str, Any]:
        return super().format_dict | self._describe(self.n, self.total)


class Memorization:
    """D's mean output on training images beside held-out ones, as many of each, which it never saw.

    As long as D discriminates by what real images look like, both are alike. When it overfits, the first rises toward
    1 and the second falls toward that of fakes. Images are not augmented, and come in batches of 100 with their own
    statistics or, where D's batches are joint, those of as many fakes beside them, as in training.
    """

    def __init__(self, model: InfoGAN, data: ImageData):
        number = min(MEMORIZATION_IMAGES, len(data.training), len(data.held_out))
        size = min(MEMORIZATION_BATCH, number)
        self._batches: dict[str, list[np.ndarray]] = {}
        for tag, images in ((TRAINING, data.training), (HELD_OUT, data.held_out)) if number else ():
            spread = evenly_spread(images, number)
            self._batches[tag] = [spread[start : start + size] for start in range(0, number - size + 1, size)]
        self._model = model
        self._mean_output = tf.function(self._mean_output, autograph=False)

    def metrics(self) -> dict[str, float]:
        """`memorization/training` and `memorization/held_out`, if images are held out: mean probabilities of real."""
        return {
            tag: float(np.mean([self._mean_output(tf.constant(batch)) for batch in batches]))
            for tag, batches in self._batches.items()
        }

    def _mean_output(self, images: tf.Tensor) -> tf.Tensor:
        model, number = self._model, images.shape[0]
        batch = as_floats(images)
        with frozen_moving_averages(model.discriminator), frozen_moving_averages(model.generator):
            if model.discriminator_batches == "joint":
                latents = model.spec.sample(number, stream_seed(model.seed, Stream.PREVIEW))
                fakes = call_generator(model.generator, model.spec.join(latents), training=True)
                batch = tf.concat([batch, fakes], axis=0)
            logits, _ = call_discriminator(model.discriminator, batch, training=True)
        return tf.reduce_mean(tf.sigmoid(logits[:number]))
