"""Training, from a config to a finished run."""

import collections
import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Sequence

import keras
import tensorflow as tf

from infogan_tf import devices, runtime
from infogan_tf.build_model import build_augmentation, build_model, compile_model, image_request
from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.data.batches import ImageBatches, made_ahead
from infogan_tf.data.image_data import ImageData, check_two_batches
from infogan_tf.data.sources import load_images
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.files import reason_not_written
from infogan_tf.interruption import StopRequest
from infogan_tf.model import InfoGAN
from infogan_tf.training.announcements import announce_end, announce_start
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.record import with_recorded_origin
from infogan_tf.training.recorder import Callbacks, Pace, Recorder, needs_model, terminal
from infogan_tf.training.run import Run

LOST_WORKER = "another worker has ended or can't be reached; start all workers again"


@runtime.keras_settings()
def train(config: Config, command: str | None = None, callbacks: Sequence[keras.callbacks.Callback] = ()) -> bool:
    """Trains a model, or resumes an earlier run of the same folder, and writes everything into the folder.

    SIGINT, SIGTERM and SIGHUP save and end it; one more, a second or more later, aborts. Whatever stops it, the same
    call resumes from the last checkpoint. On the same CPU, with the same TensorFlow build, `TF_ENABLE_ONEDNN_OPTS` and
    `precision`, it reaches the same bits as a run that was never stopped. On a GPU, whose kernels may add numbers in
    any order, it does so only with `deterministic`, which TensorFlow then keeps for the rest of the process.

    Args:
        config: the settings.
        command: what started the launcher; the last messages then show the next commands.
        callbacks: Keras callbacks, see `Callbacks`; of several workers all have them, and the chief's are called.

    Returns:
        False if a signal or a callback stopped it, whether or not the run was done by then.

    Raises:
        TypeError: `config` is not a config, or one of the callbacks is none of Keras'.
        Interrupted: a second signal aborted it; a `KeyboardInterrupt`.
        SettingError: a setting does not go with the data or the folder; nothing was changed.
        TrainingError: a number is no longer finite, the disk is full, or another worker has ended; the last good
            checkpoint stays.
    """
    if not isinstance(config, Config):
        raise TypeError(f'config: expected a Config, such as presets("mnist")["best"], got {config!r}')
    for callback in callbacks:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(f"callbacks: expected keras.callbacks.Callback objects, got {callback!r}")
    strategy = _ready_strategy(config)
    is_writer = strategy.extended.should_checkpoint  # Of the workers of a cluster only its chief.
    with strategy.scope(), _named_if_lost(), Run.create(config).training(is_writer) as run:
        data = _load_data(run)
        model = _new_model(run, data)
        checkpoints = run.checkpoints(model)
        with StopRequest(checkpoints.what_is_left) as stop, _named_if_not_written(run, checkpoints):
            # First, so that a run whose checkpoints can't be read is not modified.
            start, damaged = checkpoints.restore_newest()
            _check_workers_agree(config, data, model.max_shift, start)
            if is_writer:
                before = run.record
                run.begin(data, model.max_shift, checkpoints.bytes_to_come(config.total_updates))
                checkpoints.set_aside_after(start)
                announce_start(run, model, data, before, start, damaged)
            else:
                logger.info("this worker trains with the chief of the cluster, which writes everything")
            began = time.monotonic()
            step = _update(run, model, data, checkpoints, start, stop, callbacks)
            if is_writer:
                seconds = time.monotonic() - began
                announce_end(run, model.spec, step, step - start, seconds, stop.signal_name, command)
            return stop.signal_name is None


def _ready_strategy(config: Config) -> tf.distribute.Strategy:
    """What trains on the devices of a config; SettingError if they, or several of them, can't train with it."""
    devices.check_cluster(config.devices, config.run_folder, config.minutes)
    devices.prepare_devices(config.devices)
    if config.xla == "on" and config.precision == "bfloat16" and not runtime.uses_gpu():
        raise SettingError("xla", "auto or off where precision is bfloat16 on a CPU, which XLA would ignore", "on")
    runtime.check_precision(config.precision)
    if config.deterministic == "on" and runtime.uses_gpu():
        tf.config.experimental.enable_op_determinism()
    strategy = devices.training_strategy(config.devices)
    devices.check_batch(config.batch_size, strategy.num_replicas_in_sync)
    if config.xla == "on" and strategy.num_replicas_in_sync > 1:
        raise SettingError("xla", "auto or off where several devices train, whose gradients XLA can't exchange", "on")
    return strategy


def _load_data(run: Run) -> ImageData:
    """The images of a run; of a resumed one from the same source, even if there is better data by now."""
    config, record = run.config, run.record
    source = record.data.source if record and config.data_source == "auto" else config.data_source
    data = load_images(image_request(config, source))
    check_two_batches(data, config.batch_size)
    return with_recorded_origin(record, data) if record else data


def _new_model(run: Run, data: ImageData) -> InfoGAN:
    """The model of a run before its first update, compiled."""
    max_shift = run.record.data.max_shift if run.record else _choose_max_shift(run.config, data)
    with runtime.network_precision(run.config.precision):
        model = build_model(run.config, data.image_shape, max_shift)
        compile_model(model, run.config)
    return model


def _choose_max_shift(config: Config, data: ImageData) -> int:
    size, max_shift = data.image_shape[0], config.max_shift
    if max_shift is None:
        max_shift = build_augmentation(config).default_max_shift(len(data.training), size)
    if max_shift > size // 2:
        raise SettingError("max_shift", f"at most {size // 2}, half of the size of the images", max_shift)
    if not max_shift and config.augmentation_probability is not None:
        why = "max_shift is 0" if config.max_shift == 0 else f"max_shift is auto: 0 for {len(data.training):,} images"
        raise SettingError("augmentation_probability", f"auto where {why}", config.augmentation_probability)
    return max_shift


def _check_workers_agree(config: Config, data: ImageData, max_shift: int, start: int):
    settings = dataclasses.replace(config, run_folder=None, images=None, data_dir=None)  # Whatever each calls them.
    if not devices.all_agree(repr((settings, data.fingerprint(), max_shift, start))):
        expected = "one command, the same images and one shared folder for all workers"
        raise SettingError("run_folder", expected, f"others for some of them (here, from update {start:,})")


def _update(
    run: Run,
    model: InfoGAN,
    data: ImageData,
    checkpoints: Checkpoints,
    start: int,
    stop: StopRequest,
    callbacks: Sequence[keras.callbacks.Callback],
) -> int:
    """Updates the model up to the last update, or until a stop is requested; returns how many are done.

    Each device updates with its part of every batch, and all keep the same weights.
    """
    if run.config.is_done(start):
        return start
    update, names = compiled_update(model)
    model.stop_training = False
    terminal.info("compiling the update, which takes seconds, or with many codes half a minute")
    with contextlib.ExitStack() as stack:
        stack.enter_context(runtime.product_precision(run.config.precision))
        recorders = []
        if tf.distribute.get_strategy().extended.should_checkpoint:
            recorders.append(stack.enter_context(contextlib.closing(Recorder(run, model, data, checkpoints, start))))
            recorders.append(stack.enter_context(contextlib.closing(Callbacks(callbacks, model, run, start))))
        batches = stack.enter_context(contextlib.closing(_batches(run.config, data, start)))
        numbers = _Numbers(names, checkpoints, recorders)
        pace = Pace(run)
        for step, batch in enumerate(batches, start + 1):
            numbers.add(step, update(batch, tf.constant(float(stop.signal_name is not None))))
            pace.update(step)
            is_stopped = numbers.are_of_a_stop if devices.is_in_cluster() else stop.signal_name is not None
            # One update late, while a device computes the next one, unless the model must not move on.
            is_epoch = bool(callbacks) and step % run.config.updates_per_epoch == 0
            numbers.read(0 if is_stopped or is_epoch or needs_model(run.config, step) else 1)
            if model.stop_training:
                stop.signal_name = stop.signal_name or "a callback"
                is_stopped |= is_epoch and not devices.is_in_cluster()  # All numbers have been read.
            if is_stopped:
                stop.signal_name = stop.signal_name or "a signal to another worker"
                if recorders:
                    checkpoints.save(step)
            if is_stopped or run.config.is_done(step):
                break
    devices.all_agree("done")  # No worker ends before the last files are written.
    return step


def _batches(config: Config, data: ImageData, start: int) -> Iterator[tf.Tensor | tf.distribute.DistributedValues]:
    """The batches of the updates after `start`, each divided among the devices; a thread makes them ahead."""
    batches, strategy = ImageBatches(data.training, config.batch_size, config.seed), tf.distribute.get_strategy()

    def parts(step: int) -> tf.Tensor | tf.distribute.DistributedValues:
        return strategy.experimental_distribute_values_from_function(
            lambda context: batches(step, context.replica_id_in_sync_group, context.num_replicas_in_sync)
        )

    return made_ahead(parts, start)


def compiled_update(model: InfoGAN) -> tuple[Callable[..., tf.Tensor], list[str]]:
    """A function that updates a model, and the names of the numbers that it returns, `[number + 1]`.

    It takes images and a number. All that it returns are means over devices: last, that of this number. The names are
    there once it has been called.
    """
    names, strategy, zero = [], tf.distribute.get_strategy(), tf.constant(0.0)

    def update_part(images: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
        metrics = model.apply_update(images)
        names[:] = metrics
        return tf.stack([*metrics.values(), number])

    # One update per call: several in one graph are no faster, and each one is checked and can be the last.
    # AutoGraph would find nothing to convert, since no Python `if` or loop depends on a tensor, but takes seconds.
    @tf.function(autograph=False)
    def update(images: tf.Tensor | tf.distribute.DistributedValues, number: tf.Tensor = zero) -> tf.Tensor:
        return strategy.reduce("MEAN", strategy.run(update_part, (images, number)), axis=None)

    return update, names


class _Numbers:
    """What updates return, read in their order, checked and recorded; reading waits until an update is done.

    The last number says whether a worker is to stop, so that all workers stop after the same update.
    """

    def __init__(self, names: Sequence[str], checkpoints: Checkpoints, recorders: Sequence[Recorder | Callbacks]):
        self._names, self._checkpoints, self._recorders = names, checkpoints, recorders
        self._unread: collections.deque[tuple[int, tf.Tensor]] = collections.deque()
        self.are_of_a_stop = False

    def add(self, step: int, numbers: tf.Tensor):
        """Adds those of an update, which may still be computed."""
        self._unread.append((step, numbers))

    def read(self, keep: int):
        """Reads those of all updates except the newest `keep`.

        Raises:
            TrainingError: a number is not finite.
        """
        while len(self._unread) > keep:
            step, numbers = self._unread.popleft()
            *values, stopping = numbers.numpy().tolist()
            self.are_of_a_stop |= stopping > 0
            metrics = dict(zip(self._names, values, strict=True))
            not_finite = [name for name, value in metrics.items() if not math.isfinite(value)]
            if not_finite:
                # A gradient that is not finite follows from a loss that is not.
                name = min(not_finite, key=lambda name: name.startswith("gradient_norm/"))
                what = f"{name} became {metrics[name]} at update {step}; {self._checkpoints.what_is_left()}"
                raise TrainingError(f"{what}. Lower learning rates or a smaller info_reg_coeff may help.")
            for recorder in self._recorders:
                recorder.record(step, metrics)


@contextlib.contextmanager
def _named_if_lost():
    try:
        yield
    except tf.errors.OpError as error:
        raise TrainingError(LOST_WORKER) if devices.is_of_lost_worker(error) else error from error


@contextlib.contextmanager
def _named_if_not_written(run: Run, checkpoints: Checkpoints):
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        reason = LOST_WORKER if devices.is_of_lost_worker(error) else reason_not_written(run.path, error)
        raise TrainingError(f"training can't continue: {reason}; {checkpoints.what_is_left()}") from error
