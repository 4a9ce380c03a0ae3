"""The settings of a run: one flat, documented, checked dataclass. Nothing here loads TensorFlow."""

import dataclasses
import os
import re
import shlex
from typing import Any

from infogan_tf.code_text import CodesParser, parse_codes
from infogan_tf.data.paths import ARCHIVE_ENDINGS, IMAGES, find_images
from infogan_tf.errors import SettingError
from infogan_tf.options import Auto, Choice, Devices, Integer, Number, Options, Text, as_text, option

MODEL = "the folder of a trained run, or a .keras file"


@dataclasses.dataclass(frozen=True)
class Config(Options):
    """Settings of a run. Defaults are the paper's for MNIST; `infogan_tf.presets(experiment)` has those of others.

    Names are the original code's where it had them, and so are the lengths and learning rates of its MNIST launcher;
    its checkpoints come every 10,000 updates, here every 500. SettingError if a value is wrong or does not go with
    another one.

    >>> Config(max_epoch=2).total_updates
    200
    """

    experiment: str = option("mnist", Text(), "Name of a module of `infogan_tf.experiments`.", is_flag=False)
    preset: str | None = option(
        None,
        Auto(Text(), "none"),
        "The preset that the settings began with, whatever was changed since.",
        may_change=True,
        is_flag=False,
    )
    run_folder: str | None = option(
        None,
        Auto(Text(), "a new folder named after the time"),
        "Where the run is kept; --run_folder of an earlier run, alone, resumes it with its own settings.",
        may_change=True,
    )
    seed: int = option(0, Integer(0, 2**31 - 1), "Decides initial weights, codes, noise and data order.")

    images: str | None = option(
        None,
        Auto(Text(), "the images of --dataset"),
        "A folder or an archive (.zip, .tar) of images, or an .npz file with `images` and, optionally, `labels` and "
        "`label_names`.",
        may_change=True,  # The place may; a resumed run recognizes the images themselves.
    )
    dataset: str | None = option(
        "mnist",
        Auto(Text(), "none, which needs --images"),
        "Name of a TFDS image data set, or rendered_heads, rendered_chairs or cdsprites, which infogan_tf renders.",
    )
    data_source: str = option(
        "auto",
        Choice("auto", "tfds", "embedded", "rendered"),
        "Where --dataset comes from: tfds, the embedded digits, rendered here, or the best that is available.",
    )
    data_dir: str | None = option(
        None, Auto(Text(), "TFDS's own folder"), "Where TFDS keeps prepared data.", may_change=True
    )
    held_out: str = option(
        "test",
        Choice("test", "validation"),
        "The images held out: the test split or, for choosing settings, a sixth of the training images in its place.",
    )
    image_size: int | None = option(
        None,
        Auto(Integer(16, 128, factor=8), "the experiment's, or 32"),
        "Height and width, in pixels, to which images are resized.",
    )
    channels: int | None = option(
        None, Auto(Choice(1, 3), "1 if all images are gray, else 3"), "1 for gray images, 3 for color."
    )
    crop: str = option(
        "center",
        Choice("center", "none"),
        "How an image becomes a square: center crops the largest centered one, none squeezes the whole image.",
    )

    codes: str = option(
        "categorical(10), 2*uniform@0.1",
        CodesParser(),
        "The latent codes; @ is the weight of a code's mutual information, a factor on lambda.",
    )
    noise_size: int = option(62, Integer(0, 10_000), "Number of noise dimensions.")
    posterior_std: str = option(
        "learned",
        Choice("learned", "fixed"),
        "Whether Q learns the standard deviation of uniform and gaussian codes or keeps it at 1.",
    )
    min_std: float = option(
        0.05, Number(positive=True), "Lower bound of a learned standard deviation of uniform and gaussian codes."
    )
    width: float = option(
        1.0,
        Number(positive=True, upper_bound=4.0),
        "Factor on the channels and units of all layers of G, D and Q; 1 is the width of the paper's tables.",
    )
    leaky_slope: float = option(0.1, Number(), "Slope of D's leaky ReLUs below zero.")

    augmentation: str | None = option(
        None,
        Auto(Choice("digits", "photographs", "photographs_without_flips"), "the experiment's"),
        "The kind of images, and so what they may be changed by; without flips where left and right differ in meaning.",
    )
    max_shift: int | None = option(
        None,
        Auto(Integer(0, 16), "0 from 20,000 images on; for fewer 2, or an eighth of the size of photographs"),
        "D sees images, real and fake, shifted at random by up to this many pixels and photographs with other colors "
        "and a part cut out too, which prevents D from overfitting small data sets.",
    )
    augmentation_probability: float | None = option(
        None,
        Auto(Number(positive=True, upper_bound=1.0), "0.5"),
        "The share of images that are so changed for D; with 1, G makes changed images too.",
    )
    code_augmentation: float = option(
        0.0,
        Number(upper_bound=2.0),
        "Strength of the augmentation of images from which Q predicts categorical codes. Digits are rotated, scaled, "
        "sheared, shifted, thickened or thinned, and a part is cut out; 1 is up to 20 degrees, a fifth of the size, a "
        "shear of 0.3, a pixel of stroke, 0.6 of each side. Photographs are cropped, flipped and change their colors.",
    )
    consistency: float = option(
        0.0,
        Number(),
        "Weight of an addition to the paper's objective: what Q predicts from a real image and from its augmented copy "
        "should agree; requires --code_augmentation.",
    )
    average_decay: float = option(
        0.0,
        Number(upper_bound=0.9999),
        "Decay per update of a moving average of G's weights, which then makes the images; 0 uses the last update's.",
    )

    max_epoch: int | None = option(
        50, Auto(Integer(1), "as many as take --minutes"), "Train for this many epochs.", may_change=True
    )
    minutes: float | None = option(
        None,
        Auto(Number(positive=True), "as many as --max_epoch takes"),
        "Train for about so many minutes: the first updates show how many epochs that is on this machine.",
        may_change=True,
    )
    updates_per_epoch: int = option(100, Integer(1), "An epoch is this many updates.")
    batch_size: int = option(128, Integer(2), "Images in a batch.")
    discriminator_learning_rate: float = option(2e-4, Number(positive=True), "Learning rate of Adam for D and Q.")
    generator_learning_rate: float = option(1e-3, Number(positive=True), "Learning rate of Adam for G.")
    objective: str = option(
        "infogan",
        Choice("infogan", "gan", "gan_own_q"),
        "gan is the regular GAN that the paper compares with: Q learns to predict the codes from the features of D's "
        "body, but neither G nor D's body learns from Q. gan_own_q is the same GAN, whose Q has its own body.",
    )
    info_reg_coeff: float = option(1.0, Number(), "Lambda, the weight of the mutual information.")
    r1_gamma: float = option(
        0.0,
        Number(),
        "Gamma of R1, a penalty on D's gradient at real images (Mescheder et al. 2018), which keeps D from winning; D "
        "and Q then have no batch norm. 0 is the paper's D: batch norm, no penalty.",
    )
    update: str = option(
        "alternating",
        Choice("alternating", "simultaneous"),
        "Update D and then G on fresh codes or, at lower cost, both at once on the same.",
    )
    discriminator_batches: str = option(
        "separate",
        Choice("separate", "joint"),
        "Whether D sees real and generated images in separate batches, where batch norm hides the brightness and "
        "contrast of each, or jointly in one, which shows how they differ; joint requires --update=simultaneous.",
    )
    precision: str = option(
        "float32",
        Choice("float32", "bfloat16", "float16"),
        "Of convolutions and matrix products in training. On a GPU float32 means TF32 where it has that, and the "
        "others are Keras' mixed policies; on a CPU bfloat16 needs AVX512-BF16 or AMX, and there is no float16.",
        may_change=True,
    )
    devices: str = option(
        "auto",
        Devices(),
        "What trains: by default one GPU or, where there is none, the CPU; all means all GPUs. Each of several devices "
        "takes an equal part of every batch, and normalizes it by itself (docs/scaling.md).",
        may_change=True,
    )
    deterministic: str = option(
        "off",
        Choice("off", "on"),
        "Whether a GPU reaches the same bits again, for which it is slower; a CPU always does.",
        may_change=True,
    )
    xla: str = option(
        "auto",
        Choice("auto", "on", "off"),
        "Whether XLA compiles the update, which takes tens of seconds and gives other last digits; auto is on where "
        "TensorFlow computes on a GPU, and off on processors.",
    )

    summary_interval: int = option(10, Integer(1), "Updates between two points of the curves.", may_change=True)
    sample_interval: int = option(100, Integer(1), "Updates between two sets of pictures.", may_change=True)
    snapshot_interval: int = option(500, Integer(1), "Updates between two checkpoints.", may_change=True)
    keep_every: int = option(
        0,
        Integer(0),
        "Save and keep the checkpoint of every so many updates; 0 keeps only the last two of the run.",
        may_change=True,
    )
    factor_map_every: int = option(
        0,
        Integer(0),
        "Draw, after every so many epochs, how much each code knows of each factor of labeled held-out images; 0 never "
        "does. Labels are read for this picture alone.",
        may_change=True,
    )

    def __post_init__(self):
        super().__post_init__()
        if (self.max_epoch is None) == (self.minutes is None):
            expected = "auto where max_epoch is given" if self.minutes else "a number where max_epoch is auto"
            raise SettingError("minutes", expected, as_text(self.minutes))
        if self.consistency and not self.code_augmentation:
            raise SettingError("consistency", "0 where code_augmentation is 0", self.consistency)
        if self.discriminator_batches == "joint" and self.update != "simultaneous":
            raise SettingError("discriminator_batches", f"separate where update is {self.update}", "joint")
        if self.code_augmentation and all(code.kind != "categorical" for code in parse_codes(self.codes)):
            raise SettingError(
                "code_augmentation", f"0 where no code is categorical ({self.codes})", self.code_augmentation
            )
        for name, automatic in (("data_source", "auto"), ("data_dir", None)):
            if self.images is not None and getattr(self, name) != automatic:
                raise SettingError(name, f"auto with --images={self.images}", getattr(self, name))

    @property
    def run_name(self) -> str:
        """What runs are named after: the folder or file of the images, or the data set without version or variant.

        Of a folder's name only letters, digits, underscores, hyphens and dots are kept, but no dot in front, which
        would hide runs.
        """
        if self.images is None:
            return re.split("[:/]", self.dataset or self.experiment)[0]
        name = os.path.basename(os.path.abspath(os.path.expanduser(self.images)))
        for ending in (".npz", *ARCHIVE_ENDINGS):
            name = name[: -len(ending)] if name.lower().endswith(ending) else name
        return re.sub(r"[^\w.-]+", "_", name).lstrip(".")[:60] or self.experiment

    def check_images(self):
        """Refuses a config that names no images, or some that are not there, by a SettingError; nothing is loaded."""
        if self.images is not None:
            find_images(self.images)
        elif self.dataset is None:
            raise SettingError("images", f"{IMAGES}, or else --dataset", "neither")

    @property
    def total_updates(self) -> int | None:
        """Updates of the whole run; None while only its minutes are known."""
        return None if self.max_epoch is None else self.max_epoch * self.updates_per_epoch

    def is_done(self, step: int) -> bool:
        """Whether a run has all of its updates after so many."""
        return self.total_updates is not None and step >= self.total_updates

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, for JSON; `Config(**values)` is the inverse."""
        return dataclasses.asdict(self)

    def compared_settings(self) -> dict[str, bool | float | str]:
        """The settings by which runs train differently, by name; text where a setting is no number."""
        fields = (field for field in dataclasses.fields(self) if not field.metadata["may_change"])
        values = ((field.name, getattr(self, field.name)) for field in fields)
        return {name: value if isinstance(value, int | float | str) else as_text(value) for name, value in values}

    def differences(self, other: "Config") -> list[str]:
        """The flags, except seed and length, by which this config trains differently from another one."""
        return [
            f"--{field.name}={shlex.quote(as_text(getattr(self, field.name)))}"
            for field in dataclasses.fields(self)
            if field.metadata["is_flag"]
            and not field.metadata["may_change"]
            and field.name not in ("seed", "updates_per_epoch")
            and getattr(self, field.name) != getattr(other, field.name)
        ]


def added_to_the_objective(config: Config) -> list[str]:
    """What a config trains in addition to the paper's objective, a sentence for each addition; none for the paper's."""
    sentences = []
    if config.code_augmentation:
        sentences.append(
            "While they train, Q predicts categorical codes from randomly augmented images "
            f"(--code_augmentation={config.code_augmentation:g}). That maximizes a lower bound on the mutual "
            "information of the code and the augmented image, looser than the paper's on that of code and image."
        )
    if config.consistency:
        sentences.append(
            "D and Q also maximize the mutual information of what Q predicts from real images and from augmented "
            f"copies of them (Ji et al. 2019; --consistency={config.consistency:g})."
        )
    if config.r1_gamma:
        sentences.append(
            "D also minimizes R1, a penalty on its gradient at real images, and has no batch norm "
            f"(Mescheder et al. 2018; --r1_gamma={config.r1_gamma:g})."
        )
    return sentences


def without_additions(config: Config) -> Config:
    """The same settings, the optimizers' and R1 among them, without what else `added_to_the_objective` names."""
    return dataclasses.replace(config, code_augmentation=0.0, consistency=0.0)
