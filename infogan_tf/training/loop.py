"""Training, from a config to a finished run."""

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from infogan_tf.build_model import build_augmentation, build_model, compile_model, image_request
from infogan_tf.config import Config, find_images
from infogan_tf.data import ImageBatches, ImageData, check_two_batches, load_images
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.files import reason_not_written
from infogan_tf.interruption import StopRequest
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import check_precision, product_precision
from infogan_tf.training import announcements
from infogan_tf.training.checkpoints import Checkpoints, find_steps
from infogan_tf.training.metrics_log import newest_update
from infogan_tf.training.recorder import Recorder
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import (
    check_resumable,
    new_record,
    recorded_config,
    resumed_record,
    with_recorded_origin,
)


def train(config: Config, command: str | None = None) -> bool:
    """Trains a model, or resumes an earlier run of the same folder, and writes everything into the folder.

    SIGINT, SIGTERM and SIGHUP save and end it; one more, a second or more later, aborts. Whatever stops it, the same
    call resumes from the last checkpoint. On the same CPU, with the same TensorFlow build, `TF_ENABLE_ONEDNN_OPTS` and
    `precision`, it reaches the same bits as a run that was never stopped; on a GPU, whose kernels may add numbers in
    any order, it does not.

    Args:
        config: the settings.
        command: how the launcher was started, such as `python launchers/run_mnist_exp.py`; the final messages then
            show the next commands.

    Returns:
        False if a signal stopped it, whether or not the run was done by then.

    Raises:
        TypeError: `config` is not a config.
        Interrupted: a second signal aborted it; a `KeyboardInterrupt`.
        SettingError: a setting does not go with the data or the folder; nothing was changed.
        TrainingError: a number is no longer finite, or the disk is full; the last good checkpoint stays.
    """
    if not isinstance(config, Config):
        raise TypeError(f'config: expected a Config, such as presets("mnist")["best"], got {config!r}')
    with RunFolder.open(config) as folder:
        record = folder.record
        if record is not None:
            check_resumable(record, config)
            _check_checkpoints_are_there(folder)
        check_precision(config.precision)
        _check_outside_of_images(folder, config)
        data = _load_data(config, record)
        max_shift = _choose_max_shift(config, data) if record is None else record["data"]["max_shift"]
        model = build_model(config, data.training.shape[1:], max_shift)
        compile_model(model, config)
        checkpoints = Checkpoints(folder.checkpoints, model, config.keep_every)
        with StopRequest(checkpoints.what_is_left) as stop:
            folder.claim(checkpoints.bytes_to_come(config.total_updates))
            try:
                # First, so that a run whose checkpoints can't be read is not modified.
                start = _restore(folder, checkpoints)
                is_new = record is None
                folder.write_record(new_record(config, data, max_shift) if is_new else resumed_record(record, config))
                with product_precision(config.precision):
                    return _train(config, folder, model, data, checkpoints, stop, start, command)
            except (OSError, tf.errors.OpError) as error:
                reason = reason_not_written(folder.path, error)
                raise TrainingError(f"training can't continue: {reason}; {checkpoints.what_is_left()}") from error


def _check_checkpoints_are_there(folder: RunFolder):
    """Refuses to restart a run whose checkpoints were removed, which would overwrite its curves."""
    if find_steps(folder.checkpoints):
        return
    settings = recorded_config(folder.record)
    newest = newest_update(folder.metrics)
    # A run that was killed before its first checkpoint was complete has no later point.
    first = min(settings.snapshot_interval, settings.keep_every or settings.total_updates, settings.total_updates)
    if newest > first or (newest and not folder.checkpoints.exists()):
        expected = f"a checkpoint in {folder.checkpoints}, since {folder.metrics.name} goes to update {newest:,}"
        raise SettingError("run_folder", expected, "none; a new folder begins a new run")


def _check_outside_of_images(folder: RunFolder, config: Config):
    if config.images is None:
        return
    path, images = folder.path.resolve(), find_images(config.images).resolve()
    if path.is_relative_to(images):
        expected = f"a folder outside of {images}, which would get the pictures of the run among its images"
        raise SettingError("run_folder", expected, path)


def _load_data(config: Config, record: Mapping[str, Any] | None) -> ImageData:
    # A resumed run uses the same source, even if better data has been downloaded since.
    source = record["data"]["source"] if record is not None and config.data_source == "auto" else config.data_source
    data = load_images(image_request(config, source))
    if record is not None:
        data = with_recorded_origin(record, data)
    check_two_batches(data, config.batch_size)
    return data


def _choose_max_shift(config: Config, data: ImageData) -> int:
    max_shift = config.max_shift
    if max_shift is None:
        return build_augmentation(config).default_max_shift(len(data.training), data.training.shape[1])
    most = data.training.shape[1] // 2
    if max_shift > most:
        raise SettingError("max_shift", f"at most {most}, half of the size of the images", max_shift)
    if not max_shift and config.augmentation_probability is not None:
        raise SettingError("augmentation_probability", "auto where max_shift is 0", config.augmentation_probability)
    return max_shift


def _train(
    config: Config,
    folder: RunFolder,
    model: InfoGAN,
    data: ImageData,
    checkpoints: Checkpoints,
    stop: StopRequest,
    start: int,
    command: str | None,
) -> bool:
    announcements.start(folder, config, model, data)
    if start >= config.total_updates:
        announcements.trained_before(folder, config, start, command)
        return stop.signal_name is None
    began = time.monotonic()
    update = _make_update(model, ImageBatches(data.training, config.batch_size, config.seed))
    with contextlib.closing(Recorder(config, folder, model, data, checkpoints, start)) as recorder:
        for step in range(start + 1, config.total_updates + 1):
            metrics = update(step - 1)
            _check_finite(step, metrics, checkpoints)
            recorder.record(step, metrics)
            if stop.signal_name is not None:
                recorder.save(step)
                break
    if step < config.total_updates:
        announcements.stopped(folder, stop.signal_name, step, command)
    else:
        announcements.done(folder, config, step - start, time.monotonic() - began, command)
    return stop.signal_name is None


def _restore(folder: RunFolder, checkpoints: Checkpoints) -> int:
    step, damaged = checkpoints.restore_newest()
    checkpoints.set_aside_after(step)
    for line in damaged:
        folder.announce(f"warning: {line}; it is set aside")
    if step:
        folder.announce(f"resumed: from update {step:,}")
    elif folder.record is not None:
        folder.announce("resumed: from update 0, since the run ended before its first checkpoint")
    return step


def _make_update(model: InfoGAN, batches: ImageBatches) -> Callable[[int], dict[str, float]]:
    # One update per call: several in one graph are no faster, and each one is checked and can be the last.
    # AutoGraph would find nothing to convert, since no Python `if` or loop depends on a tensor, but takes seconds.
    update = tf.function(model.apply_update, autograph=False)
    return lambda step: {name: float(value) for name, value in update(batches(step)).items()}


def _check_finite(step: int, metrics: Mapping[str, float], checkpoints: Checkpoints):
    # Losses first: a gradient that is not finite follows from a loss that is not.
    for name in sorted(metrics, key=lambda name: name.startswith("gradient_norm/")):
        if not math.isfinite(metrics[name]):
            raise TrainingError(
                f"{name} became {metrics[name]} at update {step}; {checkpoints.what_is_left()}. "
                "Lower learning rates or a smaller info_reg_coeff may help."
            )
