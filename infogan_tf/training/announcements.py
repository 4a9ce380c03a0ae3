"""What a run tells a person before its first update and after its last one."""

import json
import math
import os
import shlex
from collections.abc import Sequence

import tensorflow as tf
from tqdm import tqdm

from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.data.factors import unusable_labels
from infogan_tf.data.image_data import ImageData, held_out_warning
from infogan_tf.devices import describe_device, missing_cuda
from infogan_tf.experiments import find_experiment, presets
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import describe_precision, onednn_is_on, uses_gpu
from infogan_tf.startup import ONEDNN_VARIABLE
from infogan_tf.training.record import Record
from infogan_tf.training.recorder import in_minutes, terminal
from infogan_tf.training.run import Run

ENOUGH_SECONDS = 60.0  # In fewer, compiling the update is too large a part to say how long an update takes.


def announce_start(
    run: Run, model: InfoGAN, data: ImageData, before: Record | None, start: int, damaged: Sequence[str]
):
    """Announces settings, devices, data and why, augmentation, latents, and how to watch the run.

    Of a resumed run, `before` is its earlier record, `start` the update from which it goes on, and `damaged` has a line
    for each newer checkpoint that could not be read.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    for line in damaged:
        logger.info(f"warning: {line}; it is set aside")
    if before:
        why = "" if start else ", since the run ended before its first checkpoint"
        logger.info(f"resumed: from update {start:,}{why}")
        if before.replicas != replicas:
            change = f"{before.replicas} before, {replicas} now"
            logger.info(f"warning: another number of devices divides the batches ({change})")
    logger.info(f"preset: {run.record.preset}")
    _announce_devices(run.config, replicas)
    logger.info(f"data: {data.description}")
    for note in (*data.notes, f"labels: {data.labels.description}"):
        logger.info(note)
    for name, problem in unusable_labels(data).items():
        logger.info(f"warning: an evaluation will leave out the label {name}: {problem}")
    for file in data.skipped:
        logger.debug(f"left out: {file}")
    if warning := held_out_warning(len(data.held_out)):
        logger.info(f"warning: {warning}")
    how, why = "as they are", "since there are enough of them"
    if model.max_shift:
        how, why = model.augmentation.describe(model.max_shift), "to prevent D from overfitting so few images"
    if run.config.max_shift is not None:
        why = f"as max_shift={run.config.max_shift} says"
    logger.info(f"augmentation: D sees images {how}, {why}")
    if model.code_augmentation:
        codes = ", ".join(code.name for code in model.spec.categorical_codes)
        strength = f"code_augmentation={model.code_augmentation:g}"
        logger.info(f"augmentation: Q predicts {codes} from augmented images ({strength})")
    if model.compiles_update:
        logger.info(f"XLA: compiles the update (xla={run.config.xla})")
    terminal.info(f"\n{model.spec}\n")
    logger.info(f"run folder: {run.path}; watch it with: {_tensorboard(run)}")


def _announce_devices(config: Config, replicas: int):
    logger.info(f"device: {describe_device()}")
    if warning := missing_cuda():
        logger.info(f"warning: {warning}")
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
            explore = f"infogan explore --run_folder={shlex.quote(str(run.path))}"
            lines += [f"  explore   {explore}", f"  longer    {longer}"]
            if run.config.preset == "quick":  # Whatever flags were added.
                lines += _better(run.config.experiment, step, updates, seconds)
        lines.append(f"  use it    {_use(run, spec)}")
        terminal.info("\n".join(lines))


def _better(experiment: str, step: int, updates: int, seconds: float) -> list[str]:
    """What the preset `best` gives after `quick`, and in how many minutes on this machine; nothing if there is none.

    Its updates take as long as those of `quick`: so many seconds for `updates`, of the `step` that the run has by now.
    """
    best = presets(experiment).get("best")
    if best is None or best.total_updates is None:
        return []
    line = f"  better    --preset=best trains {best.total_updates / step:,.1f} times as long"
    if seconds >= ENOUGH_SECONDS:
        line += f", about {in_minutes(best.total_updates * seconds / updates)} on this machine"
    gives = find_experiment(experiment).best_gives
    return [f"{line}: {gives}" if gives else line]


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
