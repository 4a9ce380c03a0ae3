"""The settings that every experiment shares."""

import dataclasses
import re
from typing import Any, ClassVar

from infogan_tf.configs.fields import Automatic, Choice, Integer, Number, Text, plain, setting
from infogan_tf.errors import SettingError

DATA_SOURCES = ("auto", "tfds", "embedded")
UPDATES = ("alternating", "simultaneous")
HELD_OUT = ("test", "validation")
MAX_DECAY = 0.9999  # Averages over about 10,000 updates, twice as many as a run has by default.
OBJECTIVES = ("infogan", "gan", "gan_own_q")


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a launcher asks for: each field is a flag of the same name, checked when the object is made.

    NumPy's numbers are kept as Python's, and paths as text.

    Raises:
        SettingError: a value is of the wrong kind or out of range.
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = plain(getattr(self, field.name))
            object.__setattr__(self, field.name, value)
            if not field.metadata["kind"].accepts(value):
                raise SettingError(field.name, field.metadata["kind"].expected, repr(value))


@dataclasses.dataclass(frozen=True)
class ExperimentConfig(Settings):
    """Settings of a run.

    Names are the original code's where it had them, and so are the lengths and learning rates of its MNIST launcher;
    its checkpoints come every 10,000 updates, here every 500.
    """

    experiment: ClassVar[str]

    run_folder: str | None = setting(
        None,
        Automatic(Text(), "a new folder named after the time"),
        "Where the run is kept; --run_folder of an earlier run, alone, resumes it with its own settings.",
        may_change=True,
    )
    seed: int = setting(0, Integer(0, 2**31 - 1), "Decides initial weights, codes, noise and data order.")

    dataset: str = setting("mnist", Text(), "Name of a TFDS image data set with images of the right shape.")
    data_source: str = setting(
        "auto", Choice(DATA_SOURCES), "tfds, the embedded digits, or the best that this machine can get."
    )
    data_dir: str | None = setting(
        None, Automatic(Text(), "TFDS's own folder"), "Where TFDS keeps prepared data.", may_change=True
    )
    held_out: str = setting(
        "test",
        Choice(HELD_OUT),
        "The images held out: the test split or, for choosing settings, every sixth training image in its place.",
    )
    max_shift: int | None = setting(
        None,
        Automatic(Integer(0, 8), "2 for fewer than 20,000 images, else 0"),
        "D sees each image, real and fake, shifted at random by up to this many pixels, which prevents D from "
        "overfitting small data sets.",
    )

    deformation: float = setting(
        0.0,
        Number(maximum=2.0),
        "Q predicts c1 from images rotated, scaled, sheared, shifted, thickened or thinned at random; 1 is up "
        "to 20 degrees, a fifth of the size, a shear of 0.3, a pixel of stroke.",
    )

    consistency: float = setting(
        0.0,
        Number(),
        "Weight of an addition to the paper's objective: what Q predicts from a real image and from its deformed copy "
        "should agree; needs --deformation.",
    )
    average_decay: float = setting(
        0.0,
        Number(maximum=MAX_DECAY),
        "Decay per update of a moving average of G's weights, which then makes the images; 0 uses the last update's.",
    )

    max_epoch: int = setting(50, Integer(1), "Train for this many epochs.", may_change=True)
    updates_per_epoch: int = setting(100, Integer(1), "An epoch is this many updates.")
    batch_size: int = setting(128, Integer(2), "Images in a batch.")
    discriminator_learning_rate: float = setting(2e-4, Number(positive=True), "Learning rate of Adam for D and Q.")
    generator_learning_rate: float = setting(1e-3, Number(positive=True), "Learning rate of Adam for G.")
    objective: str = setting(
        "infogan",
        Choice(OBJECTIVES),
        "gan is the regular GAN that the paper compares with: Q learns to predict the codes from the features of D's "
        "body, but neither G nor D's body learns from Q. gan_own_q is the same GAN, whose Q has its own body.",
    )
    info_reg_coeff: float = setting(1.0, Number(), "Lambda, the weight of the mutual information.")
    update: str = setting(
        "alternating",
        Choice(UPDATES),
        "Update D and then G on fresh codes or, at lower cost, both at once on the same.",
    )

    summary_interval: int = setting(10, Integer(1), "Updates between two points of the curves.", may_change=True)
    sample_interval: int = setting(100, Integer(1), "Updates between two sets of pictures.", may_change=True)
    snapshot_interval: int = setting(500, Integer(1), "Updates between two checkpoints.", may_change=True)
    keep_every: int = setting(
        0,
        Integer(0),
        "Save and keep the checkpoint of every so many updates; 0 keeps only the last two of the run.",
        may_change=True,
    )

    def __post_init__(self):
        super().__post_init__()
        if self.consistency and not self.deformation:
            raise SettingError("consistency", "0 where deformation is 0", self.consistency)

    @property
    def run_name(self) -> str:
        """What runs are named after: the data set, without its version or variant."""
        return re.split("[:/]", self.dataset)[0]

    @property
    def total_updates(self) -> int:
        """Updates of the whole run."""
        return self.max_epoch * self.updates_per_epoch

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ExperimentConfig":
        """Undoes `to_dict`, also after a way through JSON."""
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
