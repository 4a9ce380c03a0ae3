"""Compares runs in one table: `infogan compare --run_folder=logs`.

The table has a row for each run: the data and settings that differ, how long it was trained and, of a run that
`infogan evaluate` has measured, its measures.
"""

import dataclasses

from infogan_tf.cli.command import OutputPath, RunPath, file_ending
from infogan_tf.console import logger
from infogan_tf.data.paths import given_path
from infogan_tf.options import Auto, Options, option

RUNS = "a folder with runs in it"


@dataclasses.dataclass(frozen=True)
class CompareOptions(Options):
    """Which runs are compared, and where the table goes."""

    run_folder: str = option(None, RunPath(RUNS), f"{RUNS.capitalize()}; required.")
    output: str | None = option(
        None,
        Auto(OutputPath("a path with the ending .csv or .html", ".csv", ".html"), "the terminal"),
        "A file for the table, which replaces one that is there; a page's columns are sorted by a click.",
    )


def run(options: CompareOptions):
    """Prints or writes the table."""
    from infogan_tf.evaluation import comparison

    rows = comparison.compare(given_path("run_folder", options.run_folder, RUNS))
    if options.output is None:
        logger.info(comparison.as_text_table(rows))
        return
    path = given_path("output", options.output, "a path")
    write = comparison.write_csv if file_ending(options.output) == ".csv" else comparison.write_html
    write(path, rows)
    logger.info(f"comparison: {path}")
