"""Settings of a reproduction of one of the paper's experiments."""

import dataclasses
from pathlib import Path

from infogan_tf.config import DATA_SOURCES, HELD_OUT, PRECISIONS, find_images
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.settings import Automatic, Choice, Integer, Integers, Name, Settings, Text, setting

# As `preset`, the paper's settings; of faces and chairs, where the paper has several models, those of all of them.
PAPER = "paper"
EXPERIMENTS = ("mnist", "faces", "chairs", "svhn", "celeba")


@dataclasses.dataclass(frozen=True)
class ReproductionConfig(Settings):
    """Runs to make and to report.

    >>> ReproductionConfig(experiment="chairs", preset="paper").preset_names
    ['paper_rotation', 'paper_width']
    """

    experiment: str = setting("mnist", Choice(EXPERIMENTS), "Which of the paper's experiments.")
    folder: str | None = setting(
        None,
        Automatic(Text(), "logs/<experiment>/reproduction, or reproduction_<preset> unless that is best"),
        "Where runs, figures and reports are kept.",
    )
    seeds: tuple[int, ...] = setting(
        (0,), Integers(), "An InfoGAN for each seed; the regular GANs of MNIST have the first."
    )
    preset: str = setting(
        "best",
        Name(),
        "The settings of the InfoGANs; of faces and chairs, paper is all of the paper's models. A regular "
        "GAN has the same without what is added to the objective; Figure 1 shows one with the paper's too.",
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
    precision: str = setting("float32", Choice(PRECISIONS), "As of a single run.")

    def __post_init__(self):
        super().__post_init__()
        accepted = _accepted_presets(self.experiment)
        if self.preset not in accepted:
            raise SettingError("preset", f"one of {', '.join(accepted)}", self.preset)
        for name in ("images", "dataset"):
            if self.experiment == "mnist" and getattr(self, name) is not None:
                raise SettingError(name, "auto with --experiment=mnist", getattr(self, name))
        if self.images is not None and self.dataset is not None:
            raise SettingError("dataset", f"nothing beside --images={self.images}", self.dataset)

    @property
    def preset_names(self) -> list[str]:
        """The presets of the InfoGANs: one, or all of the paper's."""
        return _accepted_presets(self.experiment)[self.preset]

    @property
    def path(self) -> Path:
        """The folder of runs, figures and reports."""
        suffix = "" if self.preset == "best" else f"_{self.preset}"
        return Path(self.folder or f"logs/{self.experiment}/reproduction{suffix}").expanduser()

    def check(self):
        """Also refuses images that are not there."""
        super().check()
        if self.images is not None:
            find_images(self.images)


def _accepted_presets(experiment: str) -> dict[str, list[str]]:
    """What `preset` may be, with the presets that each stands for."""
    names = list(presets(experiment))
    accepted = {name: [name] for name in names}
    accepted.setdefault(PAPER, [name for name in names if name.startswith(f"{PAPER}_")])
    return accepted
