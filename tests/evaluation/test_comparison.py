"""The table of several runs, made from folders as training and evaluation leave them."""

import csv
import dataclasses
import json

import pytest

from infogan_tf.errors import RunNotFoundError
from infogan_tf.evaluation.comparison import as_text_table, compare, write_csv, write_html
from infogan_tf.evaluation.record import key_measures
from infogan_tf.experiments import presets
from infogan_tf.files import write_json
from infogan_tf.training.record import Record, RecordedData, write_record
from tests.reproduction.builders import association, classification, code, evaluated

MEASURED = evaluated(
    codes={"c1": code(2.2, is_discrete=True)},
    # The better classifier on training images counts, not the one that is better on held-out ones.
    classification={"c1": {"label": classification(0.02, 0.03)}, "c2": {"label": classification(0.01, 0.04)}},
    associations={
        "c1": {"label": association("NMI", 0.9), "azimuth": association("|Spearman|", 0.3)},
        "c2": {"label": association("NMI", 0.1), "azimuth": association("|Spearman|", 0.8)},
    },
)


@pytest.fixture
def folder(tmp_path):
    """Two runs of MNIST, one of them measured, and one that can't be read."""

    def make(name, evaluation=None, **changes):
        path = tmp_path / name
        (path / "checkpoints").mkdir(parents=True)
        config = dataclasses.replace(presets("mnist")["quick"], **changes)
        data = RecordedData("tfds", "mnist", "found", False, "digits", "a hash", None, (28, 28, 1), 0)
        write_record(path, Record(2, "quick", "infogan train mnist", config.to_dict(), data, {}, []))
        points = [{"step": step, "speed/updates_per_second": 2.0} for step in (60, 120)]
        (path / "metrics.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points))
        if evaluation:
            write_json(path / "evaluation.json", dataclasses.asdict(evaluation))

    make("mnist/first", MEASURED, seed=1)
    make("mnist/second", seed=2, width=0.5, summary_interval=7)
    make("broken")
    (tmp_path / "broken" / "config.json").write_text("{}")
    return tmp_path


def test_a_row_has_what_differs_minutes_and_measures(folder, capsys):
    first, second = compare(folder)
    assert "broken" in capsys.readouterr().out
    # Neither the interval of the curves, which changes nothing that is trained, nor what both have in common.
    assert list(first)[:6] == ["run", "seed", "width", "updates", "minutes", "measured at"]
    assert (first["run"], first["width"], first["seed"]) == ("mnist/first", 0.25, 1)
    assert (second["updates"], second["minutes"], second["measured at"]) == (120, 1.0, None)
    assert first["error of label"] == 0.02
    assert second["error of label"] is None


def test_other_data_by_the_same_settings_are_named(folder):
    record = folder / "mnist/second/config.json"
    record.write_text(record.read_text().replace('"name": "mnist"', '"name": "embedded digits"'))
    assert [row["data"] for row in compare(folder)] == ["mnist", "embedded digits"]


def test_an_exported_run_has_updates_and_no_minutes(folder):
    (folder / "mnist/second/metrics.jsonl").unlink()
    (folder / "mnist/second/checkpoints/step-90.npz").touch()
    assert [(row["updates"], row["minutes"]) for row in compare(folder)] == [(120, 1.0), (90, None)]


def test_of_each_factor_the_best_code_counts():
    assert key_measures(MEASURED) == {
        "error of label": 0.02,
        "|Spearman| of azimuth": 0.8,
        "Frechet distance": 4.0,
        "precision": 0.8,
        "recall": 0.6,
    }


def test_the_table_as_text_csv_and_page(folder):
    rows = compare(folder)
    assert [line.split()[0] for line in as_text_table(rows).splitlines()[2:]] == ["mnist/first", "mnist/second"]
    rows[0]["run"] = "a <b>, c"
    write_csv(folder / "runs.csv", rows)
    with (folder / "runs.csv").open(newline="") as file:
        assert [row["run"] for row in csv.DictReader(file)] == ["a <b>, c", "mnist/second"]
    write_html(folder / "runs.html", rows)
    page = (folder / "runs.html").read_text()
    assert "<td>a &lt;b&gt;, c</td>" in page
    assert page.count("<tr>") == 3


@pytest.mark.slow
def test_a_click_on_a_column_sorts_numbers_as_numbers_and_another_the_other_way(browser, tmp_path):
    write_html(tmp_path / "runs.html", [{"run": "a", "MIG": value} for value in (0.5, None, 0.25, 1e-5, 103, -0.1)])
    page = browser.new_page()
    page.goto((tmp_path / "runs.html").as_uri())
    for order in (["-0.1", "1e-05", "0.25", "0.5", "103", "-"], ["103", "0.5", "0.25", "1e-05", "-0.1", "-"]):
        page.locator("th", has_text="MIG").click()
        assert page.locator("td:last-child").all_text_contents() == order
    page.close()


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(RunNotFoundError, match=r"^run_folder: expected a folder with runs in it, got .*, where there"):
        compare(tmp_path)
