"""Settings of a reproduction of one of the paper's experiments."""

import dataclasses
from pathlib import Path

from infogan_tf.config import DATA_SOURCES, HELD_OUT, find_images
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.settings import Automatic, Choice, Integer, Integers, Name, Settings, Text, setting

EXPERIMENTS = ("mnist", "faces", "chairs", "svhn", "celeba")


@dataclasses.dataclass(frozen=True)
class ReproductionConfig(Settings):
    """Runs to make and to report.

    >>> ReproductionConfig(experiment="chairs", preset="paper").presets
    ['paper_rotation', 'paper_width']
    """

    experiment: str = setting("mnist", Choice(EXPERIMENTS), "Which of the paper's experiments.")
    folder: str | None = setting(
        None, Automatic(Text(), "logs/<experiment>/reproduction"), "Where runs, figures and reports are kept."
    )
    seeds: tuple[int, ...] = setting(
        (0,), Integers(), "An InfoGAN for each seed; the regular GANs of MNIST have the first."
    )
    preset: str = setting(
        "best",
        Name(),
        "The settings of the InfoGANs; of faces and chairs, paper is a model for each factor, as in the paper. A "
        "regular GAN has the same without what is added to the objective; Figure 1 shows one with the paper's too.",
    )
    images: str | None = setting(
        None, Automatic(Text(), "the images of --dataset"), "A folder of images, or an .npz file, to train on instead."
    )
    dataset: str | None = setting(None, Automatic(Text(), "the preset's"), "Another data set to train on.")
    data_source: str = setting("auto", Choice(DATA_SOURCES), "Where --dataset comes from; auto: the best available.")
    data_dir: str | None = setting(None, Automatic(Text(), "TFDS's own folder"), "Where TFDS keeps prepared data.")
    held_out: str = setting(
        "test",
        Choice(HELD_OUT),
        "What is measured: the test split or, for choosing settings, every sixth training image.",
    )
    max_epoch: int | None = setting(
        None, Automatic(Integer(1), "the preset's"), "Epochs of each run, of 100 updates; fewer for a quick look."
    )

    def __post_init__(self):
        super().__post_init__()
        if not self.presets:
            raise SettingError("preset", f"one of {', '.join(presets(self.experiment))}", self.preset)
        for name in ("images", "dataset"):
            if self.experiment == "mnist" and getattr(self, name) is not None:
                raise SettingError(name, "auto with --experiment=mnist", getattr(self, name))
        if self.images is not None and self.dataset is not None:
            raise SettingError("dataset", f"nothing beside --images={self.images}", self.dataset)

    @property
    def presets(self) -> list[str]:
        """The preset of that name or, where the paper trains a model for each factor, all that begin with it."""
        names = list(presets(self.experiment))
        return [name for name in names if name == self.preset] or [
            name for name in names if name.startswith(f"{self.preset}_")
        ]

    @property
    def path(self) -> Path:
        """The folder of runs, figures and reports."""
        return Path(self.folder or f"logs/{self.experiment}/reproduction").expanduser()

    def check(self):
        """Also refuses images that are not there."""
        super().check()
        if self.images is not None:
            find_images(self.images)
