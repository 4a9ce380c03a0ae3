"""The runs of a report: trained or resumed where they are not finished, measured where they are not yet."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from infogan_tf.build_model import image_request
from infogan_tf.config import Config
from infogan_tf.data.sources import load_images
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.evaluation.record import EVALUATION_FILE, read_evaluation
from infogan_tf.evaluation.schema import Evaluation
from infogan_tf.experiments import presets
from infogan_tf.options import as_text
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.plan import PASSED_ON, PlannedRun
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.loop import train
from infogan_tf.training.metrics_log import read_training_time
from infogan_tf.training.record import check_resumable, with_recorded_origin

# What runs must have in common to be reported together, and what those that are more than a curve must.
COMPARED = {"images": attrgetter("trained.record.data.fingerprint"), "precisions": attrgetter("config.precision")}
COMPARED_IF_EVALUATED = {
    "updates": attrgetter("trained.step"),
    "held-out images": attrgetter("evaluation.run.held_out"),
    "features": attrgetter("evaluation.images.features_hash"),
}


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
        with _errors_name_flags_of_a_reproduction(config.run_folder):
            trained = _finished(config)
            if trained is None:
                if not train(config):
                    return None
                trained = load_run(config.run_folder)
            runs.append(ReportedRun(preset, trained, None if is_curve else _evaluation(trained, options)))
    check_comparable(runs)
    return runs


def check_comparable(runs: Sequence[ReportedRun]):
    """Refuses, by a SettingError, runs that differ in their images, or in how long or in what they are measured."""
    for run in runs:
        for what, value in (COMPARED | (COMPARED_IF_EVALUATED if run.evaluation else {})).items():
            if value(run) != value(runs[0]):
                again = "where evaluation.json is missing, a run is measured again"
                expected = f"runs of the same images, precision, updates and features ({again})"
                paths = f"{runs[0].trained.run.path} and {run.trained.run.path}"
                raise SettingError("folder", expected, f"{paths}, whose {what} differ")


def _finished(config: Config) -> TrainedRun | None:
    """The run, if it exists and nothing is left to train; it is not modified."""
    try:
        trained = load_run(config.run_folder)
    except RunNotFoundError:
        return None
    check_resumable(trained.record, config)
    if trained.step < config.total_updates:
        return None
    _check_unchanged("precision", trained, config.precision)
    if config.images is None:
        _check_unchanged("images", trained, None)
    elif os.path.abspath(os.path.expanduser(config.images)) != trained.config.images:
        # The same images may be elsewhere now.
        with_recorded_origin(trained.record, load_images(image_request(config, trained.record.data.source)))
    return trained


def _check_unchanged(name: str, trained: TrainedRun, value: str | None):
    recorded = getattr(trained.config, name)
    if recorded != value:
        raise SettingError(name, f"{recorded}, as {trained.run.path} was trained with", as_text(value))


def _evaluation(trained: TrainedRun, options: ReproductionOptions) -> Evaluation:
    """A run's evaluation, which is made now unless it exists for the same update, with its pictures."""
    folder = trained.run.path
    evaluation = read_evaluation(folder / EVALUATION_FILE)
    is_current = evaluation is not None and evaluation.run.update == trained.step
    if is_current and all((folder / picture).exists() for picture in evaluation.pictures):
        return evaluation
    return evaluate(trained, options.data_dir, options.images)


@contextlib.contextmanager
def _errors_name_flags_of_a_reproduction(run_folder: str) -> Iterator[None]:
    """A run's error names the flag of a reproduction, which has one folder for all of its runs."""
    try:
        yield
    except SettingError as error:
        if error.name in (*PASSED_ON, "folder"):
            raise
        expected, got = error.expected, error.got
        if error.name != "run_folder":
            expected, got = "a new folder, or one of runs with these settings", f"{run_folder} ({error})"
        raise SettingError("folder", expected, got) from error
