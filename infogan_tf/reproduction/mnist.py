"""The paper's evidence on MNIST (sections 7.1 and 7.2, Figures 1 and 2), from nothing to a report."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from infogan_tf.config import Config, without_additions
from infogan_tf.console import log
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.experiments import presets
from infogan_tf.figures.plots import LAST_UPDATE
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.drawing import draw_figures
from infogan_tf.reproduction.evaluated import Evaluated, GanCurve, Results, evaluated, information_curve
from infogan_tf.reproduction.report import write_report
from infogan_tf.reproduction.sections import report_text
from infogan_tf.training import train
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.run_record import check_resumable

# Figure 1 shows a regular GAN of these settings too.
PAPER = "paper"


class PlannedRun(NamedTuple):
    """A run of a reproduction.

    Attributes:
        preset: whose settings it has.
        config: its settings.
        is_for_figure1: whether only its curve is needed, up to the last update of Figure 1.
    """

    preset: str
    config: Config
    is_for_figure1: bool = False


def reproduce(config: ReproductionConfig) -> bool:
    """Trains what is missing, evaluates, draws and writes `report.html` and `report.md`.

    Finished runs are used as they are; an interrupted one is resumed.

    Args:
        config: which runs, and where.

    Returns:
        False if a signal stopped training; everything is saved, and the same call resumes.

    Raises:
        SettingError: an existing run has other settings or data, or its data is not available.
        TrainingError: a run can't continue.
    """
    folder = Path(config.folder).expanduser()
    results, curves = [], []
    for planned in _plan(config, folder):
        with _as_flags_of_this_launcher(planned.config.run_folder):
            run = _trained(planned.config)
            if run is None:
                log("stopped; the same command resumes")
                return False
            if not planned.is_for_figure1:
                results.append(evaluated(run, config.data_dir))
            if planned.config.objective != "infogan":
                curves.append(GanCurve(run, planned.preset, information_curve(run)))
    _check_same(results, curves)
    *infogans, gan = results
    made = Results(config.preset, infogans, gan, curves)
    draw_figures(folder, made)
    write_report(folder, "InfoGAN on MNIST", report_text(made))
    log(f"report: {folder / 'report.html'}")
    return True


def _plan(config: ReproductionConfig, folder: Path) -> list[PlannedRun]:
    """An InfoGAN for each seed; the regular GAN with the same settings; and what Figure 1 shows beside them."""
    origin = {"data_source": config.data_source, "data_dir": config.data_dir}

    def plan(name: str, preset: str, settings: Config, is_for_figure1: bool = False) -> PlannedRun:
        epochs = config.max_epoch or settings.max_epoch
        if is_for_figure1:
            epochs = min(epochs, -(-LAST_UPDATE // settings.updates_per_epoch))
        run_folder = str(folder / f"{name}_seed_{settings.seed}")
        run_config = dataclasses.replace(settings, run_folder=run_folder, max_epoch=epochs, **origin)
        return PlannedRun(preset, run_config, is_for_figure1)

    of_name = presets("mnist")
    preset, seed = of_name[config.preset], config.seeds[0]
    gan = dataclasses.replace(without_additions(preset), objective="gan", seed=seed)
    own_q = dataclasses.replace(gan, objective="gan_own_q")
    runs = [plan("infogan", config.preset, dataclasses.replace(preset, seed=seed)) for seed in config.seeds]
    runs += [plan("gan", config.preset, gan), plan("gan_own_q", config.preset, own_q, is_for_figure1=True)]
    if config.preset != PAPER:
        papers = dataclasses.replace(of_name[PAPER], objective="gan", seed=seed)
        runs.append(plan("gan_paper", PAPER, papers, is_for_figure1=True))
    return runs


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
    return run if run.step >= config.total_updates else None


@contextlib.contextmanager
def _as_flags_of_this_launcher(run_folder: str) -> Iterator[None]:
    """Maps the setting of a run's error to a flag of this launcher, which has a folder of runs and no data set."""
    try:
        yield
    except SettingError as error:
        if error.name in ("data_source", "data_dir"):
            raise
        if error.name == "dataset":
            raise SettingError("data_source", error.expected, error.got) from error
        if error.name == "run_folder":
            raise SettingError("folder", error.expected, error.got) from error
        expected = "a new folder, or one of runs with these settings"
        raise SettingError("folder", expected, f"{run_folder} ({error})") from error


def _check_same(results: Sequence[Evaluated], curves: Sequence[GanCurve]):
    """Refuses to report runs together that differ in their data, their length or the features they are compared in."""
    first = results[0]
    for result in results:
        _check_equal(first, result, _identity(first), _identity(result))
    for curve in curves:
        _check_equal(first, curve, _images(first), _images(curve))


def _check_equal(first: Evaluated, other: Evaluated | GanCurve, expected: dict[str, object], got: dict[str, object]):
    for what, value in got.items():
        if value != expected[what]:
            paths = f"{first.run.folder.path} and {other.run.folder.path}"
            raise SettingError("folder", "runs of the same images, updates and features", f"{paths}, whose {what}")


def _identity(result: Evaluated) -> dict[str, object]:
    return {
        **_images(result),
        "updates differ": result.run.step,
        "held-out images differ": result.evaluation["run"]["held_out"],
        "features differ (without its evaluation.json a run is measured again)": result.evaluation["images"][
            "features_hash"
        ],
    }


def _images(result: Evaluated | GanCurve) -> dict[str, object]:
    return {"images differ": result.run.record["data"]["fingerprint"]}
