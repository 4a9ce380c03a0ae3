"""The paper's evidence of one experiment, from nothing to a report."""

from infogan_tf.console import log
from infogan_tf.reproduction import factors, mnist
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.report import report_text, write_report
from infogan_tf.reproduction.runs import carry_out


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
    of_experiment = mnist if config.experiment == "mnist" else factors
    runs = carry_out(of_experiment.plan(config), config)
    if runs is None:
        log("stopped; the same command resumes")
        return False
    results = of_experiment.results(config, runs)
    of_experiment.draw_figures(config.path, results)
    write_report(config.path, report_text(config.experiment, results))
    log(f"report: {config.path / 'report.html'}")
    return True
