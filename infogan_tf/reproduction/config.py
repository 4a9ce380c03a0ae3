"""Settings of a reproduction of the paper's MNIST results."""

import dataclasses

from infogan_tf.config import DATA_SOURCES
from infogan_tf.experiments import presets
from infogan_tf.settings import Automatic, Choice, Integer, Integers, Settings, Text, setting


@dataclasses.dataclass(frozen=True)
class ReproductionConfig(Settings):
    """Runs to make and to report.

    >>> ReproductionConfig(seeds=(0, 1)).preset
    'best'
    """

    folder: str = setting("logs/mnist/reproduction", Text(), "Where runs, figures and reports are kept.")
    seeds: tuple[int, ...] = setting((0,), Integers(), "An InfoGAN for each seed; the regular GANs have the first.")
    preset: str = setting(
        "best",
        Choice(tuple(presets("mnist"))),
        "The settings of the InfoGANs. A regular GAN has the same without what is added to the objective; Figure 1 "
        "shows one with the paper's too.",
    )
    data_source: str = setting("auto", Choice(DATA_SOURCES), "tfds, the embedded digits, or the best available.")
    data_dir: str | None = setting(None, Automatic(Text(), "TFDS's own folder"), "Where TFDS keeps prepared data.")
    max_epoch: int | None = setting(
        None, Automatic(Integer(1), "the preset's"), "Epochs of each run, of 100 updates; fewer for a quick look."
    )
