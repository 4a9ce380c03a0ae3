"""Reports of Figures 3 to 6 from results made by hand, whose numbers they must show."""

import dataclasses
import html
import json
import re
import types

import pytest

from infogan_tf.experiments import presets
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.factor_results import FactorResults
from infogan_tf.reproduction.factors import FIGURES, plan
from infogan_tf.reproduction.report import report_text, write_report
from infogan_tf.reproduction.runs import ReportedRun

RATES = {"one_to_one_error": 0.3, "matched_error": 0.3, "majority_error": 0.1, "nmi": 0.8, "ari": 0.7}


def cell(measure, value, part=None, error=None, note=""):
    chance = 0.5 if measure == "AUC" else 0.0
    return {
        "measure": measure,
        "value": value,
        "chance": chance,
        "strength": (value - chance) / (1 - chance),
        "part": part,
        "note": note,
        "monotone_fit": error
        and {
            **{"error": error, "error_of_constant": 90.0, "half_turn_start": 30.0},
            **{"error_in_half_turn": error / 2, "error_of_constant_in_half_turn": 45.0},
        },
    }


@pytest.fixture
def make_run(tmp_path):
    """Makes a run of chairs with these associations of its codes c1 (categorical) and c2, by factor."""

    def make(
        seed,
        associations,
        preset="best",
        diversity=(0.9, 0.7),
        experiment="chairs",
        frechet=10.0,
        source="npz",
        step=None,
    ):
        name = f"{preset}_seed_{seed}"
        metrics = tmp_path / f"{name}.jsonl"
        metrics.write_text(json.dumps({"step": 100, "speed/updates_per_second": 1.0}) + "\n")
        images = dict.fromkeys(("frechet_distance_halves", "frechet_floor_halves", "precision", "recall"), 1.0)
        config = dataclasses.replace(presets(experiment)[preset], seed=seed)
        trained = types.SimpleNamespace(
            folder=types.SimpleNamespace(path=tmp_path / name, metrics=metrics),
            config=config,
            step=step or config.total_updates,
            record={
                "versions": {},
                "data": {"source": source, "name": "views", "max_shift": 0},
                "preset": preset,
                "command": "train",
            },
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
    assert (rotation.run.seed, rotation.code, rotation.verdict, rotation.median_strength) == (1, "c2", "found", 0.6)
    assert (width.run.seed, width.code, width.verdict) == (2, "c2", "not found")  # Of the continuous codes alone.
    text = report_text("chairs", results)
    assert "\nAs in the paper, each panel is of the best run for it.\n" in text
    fit = "monotone fit 0.90 with azimuth_deg, error 8.5 degrees (90 without the code), "
    fit += "4.25 (45) in the half turn from 30 degrees"
    for line in (
        f"one continuous code | shown, without a number | {fit}: c2 of best_seed_1 | 0.90 | 0.60 (3) | found |",
        f"(a) rotation: c2 of best_seed_1; {fit}, the best of 3 runs: found",
        "| azimuth_deg | monotone fit | 0.20 c2 | 0.90 c2 | 0.60 c2 | 0.60 | 0.90 |",
        "| azimuth_deg | error after a monotone fit, degrees | 70 | 8.5 | 40 | 40 | 8.5 |",
        "| azimuth_deg | in the best half turn, degrees | 35 | 4.25 | 20 | 20 | 4.25 |",
        "| azimuth_deg | circular eta | 0.30 c1 | 0.30 c1 | 0.30 c1 | 0.30 | 0.30 |",
        "with width: c2 of best_seed_2 | 0.40 | 0.20 (3) | not found |",
        "| width | eta | 0.90 c1 | 0.90 c1 | 0.90 c1 | 0.90 | 0.90 |",
    ):
        assert f"{line}\n" in text


def test_a_circular_code_stands_for_an_angle_but_for_no_number(make_run):
    circular = chairs(0.9, 0.1)
    circular["c2"]["width"] = cell("eta", 0.8)
    results = results_of(make_run(0, circular), make_run(1, chairs(0.3, 0.2)))
    rotation, width = results.panels
    assert (rotation.run.seed, width.run.seed) == (0, 1)
    assert [found.run.seed for found in width.found] == [1]
    assert "with width: c2 of best_seed_1 | 0.20 | 0.20 (1) | not found |\n" in report_text("chairs", results)


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


def test_a_run_that_is_not_as_long_as_its_preset_says_so(make_run):
    text = report_text("chairs", results_of(make_run(3, chairs(0.9, 0.9), preset="paper_width", step=500)))
    length = "for 500 updates in place of the preset's 5,000."
    assert f"- Preset `paper_width`, seed 3: the paper's settings, {length}\n" in text


def test_what_differs_from_the_paper_is_named(make_run):
    text = report_text("chairs", results_of(make_run(3, chairs(0.9, 0.9)), make_run(4, chairs(0.9, 0.9))))
    flags = (
        "--codes='circular@0.3, 2*uniform@0.3' --max_shift=0 --average_decay=0.99 --batch_size=32 "
        "--discriminator_learning_rate=0.0001 --update=simultaneous --discriminator_batches=joint"
    )
    settings = f"the paper's settings, those of `paper_rotation`, but for `{flags}`."
    assert f"- Preset `best`, seeds 3, 4: {settings}\n" in text


def test_a_factor_that_no_label_has_is_shown_by_the_code_that_determines_most(make_run):
    labels = {"c1": {"chair": cell("NMI", 0.1)}, "c2": {"chair": cell("NMI", 0.2)}}
    runs = [make_run(0, labels, diversity=(0.1, 0.7)), make_run(1, labels, diversity=(0.9, 0.5))]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.seed, width.run.seed) == (1, 0)  # Another one than above, as long as there is one.
    assert rotation.topic == "rotation in the paper"
    assert rotation.reason == "rotation has no label here; this continuous code was chosen for its low diversity, 0.50"
    rotation, width = results_of(runs[0]).panels
    assert (rotation.code, width.code) == ("c2", "c2")
    text = report_text("chairs", results_of(*runs))
    assert "| has no label here | - | - | not measured |" in text
    assert "of the best run for it" not in text


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
    assert "| Eyeglasses | AUC | 0.95 c1 \\[7\\] | 0.95 | 0.95 |\n" in text
    assert "| A\\|&lt;b&gt; | AUC | 0.60 c1 | 0.60 | 0.60 |\n" in text
    constant = {code: {"Smiling": cell("AUC", 0.5, note=note)} for code in ("c1", "c2")}
    text = report_text("celeba", results_of(make_run(0, constant, experiment="celeba"), experiment="celeba"))
    assert f"| Smiling | AUC | 0.50 c1 ({note}) | 0.50 | 0.50 |\n" in text


def test_the_median_is_of_one_factor_in_all_runs(make_run):
    # Each run has another hair style the most; that of the best run counts in both.
    runs = [
        make_run(seed, {"c1": {"Bald": cell("AUC", bald, part=1), "Wavy_Hair": cell("AUC", wavy, part=2)}, "c2": {}})
        for seed, (bald, wavy) in enumerate([(0.95, 0.6), (0.55, 0.9)])
    ]
    hair = results_of(*runs, experiment="celeba").panels[2]
    assert [(found.run.seed, found.factor, found.cell["value"]) for found in hair.found] == [
        (0, "Bald", 0.95),
        (1, "Bald", 0.55),
    ]
    assert hair.median_strength == pytest.approx((0.9 + 0.1) / 2)


def test_the_best_run_is_as_in_the_paper_only_where_the_paper_says_so(make_run):
    factors = ("nose_x", "Eyeglasses", "Bald", "Smiling")
    associations = {code: {factor: cell("AUC", 0.9) for factor in factors} for code in ("c1", "c2")}
    runs = [make_run(seed, associations, experiment="celeba") for seed in (0, 1)]
    text = report_text("celeba", results_of(*runs, experiment="celeba"))
    assert "\nEach panel is of the best run for it.\n" in text
    assert "measured by the place of the nose (`nose_x`)" in text
    assert "best run for it" not in report_text("celeba", results_of(runs[0], experiment="celeba"))


def test_a_strength_stands_beside_a_measure_that_is_not_0_at_chance(make_run):
    smiling = {"c1": {"Smiling": cell("AUC", 0.8, part=3)}, "c2": {"Smiling": cell("AUC", 0.5)}}
    text = report_text("celeba", results_of(make_run(0, smiling, experiment="celeba"), experiment="celeba"))
    assert "AUC 0.80 with Smiling: c1 \\[3\\] of best_seed_0 | 0.60 | 0.60 (1) | partly found |\n" in text


def test_a_categorical_code_is_chosen_by_its_training_images(make_run):
    run = make_run(0, {"c1": {"label": cell("NMI", 0.5)}, "c2": {"label": cell("NMI", 0.5)}})
    run.evaluation["classification"] = {
        "c1": {"label": {**RATES, "one_to_one_error": 0.30, "matched_error": 0.29}},
        "c2": {"label": {**RATES, "one_to_one_error": 0.31, "matched_error": 0.28}},
    }
    text = report_text("svhn", results_of(run, experiment="svhn"))
    assert "| best_seed_0 | c2 | 31.00% | 10.00% | 0.800 | 0.700 |\n" in text


def test_names_from_data_are_text_and_nothing_else(make_run, tmp_path):
    factor = "a|<script>alert(1)</script> [x](javascript:alert(1)) ![y](/etc/host.png) `k` _e_\n\n# T"
    associations = {code: {factor: cell("NMI", 0.5)} for code in ("c1", "c2")}
    run = make_run(0, associations, experiment="celeba")
    run.evaluation["run"]["data"] = f"{factor}, 90 images"
    run.evaluation["images"]["features"] = f"classifier of {factor}"
    run.evaluation["classification"] = {"c1": {factor: RATES}}
    run.trained.record |= {"preset": factor, "command": f"train --images='`{factor}``'"}
    run.trained.record["data"]["name"] = factor
    run.trained.config = dataclasses.replace(run.config, images="own.npz")
    text = report_text("svhn", results_of(run, experiment="svhn"))
    text = re.sub(r"!\[Figure.*|!\[codes.*", "", text)  # Pictures that were not drawn.
    write_report(tmp_path, text)
    page = (tmp_path / "report.html").read_text()
    body = page.partition("<body>")[2]
    assert set(re.findall(r"<(\w+)", body)) == {
        *("h1", "h2", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td")
    }
    assert html.unescape(body).count(" ".join(factor.split())) == 7
    assert body.count("<h1>") == 1
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    assert all(row.count("<td>") in (0, 4, 5, 6, 7, 9) for row in rows)


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
        ("celeba", "paper", ["paper_seed_0", "paper_seed_5"]),
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
