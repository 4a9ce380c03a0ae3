"""The runs of a report: trained or resumed where they are not finished, measured where they are not yet."""

import contextlib
import dataclasses
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from infogan_tf.build_model import build_augmentation, image_request
from infogan_tf.config import Config
from infogan_tf.data import load_images
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation.evaluate import EVALUATION_FILE, VERSION, evaluate
from infogan_tf.experiments import presets
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.training import train
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.metrics_log import read_curve, read_training_time
from infogan_tf.training.run_record import check_resumable, with_recorded_origin

# Flags of a reproduction that its runs have too.
PASSED_ON = ("images", "dataset", "data_source", "data_dir", "held_out", "max_epoch", "precision")


class PlannedRun(NamedTuple):
    """A run that a report needs.

    Attributes:
        preset: whose settings it has.
        config: its settings.
        is_evaluated: whether more than its curves is needed.
    """

    preset: str
    config: Config
    is_evaluated: bool = True


@dataclasses.dataclass(frozen=True)
class ReportedRun:
    """A trained run, and what was measured of it.

    Attributes:
        preset: whose settings it has.
        trained: the run.
        evaluation: what `evaluate` wrote; None of a run whose curves alone are needed.
    """

    preset: str
    trained: TrainedRun
    evaluation: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The run's folder within the reproduction."""
        return self.trained.folder.path.name

    @property
    def config(self) -> Config:
        """Its settings."""
        return self.trained.config

    @property
    def seed(self) -> int:
        """Its seed, which also decides the samples that figures show."""
        return self.config.seed

    @property
    def data(self) -> str:
        """Its images, in a caption; what stands in for the paper's says so."""
        caption = self.evaluation["run"]["data"]
        return f"{caption}, not the paper's" if self.is_stand_in else caption

    @property
    def is_stand_in(self) -> bool:
        """Whether its images are certainly not the paper's: rendered ones, and another data set."""
        papers = presets(self.config.experiment)[self.preset].run_name
        is_other = self.config.images is None and self.config.run_name != papers
        return is_other or self.trained.record["data"]["source"] == "rendered"

    @property
    def augmentation_for_discriminator(self) -> str:
        """How the images that D sees are augmented, such as "shifted by ..."; empty if they are not."""
        max_shift = self.trained.record["data"]["max_shift"]
        return build_augmentation(self.config).describe(max_shift) if max_shift else ""

    @property
    def where(self) -> str:
        """What a caption says of the run."""
        return f"{self.name}, preset {self.preset}, update {self.trained.step:,}, {self.data}"

    @property
    def length(self) -> str:
        """How long the run was trained, where that is not as long as its preset says; otherwise empty."""
        of_preset = presets(self.config.experiment)[self.preset].total_updates
        done = self.trained.step
        return "" if done == of_preset else f"{done:,} updates in place of the preset's {of_preset:,}"

    @cached_property
    def minutes(self) -> float:
        """How long training took."""
        return read_training_time(self.trained.folder.metrics) / 60

    def curve(self, tag: str) -> list[tuple[int, float]]:
        """The points (update, value) of a curve; SettingError if it has none."""
        path = self.trained.folder.metrics
        points = read_curve(path, tag)
        if not points:
            raise SettingError("folder", "a run with its curves", f"{path} without a point")
        return points


def plan_run(
    config: ReproductionConfig, name: str, preset: str, settings: Config, last_update: int | None = None
) -> PlannedRun:
    """A run in the folder of a reproduction, on its images and as long as it says.

    Args:
        config: the reproduction.
        name: what the run's folder is called, with its seed.
        preset: whose settings it has.
        settings: they themselves.
        last_update: of a run whose curves alone are needed, where they end.
    """
    given = {flag: value for flag in PASSED_ON if (value := getattr(config, flag)) is not None}
    folder = str(config.path / f"{name}_seed_{settings.seed}")
    planned = dataclasses.replace(settings, run_folder=folder, **given)
    if last_update is not None:
        epochs = math.ceil(last_update / planned.updates_per_epoch)
        planned = dataclasses.replace(planned, max_epoch=min(planned.max_epoch, epochs))
    return PlannedRun(preset, planned, is_evaluated=last_update is None)


def infogan_name(preset: str) -> str:
    """What the folders of the InfoGANs of a preset are called, before the seed."""
    return "infogan" if preset == "best" else preset


def carry_out(plan: Sequence[PlannedRun], config: ReproductionConfig) -> list[ReportedRun] | None:
    """Trains, resumes and evaluates what is missing of a plan; None if a signal stopped training.

    Raises:
        SettingError: an existing run has other settings or data, its data is not available, or runs can't be compared.
        TrainingError: a run can't continue.
    """
    _check_folder(plan, config)
    runs = []
    for planned in plan:
        with _as_flags_of_a_reproduction(planned.config.run_folder):
            trained = _trained(planned.config)
            if trained is None:
                return None
            evaluation = _evaluation(trained, config) if planned.is_evaluated else None
            runs.append(ReportedRun(planned.preset, trained, evaluation))
    check_comparable(runs)
    return runs


def _check_folder(plan: Sequence[PlannedRun], config: ReproductionConfig):
    """Refuses a folder with runs of another preset, whose report would be replaced."""
    expected = {_without_seed(os.path.basename(planned.config.run_folder)) for planned in plan}
    for path in sorted(config.path.glob("*_seed_*")):
        if (name := _without_seed(path.name)) and name not in expected:
            raise SettingError("folder", f"a new folder, or one of runs with --preset={config.preset}", path)


def _without_seed(name: str) -> str:
    """The name of a run's folder without its seed; empty for another name."""
    match = re.fullmatch(r"(\w+)_seed_\d+", name)
    return match[1] if match else ""


def check_comparable(runs: Sequence[ReportedRun]):
    """Refuses to report runs together that differ in their images, or in how long or in what they are measured.

    Raises:
        SettingError: naming `folder`.
    """
    first = runs[0]
    compared = _compared(first)
    for run in runs:
        for what, value in _compared(run).items():
            if value != compared[what]:
                expected = "runs of the same images, precision, updates and features"
                paths = f"{first.trained.folder.path} and {run.trained.folder.path}"
                raise SettingError("folder", expected, f"{paths}, whose {what}")


def _compared(run: ReportedRun) -> dict[str, object]:
    compared = {"images differ": run.trained.record["data"]["fingerprint"], "precisions differ": run.config.precision}
    if run.evaluation is None:
        return compared
    return {
        **compared,
        "updates differ": run.trained.step,
        "held-out images differ": run.evaluation["run"]["held_out"],
        "features differ (without its evaluation.json a run is measured again)": run.evaluation["images"][
            "features_hash"
        ],
    }


def _trained(config: Config) -> TrainedRun | None:
    run = _finished(config)
    if run is None:
        run = load_run(config.run_folder) if train(config) else None
    return run


def _finished(config: Config) -> TrainedRun | None:
    """The run, if it exists and nothing is left to train; it is not modified."""
    try:
        run = load_run(config.run_folder)
    except RunNotFoundError:
        return None
    check_resumable(run.record, config)
    if run.step < config.total_updates:
        return None
    if run.config.precision != config.precision:
        expected = f"{run.config.precision}, as {run.folder.path} was trained with"
        raise SettingError("precision", expected, config.precision)
    _check_images(run, config)
    return run


def _check_images(run: TrainedRun, config: Config):
    """Refuses a run of other images; those in the place that it recorded, or of the same data set, are its own."""
    images = config.images and os.path.abspath(os.path.expanduser(config.images))
    if images == run.config.images:
        return
    if images is None or run.config.images is None:
        raise SettingError(
            "images", f"{run.config.images or 'auto'}, as {run.folder.path} was trained with", images or "auto"
        )
    with_recorded_origin(run.record, load_images(image_request(config, run.record["data"]["source"])))


def _evaluation(run: TrainedRun, config: ReproductionConfig) -> Mapping[str, Any]:
    """A run's evaluation, which is made now unless it exists for the same update, with its pictures."""
    path = run.folder.path / EVALUATION_FILE
    try:
        evaluation = json.loads(path.read_text(encoding="utf-8"))
        is_current = (evaluation["version"], evaluation["run"]["update"]) == (VERSION, run.step)
        is_current = is_current and all((run.folder.path / file).exists() for file in evaluation["pictures"])
    except (OSError, ValueError, LookupError, TypeError):
        is_current = False  # Missing, damaged or of another form: `evaluate` makes it again and reports it.
    return evaluation if is_current else evaluate(run, config.data_dir, config.images)


@contextlib.contextmanager
def _as_flags_of_a_reproduction(run_folder: str) -> Iterator[None]:
    """Maps the setting of a run's error to a flag of a reproduction, which has one folder for all of its runs."""
    try:
        yield
    except SettingError as error:
        if error.name in (*PASSED_ON, "folder"):
            raise
        if error.name == "run_folder":
            raise SettingError("folder", error.expected, error.got) from error
        expected = "a new folder, or one of runs with these settings"
        raise SettingError("folder", expected, f"{run_folder} ({error})") from error
