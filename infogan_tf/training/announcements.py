"""What a run says at its start and at its end.

Commands can be pasted into a shell, whatever the names of folders. `command` is how the launcher was started that
trains; without one nothing is advised that only this launcher can do.
"""

import json
import math
import os
import shlex

from tqdm import tqdm

from infogan_tf.backend import ONEDNN_VARIABLE, onednn_is_on
from infogan_tf.building import build_latents
from infogan_tf.config import Config
from infogan_tf.data import ImageData
from infogan_tf.distributions import Distribution
from infogan_tf.experiments import describe_preset
from infogan_tf.model import InfoGAN
from infogan_tf.training.console import say
from infogan_tf.training.run_folder import RunFolder


def start(folder: RunFolder, config: Config, model: InfoGAN, data: ImageData):
    """Tells settings, data and why, augmentation, latents, and where to watch."""
    folder.announce(f"preset: {describe_preset(config)}")
    folder.announce(f"data: {data.description}")
    for file in data.skipped:
        folder.log_line(f"left out: {file}")
    if model.max_shift:
        why = "as requested" if config.max_shift is not None else "to prevent D from overfitting so few images"
        folder.announce(f"augmentation: D sees images {model.augmentation.describe(model.max_shift)}, {why}")
    if model.deformation:
        codes = ", ".join(code.name for code in model.spec.codes if code.distribution.num_categories)
        strength = f"deformation={model.deformation:g}"
        folder.announce(f"augmentation: Q predicts {codes} from augmented images ({strength})")
    setting = os.environ.get(ONEDNN_VARIABLE, "not set")
    folder.announce(f"oneDNN: {'on' if onednn_is_on() else 'off'} ({ONEDNN_VARIABLE}={setting})")
    say(f"\n{model.spec}\n")
    folder.announce(f"run folder: {folder.path}; watch it with: {_tensorboard(folder)}")


def stopped(folder: RunFolder, signal_name: str, step: int, command: str | None):
    """Tells that a signal ended the run early, and how to resume it."""
    advice = f"; resume with: {_resume(folder, command)}" if command else ""
    folder.announce(f"stopped by {signal_name} after update {step:,}, which is saved{advice}")


def trained_before(folder: RunFolder, config: Config, step: int, command: str | None):
    """Tells that nothing is left to train, and how to train longer."""
    advice = f"; train longer with: {_longer(folder, config, step, command)}" if command else ""
    folder.announce(f"already trained for {step:,} updates{advice}")


def done(folder: RunFolder, config: Config, updates: int, seconds: float, command: str | None):
    """Tells where everything is and what to type next."""
    folder.announce(f"done: {updates:,} updates in {tqdm.format_interval(seconds)}; everything is in {folder.path}")
    lines = [f"pictures  {folder.samples}", f"curves    {_tensorboard(folder)}"]
    if command:
        lines.append(f"longer    {_longer(folder, config, config.total_updates, command)}")
    lines.append(f"use it    {_use(folder, config)}")
    say("\n".join(f"  {line}" for line in lines))


def _tensorboard(folder: RunFolder) -> str:
    return f"tensorboard --logdir {shlex.quote(str(folder.path.parent))}"


def _resume(folder: RunFolder, command: str) -> str:
    return f"{command} --run_folder={shlex.quote(str(folder.path))}"


def _longer(folder: RunFolder, config: Config, step: int, command: str) -> str:
    epochs = math.ceil(step / config.updates_per_epoch)
    return f"{_resume(folder, command)} --max_epoch={2 * epochs}"


def _use(folder: RunFolder, config: Config) -> str:
    # JSON's texts are Python's, in the double quotes that a shell's single ones can hold.
    path = json.dumps(str(folder.path), ensure_ascii=False)
    model = f"import infogan_tf; model = infogan_tf.load({path})"
    codes = json.dumps({code.name: _example(code.distribution) for code in build_latents(config).codes[:2]})
    return shlex.join(["python", "-c", f"{model}; print(model.generate(codes={codes}).shape)"])


def _example(distribution: Distribution) -> float:
    """A value of a code, other than its first one."""
    if distribution.is_discrete:
        return min(3, (distribution.num_categories or 2) - 1)
    return distribution.range[1]
