"""Several runs in one table: the settings that differ, how long they were trained, and what was measured."""

import csv
import dataclasses
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infogan_tf.config import Config
from infogan_tf.console import logger, text_table
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation.record import EVALUATION_FILE, read_evaluation
from infogan_tf.evaluation.schema import Evaluation
from infogan_tf.files import write_atomically, write_text
from infogan_tf.options import as_text
from infogan_tf.training.curves import newest_update, read_training_time
from infogan_tf.training.run import Run, find_runs

# Rows are sorted by the column whose head is clicked, numbers as numbers, and the other way by the next click.
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; white-space: nowrap; }}
th {{ cursor: pointer; background: #f4f4f4; position: sticky; top: 0; }}
</style></head><body><h1>{title}</h1><table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table><script>
const body = document.querySelector("tbody");
document.querySelectorAll("th").forEach((head, column) => head.onclick = () => {{
  const direction = head.dataset.direction = head.dataset.direction === "1" ? "-1" : "1";
  const key = row => row.cells[column].textContent;
  const compare = (a, b) => (key(a) === "-") - (key(b) === "-")
    || direction * key(a).localeCompare(key(b), undefined, {{numeric: true}});
  body.append(...[...body.rows].sort(compare));
}});
</script></body></html>
"""


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
    different = [name for name in _settings() if len({getattr(run.config, name) for run in runs}) > 1]
    rows = []
    for run, evaluation, of_run in zip(runs, evaluations, measures, strict=True):
        row = {"run": str(run.path.relative_to(folder)) if run.path != folder else run.path.resolve().name}
        row |= {name: as_text(getattr(run.config, name)) for name in different}
        row |= {"updates": newest_update(run.metrics), "minutes": read_training_time(run.metrics) / 60}
        row["measured at"] = evaluation.run.update if evaluation else None
        rows.append(row | {name: of_run.get(name) for name in dict.fromkeys(n for each in measures for n in each)})
    return rows


def key_measures(evaluation: Evaluation) -> dict[str, float | None]:
    """The few measures by which runs are compared, by name.

    Of each factor that is the best code's: as a classifier, the one whose error on training images is the least, and
    otherwise the one that is associated with it the most.
    """
    measures: dict[str, float | None] = {}
    for factor in next(iter(evaluation.classification.values()), {}):
        results = [by_factor[factor] for by_factor in evaluation.classification.values()]
        measures[f"error of {factor}"] = min(results, key=lambda result: result.matched_error).one_to_one_error
    for factor in next(iter(evaluation.associations.values()), {}):
        if f"error of {factor}" not in measures:
            cells = [by_factor[factor] for by_factor in evaluation.associations.values()]
            best = max(cells, key=lambda cell: cell.adjusted)
            measures[f"{best.measure} of {factor}"] = best.value
    images = evaluation.images
    return measures | {
        "Frechet distance": images.frechet_distance,
        "precision": images.precision,
        "recall": images.recall,
    }


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
    write_text(path, PAGE.format(title=f"{len(rows)} runs", head=head, body=body))


def _settings() -> list[str]:
    """The names of the settings by which runs train differently."""
    flags = (field for field in dataclasses.fields(Config) if field.name == "experiment" or field.metadata["is_flag"])
    return [field.name for field in flags if not field.metadata["may_change"]]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
