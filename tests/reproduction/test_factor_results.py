"""Reports of Figures 3 to 6 from results made by hand, whose numbers they must show."""

import dataclasses
import json
import types

import pytest

from infogan_tf.experiments import presets
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.factor_results import FactorResults
from infogan_tf.reproduction.factors import FIGURES, plan
from infogan_tf.reproduction.report import report_text
from infogan_tf.reproduction.runs import ReportedRun


def cell(measure, value, part=None, error=None, note=""):
    chance = 0.5 if measure == "AUC" else 0.0
    return {
        "measure": measure,
        "value": value,
        "chance": chance,
        "strength": (value - chance) / (1 - chance),
        "part": part,
        "note": note,
        "monotone_fit": error and {"error": error, "error_of_constant": 90.0},
    }


@pytest.fixture
def make_run(tmp_path):
    """Makes a run of chairs with these associations of its codes c1 (categorical) and c2, by factor."""

    def make(seed, associations, preset="best", diversity=(0.9, 0.7), experiment="chairs", frechet=10.0, source="npz"):
        name = f"{preset}_seed_{seed}"
        metrics = tmp_path / f"{name}.jsonl"
        metrics.write_text(json.dumps({"step": 100, "speed/updates_per_second": 1.0}) + "\n")
        images = dict.fromkeys(("frechet_distance_halves", "frechet_floor_halves", "precision", "recall"), 1.0)
        trained = types.SimpleNamespace(
            folder=types.SimpleNamespace(path=tmp_path / name, metrics=metrics),
            config=dataclasses.replace(presets(experiment)[preset], seed=seed),
            step=100,
            record={"versions": {}, "data": {"source": source, "name": "views"}, "preset": preset, "command": "train"},
        )
        codes = {
            code: {
                "prior": "prior",
                "is_discrete": code == "c1",
                "verdict": "used",
                "mutual_information": 1.0,
                "entropy": 2.0,
                "recovery": 0.9,
                "extrapolation": None,
                "diversity": [of_code],
            }
            for code, of_code in zip(("c1", "c2"), diversity, strict=True)
        }
        evaluation = {
            "run": {"data": "views, 90 images", "held_out": "test", "held_out_images": 10},
            "codes": codes,
            "associations": associations,
            "classification": {},
            "images": {
                **images,
                **{"frechet_distance": frechet, "density": 1.0, "coverage": 1.0, "features": "network"},
                **{"compared_images": 10, "compared_neighborhoods": 10},
            },
        }
        return ReportedRun(preset, trained, evaluation)

    return make


def chairs(azimuth, width, error=30.0):
    """Associations of both codes with azimuth (a full turn) and width; the numbers are those of the continuous code."""
    return {
        "c1": {"azimuth_deg": cell("circular eta", 0.3), "width": cell("eta", 0.9)},
        "c2": {"azimuth_deg": cell("monotone fit", azimuth, error=error), "width": cell("|Spearman|", width)},
    }


def results_of(*runs, experiment="chairs"):
    return FactorResults(experiment, FIGURES[experiment], runs)


def test_the_best_run_is_shown_for_each_panel_beside_the_median_of_all(make_run):
    numbers = ((0.2, 0.1, 70.0), (0.9, 0.2, 8.5), (0.6, 0.4, 40.0))
    results = results_of(*(make_run(seed, chairs(*values)) for seed, values in enumerate(numbers)))
    rotation, width = results.panels
    assert (rotation.run.seed, rotation.code, rotation.verdict, rotation.median) == (1, "c2", "found", 0.6)
    assert (width.run.seed, width.code, width.verdict) == (2, "c2", "not found")  # Of the continuous codes alone.
    text = report_text("chairs", results)
    fit = "monotone fit 0.90 with azimuth_deg, error 8.5 degrees (90 without the code)"
    for line in (
        f"one continuous code | shown, without a number | {fit}: c2 of best_seed_1 | 0.60 (3) | found |",
        f"(a) rotation: c2 of best_seed_1; {fit}, the best of 3 runs: found",
        "| azimuth_deg | monotone fit | 0.20 c2 | 0.90 c2 | 0.60 c2 | 0.60 | 0.90 |",
        "| azimuth_deg | error after a monotone fit | 70 | 8.5 | 40 | 40 | 8.5 |",
        "| azimuth_deg | circular eta | 0.30 c1 | 0.30 c1 | 0.30 c1 | 0.30 | 0.30 |",
        "with width: c2 of best_seed_2 | 0.20 (3) | not found |",
        "| width | eta | 0.90 c1 | 0.90 c1 | 0.90 c1 | 0.90 | 0.90 |",
    ):
        assert f"{line}\n" in text


def test_the_run_of_all_codes_is_the_one_with_the_strongest_associations(make_run):
    runs = [make_run(seed, chairs(azimuth, 0.1)) for seed, azimuth in enumerate((0.2, 0.9, 0.6))]
    assert results_of(*runs).shown.seed == 1


def test_a_model_for_each_factor_is_asked_for_its_own_alone(make_run):
    runs = [
        make_run(0, chairs(0.4, 0.9), preset="paper_rotation"),
        make_run(0, chairs(0.9, 0.5), preset="paper_width"),
    ]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.preset, rotation.verdict) == ("paper_rotation", "not found")
    assert (width.run.preset, width.verdict) == ("paper_width", "partly found")
    text = report_text("chairs", results_of(*runs))
    for preset in ("paper_rotation", "paper_width"):
        assert f"- Preset `{preset}`, seed 0: the paper's settings.\n" in text
    assert text.count("| factor | measure | seed 0 | median | best of 1 |") == 2


def test_what_differs_from_the_paper_is_named(make_run):
    text = report_text("chairs", results_of(make_run(3, chairs(0.9, 0.9)), make_run(4, chairs(0.9, 0.9))))
    settings = "the paper's settings, those of `paper_rotation`, but for `--update=simultaneous`."
    assert f"- Preset `best`, seeds 3, 4: {settings}\n" in text


def test_a_factor_that_no_label_has_is_shown_by_the_code_that_determines_most(make_run):
    labels = {"c1": {"chair": cell("NMI", 0.1)}, "c2": {"chair": cell("NMI", 0.2)}}
    runs = [make_run(0, labels, diversity=(0.1, 0.7)), make_run(1, labels, diversity=(0.9, 0.5))]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.seed, width.run.seed) == (1, 0)  # Another one than above, as long as there is one.
    assert rotation.reason == "no label has that; this continuous code was chosen for its low diversity, 0.50"
    rotation, width = results_of(runs[0]).panels
    assert (rotation.code, width.code) == ("c2", "c2")
    assert "| these images have no label of it | | not measured |" in report_text("chairs", results_of(*runs))


def test_without_labels_the_run_with_the_best_images_shows_every_code(make_run):
    results = results_of(make_run(0, {}, frechet=9.0), make_run(1, {}, frechet=3.0))
    assert [(panel.run.seed, panel.code) for panel in results.panels] == [(1, "c1"), (1, "c2")]
    text = report_text("chairs", results)
    assert "there is nothing to compare codes with: below is every code of best_seed_1." in text
    assert "## Codes against factors" not in text


def test_a_category_is_named_by_its_number_and_a_constant_by_its_note(make_run):
    note = "Q's predictions are constant"
    attributes = {
        "c1": {
            "Eyeglasses": cell("AUC", 0.95, part=7),
            "Wavy_Hair": cell("AUC", 0.7, part=2),
            "A|<b>": cell("AUC", 0.6),
        },
        "c2": {name: cell("AUC", 0.5, note=note) for name in ("Eyeglasses", "Wavy_Hair", "A|<b>")},
    }
    results = results_of(make_run(0, attributes, experiment="celeba"), experiment="celeba")
    _, glasses, hair, _ = results.panels
    assert (glasses.best.part, glasses.verdict, hair.best.factor, hair.verdict) == (
        "c1 [7]",
        "found",
        "Wavy_Hair",
        "not found",
    )
    text = report_text("celeba", results)
    assert "| Eyeglasses | AUC | 0.95 c1 [7] | 0.95 | 0.95 |\n" in text
    assert "| A\\|&lt;b&gt; | AUC | 0.60 c1 | 0.60 | 0.60 |\n" in text
    constant = {code: {"Smiling": cell("AUC", 0.5, note=note)} for code in ("c1", "c2")}
    text = report_text("celeba", results_of(make_run(0, constant, experiment="celeba"), experiment="celeba"))
    assert f"| Smiling | AUC | 0.50 c1 ({note}) | 0.50 | 0.50 |\n" in text


def test_another_data_set_is_announced(make_run):
    run = make_run(0, chairs(0.9, 0.9), source="tfds")
    run.trained.config = dataclasses.replace(run.config, dataset="smallnorb")
    text = report_text("chairs", results_of(run))
    assert "views, 90 images, not the paper's; measured on" in text
    assert "These images only stand in for the paper's.\n" in text


def test_what_is_rendered_is_announced(make_run):
    text = report_text("chairs", results_of(make_run(0, chairs(0.9, 0.9), source="rendered")))
    assert "views, 90 images, not the paper's; measured on 10 held-out (test) images.\n" in text
    assert "The images are rendered by this package and only stand in for the paper's" in text


@pytest.mark.parametrize(
    ("experiment", "preset", "runs"),
    [
        ("faces", "best", ["infogan_seed_0", "infogan_seed_5"]),
        ("celeba", "paper", ["infogan_seed_0", "infogan_seed_5"]),
        (
            "chairs",
            "paper",
            ["paper_rotation_seed_0", "paper_rotation_seed_5", "paper_width_seed_0", "paper_width_seed_5"],
        ),
    ],
)
def test_runs_have_a_preset_s_settings_and_what_is_given(experiment, preset, runs):
    given = {"images": "here.npz", "held_out": "validation", "max_epoch": 3}
    config = ReproductionConfig(experiment=experiment, preset=preset, seeds=(0, 5), folder="there", **given)
    planned = plan(config)
    assert [run.config.run_folder for run in planned] == [f"there/{name}" for name in runs]
    for run in planned:
        folder, seed = run.config.run_folder, int(run.config.run_folder[-1])
        expected = dataclasses.replace(presets(experiment)[run.preset], run_folder=folder, seed=seed, **given)
        assert run.config == expected
