"""A small report of each of the paper's other four experiments, by the launcher, on made-up data in real layouts."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.data.archives import prepare_as_tfds

SMALL = """
import dataclasses, importlib
from infogan_tf.data import sources
from infogan_tf.evaluation import evaluate, features
from infogan_tf.training import recorder
from tests.small_networks import make_thin

recorder.Recorder._draw = lambda *_: None  # Pictures of training, which take seconds.
SHORT = {"updates_per_epoch": 2, "batch_size": 8, "summary_interval": 1, "max_shift": 0, "code_augmentation": 0.0}
CODES = {
    "faces": "2*uniform",
    "chairs": "circular, uniform@10",
    "svhn": "2*categorical(10), 2*uniform@0.1",
    "celeba": "2*categorical(10)",
}
for name, codes in CODES.items():
    make_thin(name)
    module = importlib.import_module(f"infogan_tf.experiments.{name}")
    presets = {preset: {**changes, **SHORT, "codes": codes} for preset, changes in module.EXPERIMENT.presets.items()}
    module.EXPERIMENT = dataclasses.replace(module.EXPERIMENT, presets=presets)
sources.NUM_RENDERED = 130
evaluate.NUM_GENERATED, evaluate.NUM_NEIGHBORHOODS, evaluate.NUM_OF_A_VALUE = 100, 50, 3
features.UPDATES_OF_ROTATIONS, features.NUM_ROTATED, features.EPOCHS = 3, 50, 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reproductions")


@pytest.fixture(scope="module")
def reproduce(launchers, folder):
    """Runs the launcher, for an epoch of two updates unless the flags say otherwise."""

    def run(experiment, *flags):
        flags = (f"--experiment={experiment}", "--max_epoch=1", f"--folder={experiment}", *flags)
        return launchers.run("reproduce", *flags, cwd=folder, setup=SMALL)

    return run


@pytest.fixture(scope="module")
def report(reproduce, folder):
    """Reproduces an experiment, and returns its folder and the report's text."""

    def make(experiment, *flags):
        finished = reproduce(experiment, *flags)
        assert finished.returncode == 0, finished.stderr
        assert finished.stdout.endswith(f"report: {experiment}/report.html\n")
        return folder / experiment, (folder / experiment / "report.md").read_text()

    return make


@pytest.fixture(scope="module")
def faces(report):
    return report("faces")


def evaluation_of(run):
    return json.loads((run / "evaluation.json").read_text())


def check_pictures(made, text, panels, others):
    """All pictures of a report are there, in the HTML too; panels have 5 rows and 10 columns above their caption."""
    names = [*panels, *others]
    page = (made / "report.html").read_text()
    assert re.findall(r"!\[.*?\]\((.+?)\)", text) == names
    assert {path.name for path in made.glob("*.png")} == {name for name in names if "/" not in name}
    assert page.count('<img alt="') == page.count('src="data:image/png;base64,') == len(names)
    for name in panels:
        with Image.open(made / name) as picture:
            assert picture.width == 10 * 32 * 2
            assert picture.height > 5 * 32 * 2


def row_of(text, beginning):
    """The one row of all tables that begins like this."""
    (row,) = re.findall(rf"^{re.escape(beginning)}.*", text, flags=re.MULTILINE)
    return row


def test_faces_have_a_panel_for_each_factor(faces):
    made, text = faces
    check_pictures(made, text, [f"figure3{panel}.png" for panel in "abcd"], ["infogan_seed_0/codes_and_factors.png"])
    assert "heads rendered by infogan_tf, 117 images, not the paper's; measured on 13 held-out (test) images." in text
    associations = evaluation_of(made / "infogan_seed_0")["associations"]
    for letter, shows, factor in (
        ("a", "azimuth", "azimuth_deg"),
        ("b", "elevation", "elevation_deg"),
        ("c", "lighting", "light_azimuth_deg"),
        ("d", "width", "width"),
    ):
        code, by_factor = max(associations.items(), key=lambda item: item[1][factor]["strength"])
        number = f"|Spearman| {by_factor[factor]['value']:.2f} with {factor}, error "
        text = text.replace("\\|", "|")
        row = row_of(text, f"| ({letter}) {shows}: one continuous code | shown, without a number |")
        assert f"number | {number}" in row
        assert f": {code} of infogan_seed_0 |" in row
        assert f"\n({letter}) {shows}: {code} of infogan_seed_0; {number}" in text


def test_the_same_command_makes_nothing_anew(faces, report):
    made, _ = faces
    runs = [path for path in made.rglob("*") if path.is_file() and path.parent != made]
    before = {path: path.read_bytes() for path in runs}
    assert report("faces") == faces
    assert {path: path.read_bytes() for path in runs} == before


def test_celeba_has_a_category_for_each_attribute(report, folder):
    prepare_as_tfds("celeb_a", folder / "tfds", 30)
    made, text = report("celeba", "--data_dir=tfds")
    check_pictures(made, text, [f"figure6{panel}.png" for panel in "abcd"], ["infogan_seed_0/codes_and_factors.png"])
    associations = evaluation_of(made / "infogan_seed_0")["associations"]
    code, by_factor = max(associations.items(), key=lambda item: item[1]["Smiling"]["strength"])
    value, part = (by_factor["Smiling"][name] for name in ("value", "part"))
    assert row_of(text, "| Smiling | AUC |") == (
        f"| Smiling | AUC | {value:.2f} {code} \\[{part}\\] | {value:.2f} | {value:.2f} |"
    )
    emotion = row_of(text, "| (d) emotion: one categorical code | shown, without a number |")
    assert f"number | AUC {value:.2f} with Smiling: {code} \\[{part}\\] of infogan_seed_0 |" in emotion
    assert "number | eta " in row_of(text, "| (a) azimuth: one categorical code |")


def test_svhn_has_no_label_of_what_the_paper_shows_but_digits(report, folder):
    prepare_as_tfds("svhn_cropped", folder / "tfds", 30)
    made, text = report("svhn", "--data_dir=tfds")
    check_pictures(made, text, ["figure5a.png", "figure5b.png"], ["infogan_seed_0/codes_and_factors.png"])
    assert "| has no label here | - | - | not measured |" in row_of(text, "| (b) plate context: one categor")
    evaluation = evaluation_of(made / "infogan_seed_0")
    diversity = {name: np.mean(code["diversity"]) for name, code in evaluation["codes"].items()}
    lowest = min(("c3", "c4"), key=diversity.get)
    assert f"(a) lighting in the paper: {lowest} of infogan_seed_0; lighting has no label here" in text
    errors = {code: by_factor["label"] for code, by_factor in evaluation["classification"].items()}
    best = min(errors, key=lambda code: errors[code]["matched_error"])
    assert f"| infogan_seed_0 | {best} | {errors[best]['one_to_one_error']:.2%} |" in text


def test_without_labels_every_code_is_shown_and_other_images_are_refused(report, reproduce, folder, random_images):
    np.savez(folder / "plain.npz", images=random_images(130, (64, 64, 1)))
    made, text = report("chairs", "--images=plain.npz")
    check_pictures(made, text, [], ["figure4_c1.png", "figure4_c2.png"])
    assert "there is nothing to compare codes with: below is every code of infogan_seed_0." in text
    assert "Whether plain.npz are the paper's images, this report can't tell." in text
    np.savez(folder / "other.npz", images=random_images(130, (64, 64, 1), seed=1))
    refused = reproduce("chairs", "--images=other.npz")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "flag --images: expected the images that this run was trained on: plain.npz, " in refused.stderr


def test_what_does_not_go_with_the_runs_is_one_line_and_changes_nothing(faces, reproduce, folder, random_images):
    np.savez(folder / "others.npz", images=random_images(130, (32, 32, 1)))
    before = sorted(folder.rglob("*"))
    for flags, text in (
        (("--images=others.npz",), "flag --images: expected auto, as "),
        (
            ("--images=nothing.npz",),
            "flag --images: expected a folder of images or an .npz file, got nothing.n",
        ),
        (
            ("--held_out=validation",),
            "flag --held_out: expected test, as this run folder was trained with, got validation",
        ),
        (
            ("--preset=paper_lighting",),
            "one of best, paper_azimuth, paper_elevation, paper_lighting_and_width, paper, got paper_lighting\n",
        ),
        (
            ("--preset=paper",),
            "flag --folder: expected a new folder, or one of runs with --preset=paper, got faces/info",
        ),
        (("--images=others.npz", "--dataset=mnist"), "flag --dataset: expected nothing beside --images=others.npz"),
        (("--images=others.npz", "--data_source=tfds"), "flag --data_source: expected auto with --images=others.npz"),
        (("--dataset=no_such_set", "--folder=new"), "flag --dataset: expected "),
    ):
        finished = reproduce("faces", *flags)
        assert (finished.returncode, finished.stdout) == (2, ""), finished
        assert text in finished.stderr
        assert finished.stderr.count("\n") == 1
    assert sorted(folder.rglob("*")) == before
