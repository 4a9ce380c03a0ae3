"""Options of a reproduction of one of the paper's experiments. Nothing here loads TensorFlow."""

import dataclasses
from pathlib import Path

from infogan_tf.config import Config
from infogan_tf.data.paths import find_images, given_path
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.options import Auto, Choice, Integers, Options, Text, option

# As `preset`, the paper's settings; of faces and chairs, where the paper has several models, those of all of them.
PAPER = "paper"
# Options of a reproduction that its runs have too.
PASSED_ON = ("images", "dataset", "data_source", "data_dir", "held_out", "max_epoch", "precision", "devices")


def _of_runs(name: str, preset_decides: bool = False) -> dataclasses.Field:
    """An option of `Config` that is passed on to the runs; if the preset decides, only where it is given."""
    field = Config.__dataclass_fields__[name]
    parser, default = field.metadata["parser"], field.default
    if preset_decides:
        parser, default = Auto(getattr(parser, "parser", parser), "the preset's"), None
    return option(default, parser, field.metadata["help"])


@dataclasses.dataclass(frozen=True)
class ReproductionOptions(Options):
    """Which runs are trained and reported, and where.

    Raises:
        SettingError: a value is out of range or does not go with another one, or there are no such images.

    >>> ReproductionOptions(experiment="chairs", preset="paper").preset_names
    ['paper_rotation', 'paper_width']
    """

    experiment: str = option(
        "mnist", Choice("mnist", "faces", "chairs", "svhn", "celeba"), "Which of the paper's experiments."
    )
    folder: str | None = option(
        None,
        Auto(Text(), "logs/<experiment>/reproduction, or reproduction_<preset> unless that is best"),
        "Where runs, figures and reports are kept.",
    )
    seeds: tuple[int, ...] = option(
        (0,), Integers(), "One InfoGAN is trained for each seed; the regular GANs of MNIST have the first."
    )
    preset: str = option(
        "best",
        Text(),
        "The settings of the InfoGANs; for faces and chairs, paper is all of the paper's models. A regular GAN has "
        "the same without what is added to the objective; Figure 1 shows one with the paper's too.",
    )
    images: str | None = _of_runs("images")
    dataset: str | None = _of_runs("dataset", preset_decides=True)
    data_source: str = _of_runs("data_source")
    data_dir: str | None = _of_runs("data_dir")
    held_out: str = _of_runs("held_out")
    max_epoch: int | None = _of_runs("max_epoch", preset_decides=True)
    precision: str = _of_runs("precision")
    devices: str = _of_runs("devices")

    def __post_init__(self):
        super().__post_init__()
        accepted = _accepted_presets(self.experiment)
        if self.preset not in accepted:
            raise SettingError("preset", f"one of {', '.join(accepted)}", self.preset)
        for name in ("images", "dataset"):
            if self.experiment == "mnist" and getattr(self, name) is not None:
                raise SettingError(name, "auto with --experiment=mnist", getattr(self, name))
        if self.images is not None:
            if self.dataset is not None:
                raise SettingError("dataset", f"nothing beside --images={self.images}", self.dataset)
            find_images(self.images)

    @property
    def preset_names(self) -> list[str]:
        """The presets of the InfoGANs: one, or all of the paper's."""
        return _accepted_presets(self.experiment)[self.preset]

    @property
    def path(self) -> Path:
        """The folder of runs, figures and reports."""
        suffix = "" if self.preset == "best" else f"_{self.preset}"
        return given_path("folder", self.folder or f"logs/{self.experiment}/reproduction{suffix}", "a folder")


def _accepted_presets(experiment: str) -> dict[str, list[str]]:
    """What `preset` may be, with the presets that each stands for."""
    accepted = {name: [name] for name in presets(experiment)}
    accepted.setdefault(PAPER, [name for name in accepted if name.startswith(f"{PAPER}_")])
    return accepted
