"""The runs of a report: which ones; trained or resumed where they are not finished, measured where they are not yet."""

import dataclasses
import math
import os
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from infogan_tf.build_model import image_request
from infogan_tf.config import Config, without_additions
from infogan_tf.data.sources import load_images
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.evaluation.record import EVALUATION_FILE, read_evaluation
from infogan_tf.evaluation.schema import Evaluation
from infogan_tf.experiments import presets
from infogan_tf.figures.plots import LAST_UPDATE
from infogan_tf.options import as_text
from infogan_tf.reproduction.options import PAPER, PASSED_ON, ReproductionOptions
from infogan_tf.training.curves import read_training_time
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.loop import train
from infogan_tf.training.record import check_resumable, with_recorded_origin


class PlannedRun(NamedTuple):
    """A run that a report needs: whose settings it has, its settings, and whether only its curve is shown."""

    preset: str
    config: Config
    is_curve: bool


@dataclasses.dataclass(frozen=True)
class ReportedRun:
    """A trained run with the settings of a preset, and what was measured of it unless only its curve is shown."""

    preset: str
    trained: TrainedRun
    evaluation: Evaluation | None = None

    @property
    def name(self) -> str:
        """The run's folder within the reproduction."""
        return self.trained.run.path.name

    @property
    def config(self) -> Config:
        """Its settings; their seed also decides the samples that figures show."""
        return self.trained.config

    @property
    def is_stand_in(self) -> bool:
        """Whether its images are certainly not the paper's: rendered ones, and another data set."""
        is_other = self.config.images is None and self.config.run_name != self._of_preset.run_name
        return is_other or self.trained.record.data.source == "rendered"

    @property
    def data(self) -> str:
        """Its images, in a caption; what stands in for the paper's says so."""
        return f"{self.evaluation.run.data}, not the paper's" if self.is_stand_in else self.evaluation.run.data

    @property
    def where(self) -> str:
        """What a caption says of the run."""
        return f"{self.name}, preset {self.preset}, update {self.trained.step:,}, {self.data}"

    @property
    def length(self) -> str:
        """How long the run was trained, where that is not as long as its preset says; otherwise empty."""
        done, planned = self.trained.step, self._of_preset.total_updates
        return "" if done == planned else f"{done:,} updates in place of the preset's {planned:,}"

    @property
    def minutes(self) -> float:
        """How long training took."""
        return read_training_time(self.trained.run.metrics) / 60

    @property
    def _of_preset(self) -> Config:
        return presets(self.config.experiment)[self.preset]


def plan_runs(options: ReproductionOptions) -> list[PlannedRun]:
    """An InfoGAN for each preset and seed; for MNIST also the regular GANs that Figures 1 and 2 show beside them."""
    settings = presets(options.experiment)
    given = {name: value for name in PASSED_ON if (value := getattr(options, name)) is not None}

    def plan(name: str, preset: str, seed: int, config: Config, is_curve: bool = False) -> PlannedRun:
        folder = str(options.path / f"{name}_seed_{seed}")
        config = dataclasses.replace(config, seed=seed, run_folder=folder, **given)
        if is_curve:  # No longer than Figure 1.
            epochs = math.ceil(LAST_UPDATE / config.updates_per_epoch)
            config = dataclasses.replace(config, max_epoch=min(config.max_epoch, epochs))
        return PlannedRun(preset, config, is_curve)

    runs = [
        plan("infogan" if preset == "best" else preset, preset, seed, settings[preset])
        for preset in options.preset_names
        for seed in options.seeds
    ]
    if options.experiment == "mnist":
        preset, seed = options.preset, options.seeds[0]
        gan = dataclasses.replace(without_additions(settings[preset]), objective="gan")
        runs.append(plan("gan", preset, seed, gan))
        runs.append(plan("gan_own_q", preset, seed, dataclasses.replace(gan, objective="gan_own_q"), is_curve=True))
        if preset != PAPER:
            gan_of_paper = dataclasses.replace(settings[PAPER], objective="gan")
            runs.append(plan("gan_paper", PAPER, seed, gan_of_paper, is_curve=True))
    return runs


def run_plan(plan: Sequence[PlannedRun], options: ReproductionOptions) -> list[ReportedRun] | None:
    """Trains, resumes and evaluates what is missing of a plan; None if a signal stopped training.

    Raises:
        SettingError: an existing run has other settings or data, its data is not available, or runs can't be compared.
        TrainingError: a run can't continue.
    """
    names = {Path(planned.config.run_folder).name.rpartition("_seed_")[0] for planned in plan}
    for folder in (file.parent for file in sorted(options.path.glob("*_seed_*/config.json"))):
        if folder.name.rpartition("_seed_")[0] not in names:  # Its report would be replaced.
            raise SettingError("folder", f"a new folder, or one of runs with --preset={options.preset}", folder)
    runs = []
    for preset, config, is_curve in plan:
        try:
            trained = _finished(config)
            if trained is None:
                if not train(config):
                    return None
                trained = load_run(config.run_folder)
            runs.append(ReportedRun(preset, trained, None if is_curve else _evaluation(trained, options)))
        except SettingError as error:
            if error.name in PASSED_ON:
                raise
            # A flag of a reproduction must be named, which has one folder for all of its runs.
            expected, got = error.expected, error.got
            if error.name != "run_folder":
                expected, got = "a new folder, or one of runs with these settings", f"{config.run_folder} ({error})"
            raise SettingError("folder", expected, got) from error
    check_comparable(runs)
    return runs


def check_comparable(runs: Sequence[ReportedRun]):
    """Refuses, by a SettingError, runs that differ in their images, or in how long or in what they are measured."""
    evaluated = [run for run in runs if run.evaluation]
    for what, compared, value in (
        ("images", runs, attrgetter("trained.record.data.fingerprint")),
        ("updates", evaluated, attrgetter("trained.step")),
        ("features", evaluated, attrgetter("evaluation.images.features_hash")),
    ):
        for run in compared:
            if value(run) != value(runs[0]):
                again = "where evaluation.json is missing, a run is measured again"
                expected = f"runs of the same images, updates and features ({again})"
                paths = f"{runs[0].trained.run.path} and {run.trained.run.path}"
                raise SettingError("folder", expected, f"{paths}, whose {what} differ")


def _finished(config: Config) -> TrainedRun | None:
    """The run, if it exists and nothing is left to train; it is not modified."""
    try:
        trained = load_run(config.run_folder)
    except RunNotFoundError:
        return None
    check_resumable(trained.record, config)
    if not config.is_done(trained.step):
        return None
    images = config.images and os.path.abspath(os.path.expanduser(config.images))
    for name in ("precision",) if images else ("precision", "images"):
        recorded, given = getattr(trained.config, name), getattr(config, name)
        if recorded != given:
            raise SettingError(name, f"{recorded}, as {trained.run.path} was trained with", as_text(given))
    if images != trained.config.images:  # The same images may be elsewhere now.
        with_recorded_origin(trained.record, load_images(image_request(config, trained.record.data.source)))
    return trained


def _evaluation(trained: TrainedRun, options: ReproductionOptions) -> Evaluation:
    """A run's evaluation, which is made now unless it exists for the same update, with its pictures."""
    folder = trained.run.path
    evaluation = read_evaluation(folder / EVALUATION_FILE)
    is_current = evaluation is not None and evaluation.run.update == trained.step
    if is_current and all((folder / picture).exists() for picture in evaluation.pictures):
        return evaluation
    return evaluate(trained, options.data_dir, options.images)
