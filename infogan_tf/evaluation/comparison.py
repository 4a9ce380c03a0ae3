"""Several runs in one table: the data and settings that differ, how long they were trained, and what was measured."""

import csv
import html
import importlib.resources
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infogan_tf.console import logger, text_table
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation.record import EVALUATION_FILE, key_measures, read_evaluation
from infogan_tf.files import write_atomically, write_text
from infogan_tf.training.curves import newest_update, read_training_time
from infogan_tf.training.run import Run, find_runs


def compare(folder: Path) -> list[dict[str, Any]]:
    """A row for each run below a folder, sorted by path: values by column, None where there is none.

    Raises:
        RunNotFoundError: there is no run that can be read; each that can't is announced.
    """
    runs = []
    for path in sorted(find_runs(folder)):
        try:
            runs.append(Run.open(path))
        except SettingError as error:
            logger.info(f"left out: {error}")
    if not runs:
        raise RunNotFoundError(f"run_folder: expected a folder with runs in it, got {folder}, where there is none")
    evaluations = [read_evaluation(run.path / EVALUATION_FILE) for run in runs]
    measures = [key_measures(evaluation) if evaluation else {} for evaluation in evaluations]
    # The data too, since the same settings may find others, such as the embedded digits where MNIST is not available.
    settings = [{"data": run.record.data.name, **run.config.compared_settings()} for run in runs]
    different = [name for name in settings[0] if len({of_run[name] for of_run in settings}) > 1]
    rows = []
    for run, of_settings, evaluation, of_run in zip(runs, settings, evaluations, measures, strict=True):
        row = {"run": str(run.path.relative_to(folder)) if run.path != folder else run.path.resolve().name}
        row |= {name: of_settings[name] for name in different}
        # An exported run has no curves.
        row["updates"] = max(newest_update(run.metrics), *run.checkpoint_steps(), 0)
        row["minutes"] = read_training_time(run.metrics) / 60 or None
        row["measured at"] = evaluation.run.update if evaluation else None
        rows.append(row | {name: of_run.get(name) for name in dict.fromkeys(n for each in measures for n in each)})
    return rows


def as_text_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table for a terminal."""
    return text_table([tuple(rows[0]), *(tuple(map(_cell, row.values())) for row in rows)])


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]):
    """Writes the table with all digits; what is missing is empty."""

    def write(partial: Path):
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    write_atomically(path, write)


def write_html(path: Path, rows: Sequence[Mapping[str, Any]]):
    """Writes the table as a page that needs no other file."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    lines = ["".join(f"<td>{html.escape(_cell(value))}</td>" for value in row.values()) for row in rows]
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    # Rows are sorted by the column whose head is clicked, numbers as numbers, and the other way by the next click.
    page = string.Template(importlib.resources.files(__package__).joinpath("comparison.html").read_text("utf-8"))
    write_text(path, page.substitute(title=f"{len(rows)} runs", head=head, body=body))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
