"""Messages at the start and at the end of a run; commands can be pasted into a shell, whatever the names of folders."""

import json
import math
import os
import shlex

from tqdm import tqdm

from infogan_tf.codes import LatentSpec
from infogan_tf.console import logger
from infogan_tf.data.image_data import ImageData
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import ONEDNN_VARIABLE, onednn_is_on
from infogan_tf.training.recorder import terminal
from infogan_tf.training.run import Run


def start(run: Run, model: InfoGAN, data: ImageData):
    """Announces settings, data and why, augmentation, latents, and how to watch the run."""
    logger.info(f"preset: {run.record.preset}")
    logger.info(f"data: {data.description}")
    for file in data.skipped:
        logger.debug(f"left out: {file}")
    how, why = "as they are", "since there are enough of them"
    if model.max_shift:
        how, why = model.augmentation.describe(model.max_shift), "to prevent D from overfitting so few images"
    logger.info(f"augmentation: D sees images {how}, {why if run.config.max_shift is None else 'as requested'}")
    if model.code_augmentation:
        codes = ", ".join(code.name for code in model.spec.categorical_codes)
        strength = f"code_augmentation={model.code_augmentation:g}"
        logger.info(f"augmentation: Q predicts {codes} from augmented images ({strength})")
    setting = os.environ.get(ONEDNN_VARIABLE, "not set")
    logger.info(f"oneDNN: {'on' if onednn_is_on() else 'off'} ({ONEDNN_VARIABLE}={setting})")
    if run.config.precision == "bfloat16":
        logger.info("precision: convolutions and matrix products of bfloat16 numbers, summed in float32")
    terminal.info(f"\n{model.spec}\n")
    logger.info(f"run folder: {run.path}; watch it with: {_tensorboard(run)}")


def end(run: Run, spec: LatentSpec, step: int, updates: int, seconds: float, signal: str | None, command: str | None):
    """Announces how a run ended after so many updates, `updates` of them now, and which commands come next.

    Without `command`, which started the launcher, no command that needs the launcher is suggested.
    """
    resume = f"{command} --run_folder={shlex.quote(str(run.path))}"
    longer = f"{resume} --max_epoch={2 * math.ceil(step / run.config.updates_per_epoch)}"
    if step < run.config.total_updates:
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
        terminal.info("\n".join([*lines, f"  use it    {_use(run, spec)}"]))


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
