"""The paper's evidence on MNIST (sections 7.1 and 7.2, Figures 1 and 2), from nothing to a report."""

import dataclasses
import statistics
from collections.abc import Sequence
from pathlib import Path

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.configs.reproduction import ReproductionConfig
from infogan_tf.errors import SettingError
from infogan_tf.reproduction.drawing import draw_figures
from infogan_tf.reproduction.evaluated import Evaluated, evaluated
from infogan_tf.reproduction.report import write_report
from infogan_tf.reproduction.sections import report_text
from infogan_tf.training import train


def reproduce(config: ReproductionConfig) -> bool:
    """Trains what is missing, evaluates, draws and writes `report.html` and `report.md`.

    Runs that are there already are taken as they are; one that was cut off goes on.

    Args:
        config: which runs, and where.

    Returns:
        False if a signal stopped training; everything is saved, and the same call goes on.

    Raises:
        SettingError: a run that is there was made with other settings or data.
        TrainingError: a run can't go on.
    """
    folder = Path(config.folder).expanduser()
    configs = [_run_config(config, folder, "infogan", seed) for seed in config.seeds]
    # The regular GAN of the paper: its Q reads images as they are.
    configs.append(dataclasses.replace(_run_config(config, folder, "gan", config.seeds[0]), deformation=0.0))
    for run_config in configs:
        if not _train(run_config):
            print("stopped; the same command goes on")
            return False
    *runs, baseline = [evaluated(run_config.run_folder, config.data_dir) for run_config in configs]
    _check_same([*runs, baseline])
    shown = _middle(runs)
    draw_figures(folder, shown, baseline)
    write_report(folder, "InfoGAN on MNIST", report_text(config.preset, runs, baseline, shown))
    print(f"report: {folder / 'report.html'}")
    return True


def _run_config(config: ReproductionConfig, folder: Path, objective: str, seed: int) -> MnistConfig:
    changes = {"max_epoch": config.max_epoch} if config.max_epoch else {}
    return dataclasses.replace(
        PRESETS[config.preset],
        run_folder=str(folder / f"{objective}_seed_{seed}"),
        objective=objective,
        seed=seed,
        data_source=config.data_source,
        data_dir=config.data_dir,
        **changes,
    )


def _train(config: MnistConfig) -> bool:
    try:
        return train(config)
    except SettingError as error:
        if error.name in ("data_source", "data_dir"):
            raise
        expected = "a new folder, or one of runs with these settings"
        raise SettingError("folder", expected, f"{config.run_folder} ({error})") from error


def _check_same(runs: Sequence[Evaluated]):
    """Refuses to report runs together that were trained on other data or for another time."""
    first = runs[0].run
    for run, _, _ in runs:
        for what, value, expected in (
            ("images", run.record["data"]["fingerprint"], first.record["data"]["fingerprint"]),
            ("updates", run.step, first.step),
        ):
            if value != expected:
                got = f"{run.folder.path} and {first.folder.path}, whose {what} differ"
                raise SettingError("folder", "runs of the same images and updates", got)


def _middle(runs: Sequence[Evaluated]) -> Evaluated:
    # The figures show an ordinary run, not the best one.
    middle = statistics.median_low(run.error for run in runs)
    return next(run for run in runs if run.error == middle)
