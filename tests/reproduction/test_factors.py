"""Reports of Figures 3 to 6 from results made by hand, whose numbers they must show."""

import dataclasses
import html
import re

import pytest
import tensorflow_datasets as tfds

from infogan_tf.evaluation.table import NEIGHBORHOOD_MEASURES, TOO_FEW
from infogan_tf.experiments import presets
from infogan_tf.reproduction.factors import FIGURES, FactorResults
from infogan_tf.reproduction.report import report_text, write_report
from tests.reproduction.builders import association, classification, code, evaluated, measured, run_of


@pytest.fixture
def make_run(tmp_path):
    """Makes a run with these associations of its codes c1 (categorical) and c2, by factor."""

    def make(seed, associations, experiment="chairs", preset="best", diversity=(0.9, 0.7), changes=None, **kwargs):
        config = dataclasses.replace(presets(experiment)[preset], seed=seed, **(changes or {}))
        codes = {
            "c1": code(is_discrete=True, diversity=diversity[:1]),
            "c2": code(is_discrete=False, diversity=diversity[1:]),
        }
        evaluation = evaluated(codes, associations=associations)
        return run_of(tmp_path / f"{preset}_seed_{seed}", preset, config, evaluation, **kwargs)

    return make


def chairs(azimuth, width, error=30.0):
    """Associations of both codes with azimuth (a full turn) and width; the numbers are those of the continuous code."""
    of_c2 = {
        "azimuth_deg": association("monotone fit", azimuth, error=error),
        "width": association("|Spearman|", width),
    }
    return {"c1": {"azimuth_deg": association("circular eta", 0.3), "width": association("eta", 0.9)}, "c2": of_c2}


def results_of(*runs):
    return FactorResults(FIGURES[runs[0].config.experiment], runs)


def report_of(*runs):
    return report_text(runs[0].config.experiment, results_of(*runs))


def test_the_best_run_is_shown_for_each_panel_beside_the_median_of_all(make_run):
    numbers = ((0.2, 0.1, 70.0), (0.9, 0.2, 8.5), (0.6, 0.4, 40.0))
    runs = [make_run(seed, chairs(*values)) for seed, values in enumerate(numbers)]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.config.seed, rotation.code, rotation.verdict) == (1, "c2", "found")
    assert (width.run.config.seed, width.code, width.verdict) == (2, "c2", "not found")  # Of continuous codes alone.
    assert results_of(*runs).shown.config.seed == 1  # Its codes are associated the most.
    text = report_of(*runs)
    fit = "monotone fit 0.90 with azimuth_deg, error 8.5 degrees (90 without the code), "
    fit += "4.25 (45) in the half turn from 30 degrees"
    for line in (
        "\nAs in the paper, each panel shows the best run for it.",
        f"one continuous code | shown, without a number | {fit}: c2 of best_seed_1 | 0.90 | 0.60 (3) | found |",
        f"(a) rotation: c2 of best_seed_1; {fit}, the best of 3 runs: found",
        "| azimuth_deg | monotone fit | 0.20 c2 | 0.90 c2 | 0.60 c2 | 0.60 | 0.90 |",
        "| azimuth_deg | error after a monotone fit, degrees | 70 | 8.5 | 40 | 40 | 8.5 |",
        "| azimuth_deg | in the best half turn, degrees | 35 | 4.25 | 20 | 20 | 4.25 |",
    ):
        assert f"{line}\n" in text
    terms = ("circular eta", "monotone fit", "at chance", "in the best half turn")
    assert all(f"\n- {term}: " in text for term in terms)


def test_a_circular_code_stands_for_an_angle_but_for_no_number(make_run):
    circular = chairs(0.9, 0.1)
    circular["c2"]["width"] = association("eta", 0.8)
    rotation, width = results_of(make_run(0, circular), make_run(1, chairs(0.3, 0.2))).panels
    assert (rotation.run.config.seed, width.run.config.seed) == (0, 1)
    assert [best.run.config.seed for best in width.best_codes] == [1]


def test_a_model_for_each_factor_is_asked_for_its_own_alone(make_run):
    values = {"paper_rotation": (0.4, 0.9), "paper_width": (0.9, 0.5)}
    runs = [make_run(0, chairs(*of_model), preset=preset, step=500) for preset, of_model in values.items()]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.preset, rotation.verdict) == ("paper_rotation", "not found")
    assert (width.run.preset, width.verdict) == ("paper_width", "partly found")
    text = report_of(*runs)
    length = "for 500 updates in place of the preset's 5,000."
    assert f"- Preset `paper_width`, seed 0: the paper's settings, {length}\n" in text
    assert text.count("| factor | measure | seed 0 | median | best of 1 |") == 2


def test_what_differs_from_the_paper_is_named(make_run):
    text = report_of(*(make_run(seed, chairs(0.9, 0.9), "faces") for seed in (3, 4)))
    narrow = "--width=0.25 --max_shift=0 --average_decay=0.99 --batch_size=64"
    rates = "--discriminator_learning_rate=0.0004 --generator_learning_rate=0.001"
    flags = f"--codes='4*uniform' {narrow} {rates} --update=simultaneous"
    settings = f"the paper's settings, those of `paper_azimuth`, except for `{flags}`."
    assert f"- Preset `best`, seeds 3, 4: {settings}\n" in text


def test_a_factor_that_no_label_has_is_shown_by_the_code_that_determines_most(make_run):
    labels = {"c1": {"chair": association("NMI", 0.1)}, "c2": {"chair": association("NMI", 0.2)}}
    runs = [make_run(0, labels, diversity=(0.1, 0.7)), make_run(1, labels, diversity=(0.9, 0.5))]
    rotation, width = results_of(*runs).panels
    assert (rotation.run.config.seed, width.run.config.seed) == (1, 0)  # Another one, as long as there is one.
    assert rotation.topic == "rotation in the paper"
    assert rotation.reason == "rotation has no label here; this continuous code was chosen for its low diversity, 0.50"
    rotation, width = results_of(runs[0]).panels
    assert (rotation.code, width.code) == ("c2", "c2")
    text = report_of(*runs)
    assert "| has no label here | - | - | not measured |" in text
    assert "the best run for it" not in text


def test_without_labels_the_run_with_the_best_images_shows_every_code(make_run):
    runs = [measured(make_run(seed, {}), images={"frechet_distance": distance}) for seed, distance in ((0, 9), (1, 3))]
    panels = results_of(*runs).panels
    shown = [(panel.run.config.seed, panel.code, panel.file) for panel in panels]
    assert shown == [(1, "c1", "figure4_c1.png"), (1, "c2", "figure4_c2.png")]
    text = report_of(*runs)
    assert "there is nothing to compare codes with: below is every code of best_seed_1." in text
    assert "(c1): c1 of best_seed_1; diversity 0.90\n" in text
    assert "## Codes against factors" not in text


def test_what_few_images_do_not_allow_is_a_dash_with_its_reason(make_run):
    distances = "frechet_distance", "frechet_distance_halves", "frechet_floor_halves"
    missing = dict.fromkeys((*distances, *NEIGHBORHOOD_MEASURES))
    text = report_of(*(measured(make_run(seed, {}), images=missing) for seed in range(2)))
    assert "| best_seed_1 | - | - | - | - | - | - |\n" in text
    assert f'the other half, is -.\n"-": {TOO_FEW}.\n' in text


def test_a_category_is_named_by_its_number_and_a_constant_by_its_note(make_run):
    note = "Q's predictions are constant"
    attributes = {"Eyeglasses": (0.95, 7), "Wavy_Hair": (0.7, 2), "Smiling": (0.8, 3)}
    of_c1 = {name: association("AUC", *numbers) for name, numbers in attributes.items()}
    constant = {name: association("AUC", 0.5, note=note) for name in (*attributes, "Young")}
    run = make_run(0, {"c1": {**constant, **of_c1}, "c2": constant}, "celeba")
    _, glasses, hair, _ = results_of(run).panels
    assert (glasses.best_codes[0].association.part, glasses.verdict) == (7, "found")
    assert (hair.best_codes[0].factor, hair.verdict) == ("Wavy_Hair", "not found")
    text = report_of(run)
    assert "| Eyeglasses | AUC | 0.95 c1 \\[7\\] | 0.95 | 0.95 |\n" in text
    assert f"| Young | AUC | 0.50 c1 ({note}) | 0.50 | 0.50 |\n" in text
    # An AUC is 0.5 at chance.
    assert "AUC 0.80 with Smiling: c1 \\[3\\] of best_seed_0 | 0.60 | 0.60 (1) | partly found |\n" in text
    assert "measured by the place of the nose (`nose_x`)" in text


def test_the_median_is_of_one_factor_in_all_runs(make_run):
    # Each run has another hair style the most; that of the best run counts in both.
    others = {factor: association("AUC", 0.9) for factor in ("nose_x", "Eyeglasses", "Smiling")}
    styles = [
        others | {"Bald": association("AUC", bald, part=1), "Wavy_Hair": association("AUC", wavy, part=2)}
        for bald, wavy in ((0.95, 0.6), (0.55, 0.9))
    ]
    runs = [make_run(seed, {"c1": style, "c2": {}}, "celeba") for seed, style in enumerate(styles)]
    hair = results_of(*runs).panels[2]
    of_runs = [(best.run.config.seed, best.factor, best.association.value) for best in hair.best_codes]
    assert of_runs == [(0, "Bald", 0.95), (1, "Bald", 0.55)]
    text = report_of(*runs)
    assert "of best_seed_0 | 0.90 | 0.50 (2) | found |\n" in text
    assert "\nEach panel shows the best run for it.\n" in text  # The paper does not say so of its own.


def test_celeba_s_labels_have_a_factor_for_every_panel(tmp_path):
    features = tfds.builder("celeb_a", data_dir=str(tmp_path)).info.features
    names = [name for group in ("attributes", "landmarks") for name in features[group]]
    matched = [
        {name for name in names if re.search(panel.factors, name, re.IGNORECASE)} for panel in FIGURES["celeba"].panels
    ]
    hair = {"Bald", "Bangs", "Receding_Hairline", "Straight_Hair", "Wavy_Hair"}
    assert matched == [{"nose_x"}, {"Eyeglasses"}, hair, {"Smiling"}]


def test_a_categorical_code_is_chosen_by_its_training_images(make_run):
    run = make_run(0, {name: {"label": association("NMI", 0.5)} for name in ("c1", "c2")}, "svhn")
    classifiers = {"c1": {"label": classification(0.30, 0.29)}, "c2": {"label": classification(0.31, 0.28)}}
    text = report_of(measured(run, classification=classifiers))
    assert "| best_seed_0 | c2 | 31.00% | 15.50% | 0.690 | 0.900 |\n" in text
    assert "Median of the errors, one to one: 31.00%, the best 31.00%; of NMI\n0.690 and 0.690." in text


@pytest.mark.parametrize(
    ("source", "changes", "expected"),
    [
        ("rendered", {}, "The images are rendered by this package and only stand in for the paper's"),
        ("tfds", {"dataset": "smallnorb"}, "These images only stand in for the paper's.\n"),
        ("npz", {"images": "own.npz"}, "This report can't tell whether views are the paper's images.\n"),
    ],
)
def test_images_that_are_not_certainly_the_paper_s_are_announced(make_run, source, changes, expected):
    text = report_of(make_run(0, chairs(0.9, 0.9), changes=changes, source=source))
    assert expected in text
    assert ("views, 90 images, not the paper's; measured on" in text) == (source != "npz")


def test_names_from_data_are_text_and_nothing_else(make_run, tmp_path):
    factor = "a|<script>alert(1)</script> [x](javascript:alert(1)) ![y](/etc/host.png) `k` _e_\n\n# T"
    associations = {name: {factor: association("NMI", 0.5)} for name in ("c1", "c2")}
    run = make_run(0, associations, "svhn", changes={"images": "own.npz"}, name=factor)
    run = measured(
        run,
        run={"data": f"{factor}, 90 images"},
        images={"features": f"classifier of {factor}"},
        classification={"c1": {factor: classification(0.3)}},
    )
    run.trained.record.preset, run.trained.record.command = factor, f"train --images='`{factor}``'"
    text = re.sub(r"!\[Figure.*|!\[codes.*", "", report_of(run))  # Pictures that were not drawn.
    write_report(tmp_path, text)
    body = (tmp_path / "report.html").read_text().partition("<body>")[2]
    tags = {"h1", "h2", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"<(\w+)", body)) == tags
    assert html.unescape(body).count(" ".join(factor.split())) == 7
    assert body.count("<h1>") == 1
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    assert all(row.count("<td>") in (0, 4, 5, 6, 7, 9) for row in rows)
