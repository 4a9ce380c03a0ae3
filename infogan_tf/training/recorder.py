"""What becomes of the numbers of updates: curves, pictures, checkpoints, progress, pace, and calls of callbacks."""

import functools
import io
import math
import sys
import time
from collections.abc import Mapping, Sequence

import keras
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
PACE_SECONDS = 10.0  # Or a quarter of a run's minutes, if that is less.


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
        self._epoch = Means()
        self._updates_per_epoch, self._first = updates_per_epoch, start + 1
        self._is_bar = is_terminal()
        epoch = f"epoch {start // updates_per_epoch + 1}"  # Shown while the update is compiled.
        shown = {"desc": epoch, "bar_format": BAR, "unit": "", "file": sys.stdout, "dynamic_ncols": True}
        logged = {"bar_format": LINE, "unit": " updates", "file": io.StringIO(), "mininterval": math.inf}
        self._bar = tqdm(initial=start, **(shown if self._is_bar else logged))
        self.close = self._bar.close

    def update(self, step: int, metrics: Mapping[str, float], total: int | None):
        """Counts one update, of so many or, as long as only a run's minutes are known, of None."""
        size = self._updates_per_epoch
        if (step - 1) % size == 0:
            self._epoch = Means()
        self._epoch.add({name: metrics[tag] for name, tag in self._tags.items()})
        epoch, update = f"epoch {math.ceil(step / size)}", f"update {step:,}"
        if total:
            epoch, update = f"{epoch}/{math.ceil(total / size)}", f"{update}/{total:,}"
        self._bar.total = total
        self._bar.desc = epoch if self._is_bar else f"{epoch}  {update}"
        self._bar.postfix = " ".join(f"{name} {mean:.2f}" for name, mean in self._epoch.values().items())
        self._bar.update()
        if step == self._first:  # From here on, without the time in which the update was compiled.
            self._bar.initial = step
            self._bar.unpause()
        if not self._is_bar and (step % size == 0 or step == total):
            terminal.info(str(self._bar))


class Means:
    """The means of numbers, by name."""

    def __init__(self):
        self._sums: dict[str, float] = {}
        self._number = 0

    def add(self, numbers: Mapping[str, float]):
        """Adds one of each."""
        self._number += 1
        for name, value in numbers.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def values(self) -> dict[str, float]:
        """Their means so far."""
        return {name: total / self._number for name, total in self._sums.items()}


class Pace:
    """Announces once how many minutes a run will take, and gives a run of so many minutes its length in epochs."""

    def __init__(self, run: Run):
        self._run = run
        self._first: tuple[int, float] | None = None  # The first update is compiled, and so timing begins after it.
        self._is_known = False

    def update(self, step: int):
        """Counts an update that is done."""
        config, now = self._run.config, time.monotonic()
        self._first = self._first or (step, now)
        updates, seconds = step - self._first[0], now - self._first[1]
        if self._is_known or not updates or seconds < min(PACE_SECONDS, 15 * (config.minutes or math.inf)):
            return
        self._is_known, rate = True, updates / seconds
        if config.total_updates is None:
            epochs = (self._first[0] + 60 * config.minutes * rate) / config.updates_per_epoch
            self._run.set_length(max(round(epochs), math.ceil(step / config.updates_per_epoch)))
        total = self._run.config.total_updates
        logger.info(
            f"pace: {rate:.3g} updates a second on this machine; update {total:,}, the last one, comes in about "
            f"{in_minutes((total - step) / rate)}"
        )


def in_minutes(seconds: float) -> str:
    """A time as text, in minutes, rounded up."""
    minutes = math.ceil(seconds / 60)
    return f"{minutes:,} minute{'s' * (minutes > 1)}"


class Callbacks:
    """Calls Keras callbacks with every number of an update, by tag, and with their means at the end of an epoch.

    Numbers are read one update late, so that at the end of a batch the model may be one update further. At the end of
    an epoch it is not. A callback that sets `model.stop_training` ends training there; at the end of a batch, or where
    several workers train, one update later.
    Its `params` have the `run_folder` too.
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback], model: InfoGAN, run: Run, start: int):
        self._size, self._means = run.config.updates_per_epoch, Means()
        params = {"epochs": run.config.max_epoch, "steps": self._size, "verbose": 0, "run_folder": str(run.path)}
        self._list = keras.callbacks.CallbackList(callbacks, model=model, **params)
        self._list.on_train_begin()
        if start % self._size:
            self._list.on_epoch_begin(start // self._size)
        self.close = self._list.on_train_end

    def record(self, step: int, metrics: Mapping[str, float]):
        """Calls them after an update."""
        epoch, batch = divmod(step - 1, self._size)
        if not batch:
            self._list.on_epoch_begin(epoch)
            self._means = Means()
        self._list.on_train_batch_begin(batch)
        self._list.on_train_batch_end(batch, dict(metrics))
        self._means.add(metrics)
        if batch == self._size - 1:
            self._list.on_epoch_end(epoch, self._means.values())


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
