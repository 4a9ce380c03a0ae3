"""What a run says at its start and at its end."""

from tqdm import tqdm

from infogan_tf.configs import ExperimentConfig
from infogan_tf.data import ImageData
from infogan_tf.model import InfoGAN
from infogan_tf.training.console import say
from infogan_tf.training.run_folder import RunFolder


def start(folder: RunFolder, config: ExperimentConfig, model: InfoGAN, data: ImageData):
    """Tells the data and why, the remedy against learning it by heart, the latents, and where to watch."""
    folder.announce(f"data: {data.description}")
    if model.max_shift:
        why = "as asked for" if config.max_shift is not None else "since D learns so few images by heart"
        folder.announce(f"augmentation: D sees each image moved by up to {model.max_shift} pixels, {why} (--max_shift)")
    if model.deformation:
        invariant = ", ".join(code.name for code in model.spec.codes if code.invariant)
        folder.announce(f"augmentation: Q reads {invariant} off deformed images (--deformation={model.deformation:g})")
    say(f"\n{model.spec}\n")
    folder.announce(f"run folder: {folder.path}; watch it with: tensorboard --logdir {folder.path.parent}")


def stopped(folder: RunFolder, signal_name: str, step: int):
    """Tells that a signal ended the run early, and how it goes on."""
    again = f"the same command with --run_folder={folder.path} goes on"
    folder.announce(f"stopped by {signal_name} after update {step:,}, which is saved; {again}")


def done(folder: RunFolder, updates: int, seconds: float):
    """Tells where everything is and what to type next."""
    folder.announce(f"done: {updates:,} updates in {tqdm.format_interval(seconds)}; everything is in {folder.path}")
    say(
        f"  pictures  {folder.samples}\n"
        f"  curves    tensorboard --logdir {folder.path.parent}\n"
        f"  longer    the same command with --run_folder={folder.path} and a larger --max_epoch\n"
        f"  use it    python -c \"import infogan_tf; model = infogan_tf.load('{folder.path}'); "
        "print(model.generate(codes={'c1': 3, 'c2': 1.5}).shape)\""
    )
