"""The paper's evidence on MNIST (sections 7.1 and 7.2, Figures 1 and 2), from nothing to a report."""

import contextlib
import dataclasses
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.configs.reproduction import ReproductionConfig
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.reproduction.drawing import draw_figures
from infogan_tf.reproduction.evaluated import BASELINE_PRESET, Evaluated, evaluated
from infogan_tf.reproduction.report import write_report
from infogan_tf.reproduction.sections import report_text
from infogan_tf.training import train
from infogan_tf.training.console import say
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.run_record import check_resumable


def reproduce(config: ReproductionConfig) -> bool:
    """Trains what is missing, evaluates, draws and writes `report.html` and `report.md`.

    Runs that are there already are taken as they are; one that was cut off goes on.

    Args:
        config: which runs, and where.

    Returns:
        False if a signal stopped training; everything is saved, and the same call goes on.

    Raises:
        SettingError: a run that is there was made with other settings or data, or its data can't be had.
        TrainingError: a run can't go on.
    """
    folder = Path(config.folder).expanduser()
    results = []
    for run_config in _run_configs(config, folder):
        with _as_flags_of_this_launcher(run_config.run_folder):
            run = _trained(run_config)
            if run is None:
                say("stopped; the same command goes on")
                return False
            results.append(evaluated(run, config.data_dir))
    _check_same(results)
    *runs, baseline = results
    shown = _middle(runs)
    draw_figures(folder, config.preset, shown, baseline)
    write_report(folder, "InfoGAN on MNIST", report_text(config.preset, runs, baseline, shown))
    say(f"report: {folder / 'report.html'}")
    return True


def _run_configs(config: ReproductionConfig, folder: Path) -> list[MnistConfig]:
    """An InfoGAN for each seed, and last the regular GAN."""
    configs = [_run_config(config, folder, config.preset, "infogan", seed) for seed in config.seeds]
    return [*configs, _run_config(config, folder, BASELINE_PRESET, "gan", config.seeds[0])]


def _run_config(config: ReproductionConfig, folder: Path, preset: str, objective: str, seed: int) -> MnistConfig:
    changes = {"max_epoch": config.max_epoch} if config.max_epoch else {}
    return dataclasses.replace(
        PRESETS[preset],
        run_folder=str(folder / f"{objective}_seed_{seed}"),
        objective=objective,
        seed=seed,
        data_source=config.data_source,
        data_dir=config.data_dir,
        **changes,
    )


def _trained(config: MnistConfig) -> TrainedRun | None:
    run = _finished(config)
    if run is None:
        run = load_run(config.run_folder) if train(config) else None
    return run


def _finished(config: MnistConfig) -> TrainedRun | None:
    """The run, if it is there and nothing is left to train; it is not touched."""
    try:
        run = load_run(config.run_folder)
    except RunNotFoundError:
        return None
    check_resumable(run.record, config)
    return run if run.step >= config.total_updates else None


@contextlib.contextmanager
def _as_flags_of_this_launcher(run_folder: str) -> Iterator[None]:
    """Says of which flag of this launcher an error of one run speaks: it has a folder of runs, and no data set."""
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


def _check_same(results: Sequence[Evaluated]):
    """Refuses to report runs together that differ in their data, their length or the features they are compared in."""
    first = _identity(results[0])
    for result in results:
        for what, value in _identity(result).items():
            if value != first[what]:
                got = f"{results[0].run.folder.path} and {result.run.folder.path}, whose {what} differ"
                raise SettingError("folder", "runs of the same images, updates and digit features", got)


def _identity(result: Evaluated) -> dict[str, object]:
    return {
        "images": result.run.record["data"]["fingerprint"],
        "updates": result.run.step,
        "digit features": result.evaluation["images"]["features"],
    }


def _middle(runs: Sequence[Evaluated]) -> Evaluated:
    # The figures show an ordinary run, not the best one.
    middle = statistics.median_high(run.error for run in runs)
    return next(run for run in runs if run.error == middle)
