"""Messages at the start and at the end of a run.

Commands can be pasted into a shell, whatever the names of folders. `command` is how the training launcher was started;
without one no command that needs the launcher is suggested.
"""

import json
import math
import os
import shlex

from tqdm import tqdm

from infogan_tf.build_model import build_latents
from infogan_tf.config import Config
from infogan_tf.console import log
from infogan_tf.data import ImageData
from infogan_tf.distributions import Distribution
from infogan_tf.experiments import describe_preset
from infogan_tf.model import InfoGAN
from infogan_tf.runtime import ONEDNN_VARIABLE, onednn_is_on
from infogan_tf.training.run_folder import RunFolder


def start(folder: RunFolder, config: Config, model: InfoGAN, data: ImageData):
    """Announces settings, data and why, augmentation, latents, and how to watch the run."""
    folder.announce(f"preset: {describe_preset(config)}")
    folder.announce(f"data: {data.description}")
    for file in data.skipped:
        folder.log_line(f"left out: {file}")
    folder.announce(f"augmentation: D sees images {_augmentation_for_discriminator(config, model)}")
    if model.code_augmentation:
        codes = ", ".join(code.name for code in model.spec.categorical_codes)
        strength = f"code_augmentation={model.code_augmentation:g}"
        folder.announce(f"augmentation: Q predicts {codes} from augmented images ({strength})")
    setting = os.environ.get(ONEDNN_VARIABLE, "not set")
    folder.announce(f"oneDNN: {'on' if onednn_is_on() else 'off'} ({ONEDNN_VARIABLE}={setting})")
    if config.precision == "bfloat16":
        folder.announce("precision: convolutions and matrix products of bfloat16 numbers, summed in float32")
    log(f"\n{model.spec}\n")
    folder.announce(f"run folder: {folder.path}; watch it with: {_tensorboard(folder)}")


def _augmentation_for_discriminator(config: Config, model: InfoGAN) -> str:
    if config.max_shift is not None:
        why = "as requested"
    else:
        why = "to prevent D from overfitting so few images" if model.max_shift else "since there are enough of them"
    return f"{model.augmentation.describe(model.max_shift) if model.max_shift else 'as they are'}, {why}"


def stopped(folder: RunFolder, signal_name: str, step: int, command: str | None):
    """Announces that a signal ended the run early, and how to resume it."""
    advice = f"; resume with: {_resume(folder, command)}" if command else ""
    folder.announce(f"stopped by {signal_name} after update {step:,}, which is saved{advice}")


def trained_before(folder: RunFolder, config: Config, step: int, command: str | None):
    """Announces that nothing is left to train, and how to train longer."""
    advice = f"; train longer with: {_longer(folder, config, step, command)}" if command else ""
    folder.announce(f"already trained for {step:,} updates{advice}")


def done(folder: RunFolder, config: Config, updates: int, seconds: float, command: str | None):
    """Announces where everything is, and which commands come next."""
    folder.announce(f"done: {updates:,} updates in {tqdm.format_interval(seconds)}; everything is in {folder.path}")
    lines = [f"pictures  {folder.samples}", f"curves    {_tensorboard(folder)}"]
    if command:
        lines.append(f"longer    {_longer(folder, config, config.total_updates, command)}")
    lines.append(f"use it    {_use(folder, config)}")
    log("\n".join(f"  {line}" for line in lines))


def _tensorboard(folder: RunFolder) -> str:
    return f"tensorboard --logdir {shlex.quote(str(folder.path.parent))}"


def _resume(folder: RunFolder, command: str) -> str:
    return f"{command} --run_folder={shlex.quote(str(folder.path))}"


def _longer(folder: RunFolder, config: Config, step: int, command: str) -> str:
    epochs = math.ceil(step / config.updates_per_epoch)
    return f"{_resume(folder, command)} --max_epoch={2 * epochs}"


def _use(folder: RunFolder, config: Config) -> str:
    # JSON strings are Python literals in double quotes, which fit inside a shell's single quotes.
    path = json.dumps(str(folder.path), ensure_ascii=False)
    model = f"import infogan_tf; model = infogan_tf.load({path})"
    codes = json.dumps({code.name: _example(code.distribution) for code in build_latents(config).codes[:2]})
    return shlex.join(["python", "-c", f"{model}; print(model.generate(codes={codes}).shape)"])


def _example(distribution: Distribution) -> float:
    """A value of a code, but not its first."""
    if distribution.is_discrete:
        return min(3, (distribution.num_categories or 2) - 1)
    return distribution.range[1]
