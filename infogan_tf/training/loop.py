"""Training, from a config to a finished run."""

import collections
import contextlib
import dataclasses
import json
import math
import os
import shlex
import time
from collections.abc import Callable, Mapping

import tensorflow as tf
from tqdm import tqdm

from infogan_tf.build_model import build_augmentation, build_model, compile_model, image_request
from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.data.batches import ImageBatches, made_ahead
from infogan_tf.data.image_data import ImageData, check_two_batches, held_out_warning
from infogan_tf.data.sources import load_images
from infogan_tf.devices import (
    CLUSTER_VARIABLE,
    all_agree,
    check_batch,
    check_cluster,
    describe_device,
    is_in_cluster,
    is_of_lost_worker,
    missing_cuda,
    prepare_devices,
    training_strategy,
)
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.experiments import describe_preset, find_experiment
from infogan_tf.files import reason_not_written
from infogan_tf.interruption import StopRequest
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import (
    ONEDNN_VARIABLE,
    check_precision,
    describe_precision,
    keras_settings,
    make_deterministic,
    network_precision,
    onednn_is_on,
    product_precision,
    uses_gpu,
)
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.pace import Pace
from infogan_tf.training.record import with_recorded_origin
from infogan_tf.training.recorder import Recorder, needs_model, terminal
from infogan_tf.training.run import Run

LOST_WORKER = "another worker has ended or can't be reached; start all workers again"


@keras_settings()
def train(config: Config, command: str | None = None) -> bool:
    """Trains a model, or resumes an earlier run of the same folder, and writes everything into the folder.

    SIGINT, SIGTERM and SIGHUP save and end it; one more, a second or more later, aborts. Whatever stops it, the same
    call resumes from the last checkpoint. On the same CPU, with the same TensorFlow build, `TF_ENABLE_ONEDNN_OPTS` and
    `precision`, it reaches the same bits as a run that was never stopped. On a GPU, whose kernels may add numbers in
    any order, it does so only with `deterministic`, which TensorFlow then keeps for the rest of the process.

    Args:
        config: the settings.
        command: what started the launcher; the last messages then show the next commands.

    Returns:
        False if a signal stopped it, whether or not the run was done by then.

    Raises:
        TypeError: `config` is not a config.
        Interrupted: a second signal aborted it; a `KeyboardInterrupt`.
        SettingError: a setting does not go with the data or the folder; nothing was changed.
        TrainingError: a number is no longer finite, the disk is full, or another worker has ended; the last good
            checkpoint stays.
    """
    if not isinstance(config, Config):
        raise TypeError(f'config: expected a Config, such as presets("mnist")["best"], got {config!r}')
    strategy = _ready_strategy(config)
    is_writer = strategy.extended.should_checkpoint  # Of the workers of a cluster only its chief.
    with strategy.scope(), _named_if_lost(), Run.create(config).training(is_writer) as run:
        record = run.record
        # A resumed run uses the same source, even if better data has been downloaded since.
        source = record.data.source if record and config.data_source == "auto" else config.data_source
        data = load_images(image_request(config, source))
        check_two_batches(data, config.batch_size)
        if record:
            data = with_recorded_origin(record, data)
        max_shift = record.data.max_shift if record else _choose_max_shift(config, data)
        with network_precision(config.precision):
            model = build_model(config, data.image_shape, max_shift)
            compile_model(model, config)
        checkpoints = run.checkpoints(model)
        with StopRequest(checkpoints.what_is_left) as stop, _named_if_not_written(run, checkpoints):
            # First, so that a run whose checkpoints can't be read is not modified.
            start, damaged = checkpoints.restore_newest()
            _check_workers_agree(config, data, max_shift, start)
            if not is_writer:
                logger.info("this worker trains with the chief of the cluster, which writes everything")
                _update(run, model, data, checkpoints, start, stop)
                return stop.signal_name is None
            run.begin(data, max_shift, checkpoints.bytes_to_come(config.total_updates))
            checkpoints.set_aside_after(start)
            for line in damaged:
                logger.info(f"warning: {line}; it is set aside")
            if record:
                why = "" if start else ", since the run ended before its first checkpoint"
                logger.info(f"resumed: from update {start:,}{why}")
                if record.replicas != strategy.num_replicas_in_sync:
                    before = f"{record.replicas} before, {strategy.num_replicas_in_sync} now"
                    logger.info(f"warning: another number of devices divides the batches ({before})")
            announce_start(run, model, data)
            began = time.monotonic()
            step = _update(run, model, data, checkpoints, start, stop)
            seconds = time.monotonic() - began
            announce_end(run, model.spec, step, step - start, seconds, stop.signal_name, command)
            return stop.signal_name is None


def _ready_strategy(config: Config) -> tf.distribute.Strategy:
    """What trains on the devices of a config; SettingError if they, or several of them, can't train with it."""
    check_cluster(config.devices, config.run_folder, config.minutes)
    prepare_devices(config.devices)
    check_precision(config.precision)
    if config.deterministic == "on":
        make_deterministic()
    if is_in_cluster():
        logger.info(f"waiting for all workers that {CLUSTER_VARIABLE} names")
    strategy = training_strategy(config.devices)
    check_batch(config.batch_size, strategy.num_replicas_in_sync)
    if config.xla == "on" and strategy.num_replicas_in_sync > 1:
        raise SettingError("xla", "auto or off where several devices train, whose gradients XLA can't exchange", "on")
    return strategy


def _check_workers_agree(config: Config, data: ImageData, max_shift: int, start: int):
    settings = dataclasses.replace(config, run_folder=None, images=None, data_dir=None)  # Whatever each calls them.
    if not all_agree(repr((settings, data.fingerprint(), max_shift, start))):
        expected = "one command, the same images and one shared folder for all workers"
        raise SettingError("run_folder", expected, f"others for some of them (here, from update {start:,})")


def _update(run: Run, model: InfoGAN, data: ImageData, checkpoints: Checkpoints, start: int, stop: StopRequest) -> int:
    """Updates the model up to the last update, or until a stop is requested; returns how many are done.

    Each device updates with its part of every batch, and all keep the same weights. Numbers are means over devices;
    among them is whether a worker is to stop, so that all workers stop after the same update.
    """
    config, strategy = run.config, tf.distribute.get_strategy()
    if config.is_done(start):
        return start
    batches = ImageBatches(data.training, config.batch_size, config.seed)

    def parts(step: int) -> tf.Tensor | tf.distribute.DistributedValues:
        return strategy.experimental_distribute_values_from_function(
            lambda context: batches(step, context.replica_id_in_sync_group, context.num_replicas_in_sync)
        )

    coming = contextlib.closing(made_ahead(parts, start))
    update, names = compiled_update(model)
    unread: collections.deque[tuple[int, tf.Tensor]] = collections.deque()
    is_writer = strategy.extended.should_checkpoint
    recorder = Recorder(run, model, data, checkpoints, start) if is_writer else None
    step, is_stopped = start, False
    terminal.info("compiling the update, which takes seconds, or with many codes half a minute")
    pace, recording = Pace(run), contextlib.closing(recorder) if recorder else contextlib.nullcontext()
    with product_precision(config.precision), recording, coming as coming:
        while not run.config.is_done(step):
            step += 1
            unread.append((step, update(next(coming), tf.constant(float(stop.signal_name is not None)))))
            pace.update(step)
            is_last = is_stopped if is_in_cluster() else stop.signal_name is not None
            # Numbers are read one update late, while a device computes the next one; those of a model that is drawn or
            # saved before it moves on.
            while len(unread) > (0 if is_last or needs_model(run.config, step) else 1):
                of_step, numbers = unread.popleft()
                *values, stopping = numbers.numpy().tolist()
                is_stopped |= stopping > 0
                metrics = dict(zip(names, values, strict=True))
                _check_finite(of_step, metrics, checkpoints)
                if recorder:
                    recorder.record(of_step, metrics)
            if is_last:
                stop.signal_name = stop.signal_name or "a signal to another worker"
                if recorder:
                    recorder.save(step)
                break
    all_agree("done")  # No worker ends before the last files are written.
    return step


def compiled_update(model: InfoGAN) -> tuple[Callable[..., tf.Tensor], list[str]]:
    """A function that updates a model, and the names of the numbers that it returns, `[number + 1]`.

    It takes images and a number, whose mean over devices it returns last. The names are there once it has been called.
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


def _check_finite(step: int, metrics: Mapping[str, float], checkpoints: Checkpoints):
    not_finite = [name for name, value in metrics.items() if not math.isfinite(value)]
    if not_finite:
        # A gradient that is not finite follows from a loss that is not.
        name = min(not_finite, key=lambda name: name.startswith("gradient_norm/"))
        what = f"{name} became {metrics[name]} at update {step}; {checkpoints.what_is_left()}"
        raise TrainingError(f"{what}. Lower learning rates or a smaller info_reg_coeff may help.")


def _choose_max_shift(config: Config, data: ImageData) -> int:
    size = data.image_shape[0]
    if config.max_shift is None:
        return build_augmentation(config).default_max_shift(len(data.training), size)
    if config.max_shift > size // 2:
        raise SettingError("max_shift", f"at most {size // 2}, half of the size of the images", config.max_shift)
    if not config.max_shift and config.augmentation_probability is not None:
        raise SettingError("augmentation_probability", "auto where max_shift is 0", config.augmentation_probability)
    return config.max_shift


@contextlib.contextmanager
def _named_if_lost():
    try:
        yield
    except tf.errors.OpError as error:
        raise TrainingError(LOST_WORKER) if is_of_lost_worker(error) else error from error


@contextlib.contextmanager
def _named_if_not_written(run: Run, checkpoints: Checkpoints):
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        reason = LOST_WORKER if is_of_lost_worker(error) else reason_not_written(run.path, error)
        raise TrainingError(f"training can't continue: {reason}; {checkpoints.what_is_left()}") from error


def announce_start(run: Run, model: InfoGAN, data: ImageData):
    """Announces settings, devices, data and why, augmentation, latents, and how to watch the run."""
    logger.info(f"preset: {run.record.preset}")
    _announce_devices(run.config)
    logger.info(f"data: {data.description}")
    for note in (*data.notes, f"labels: {data.labels.description}"):
        logger.info(note)
    for file in data.skipped:
        logger.debug(f"left out: {file}")
    if warning := held_out_warning(len(data.held_out)):
        logger.info(f"warning: {warning}")
    how, why = "as they are", "since there are enough of them"
    if model.max_shift:
        how, why = model.augmentation.describe(model.max_shift), "to prevent D from overfitting so few images"
    logger.info(f"augmentation: D sees images {how}, {why if run.config.max_shift is None else 'as requested'}")
    if model.code_augmentation:
        codes = ", ".join(code.name for code in model.spec.categorical_codes)
        strength = f"code_augmentation={model.code_augmentation:g}"
        logger.info(f"augmentation: Q predicts {codes} from augmented images ({strength})")
    if model.compiles_update:
        logger.info(f"XLA: compiles the update (xla={run.config.xla})")
    terminal.info(f"\n{model.spec}\n")
    logger.info(f"run folder: {run.path}; watch it with: {_tensorboard(run)}")


def _announce_devices(config: Config):
    logger.info(f"device: {describe_device()}")
    if warning := missing_cuda():
        logger.info(f"warning: {warning}")
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas > 1:
        part = f"{config.batch_size // replicas} images of each batch"
        logger.info(f"devices: {replicas}; each trains on {part} and normalizes them by itself")
    logger.info(f"precision: {describe_precision(config.precision)}")
    if uses_gpu():
        logger.info(f"deterministic: {config.deterministic}")
    else:
        setting = os.environ.get(ONEDNN_VARIABLE, "not set")
        logger.info("deterministic: on, as CPUs are")
        logger.info(f"oneDNN: {'on' if onednn_is_on() else 'off'} ({ONEDNN_VARIABLE}={setting})")


def announce_end(
    run: Run, spec: LatentSpec, step: int, updates: int, seconds: float, signal: str | None, command: str | None
):
    """Announces how a run ended after so many updates, `updates` of them now, and which commands come next.

    Without `command`, which started the launcher, no command that needs the launcher is suggested.
    """
    resume = f"{command} --run_folder={shlex.quote(str(run.path))}"
    longer = f"{resume} --max_epoch={2 * math.ceil(step / run.config.updates_per_epoch)}"
    if not run.config.is_done(step):
        advice = f"; resume with: {resume}" if command else ""
        logger.info(f"stopped by {signal} after update {step:,}, which is saved{advice}")
    elif not updates:
        advice = f"; train longer with: {longer}" if command else ""
        logger.info(f"already trained for {step:,} updates{advice}")
    else:
        logger.info(f"done: {updates:,} updates in {tqdm.format_interval(seconds)}; everything is in {run.path}")
        lines = [f"  pictures  {run.samples}", f"  curves    {_tensorboard(run)}"]
        if command:
            lines.append(f"  longer    {longer}")
        lines.append(f"  use it    {_use(run, spec)}")
        if command and describe_preset(run.config) == "quick":
            lines.append(f"  better    {find_experiment(run.config.experiment).after_quick}")
        terminal.info("\n".join(lines))


def _tensorboard(run: Run) -> str:
    return f"tensorboard --logdir {shlex.quote(str(run.path.parent))}"


def _use(run: Run, spec: LatentSpec) -> str:
    # JSON strings are Python literals in double quotes, which fit inside a shell's single quotes.
    model = f"import infogan_tf; model = infogan_tf.load({json.dumps(str(run.path), ensure_ascii=False)})"
    codes = {}
    for code in spec.codes[:2]:  # For each a value that is not its first.
        prior = code.distribution
        codes[code.name] = min(3, (prior.num_categories or 2) - 1) if prior.is_discrete else prior.range[1]
    return shlex.join(["python", "-c", f"{model}; print(model.generate(codes={json.dumps(codes)}).shape)"])
