"""Small reproductions from nothing to a report, one for each kind of report."""

import dataclasses
import importlib
import re

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data import sources
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import evaluate, features
from infogan_tf.evaluation.record import read_evaluation
from infogan_tf.reproduction import runs
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.report import reproduce
from infogan_tf.training.loop import train
from tests.small_networks import make_thin

pytestmark = pytest.mark.slow

SHORT = {"updates_per_epoch": 2, "batch_size": 16, "summary_interval": 1, "sample_interval": 100, "max_shift": 0}


@pytest.fixture
def short(monkeypatch):
    """Makes runs of an experiment short, their networks thin, and their evaluations small."""

    def make(name, **changes):
        experiment = importlib.import_module(f"infogan_tf.experiments.{name}")
        monkeypatch.setattr(experiment, "EXPERIMENT", experiment.EXPERIMENT)  # Restores it after the test.
        make_thin(name)
        presets = {key: {**preset, **SHORT, **changes} for key, preset in experiment.EXPERIMENT.presets.items()}
        experiment.EXPERIMENT = dataclasses.replace(experiment.EXPERIMENT, presets=presets)

    monkeypatch.setattr(sources, "NUM_RENDERED", 130)
    for name, number in {"GENERATED": 200, "MATCHED": 200, "NEIGHBORHOODS": 50, "OF_A_VALUE": 3}.items():
        monkeypatch.setattr(evaluate, f"NUM_{name}", number)
    for name, number in {"UPDATES_OF_ROTATIONS": 3, "NUM_ROTATED": 50, "EPOCHS": 1}.items():
        monkeypatch.setattr(features, name, number)
    return make


def report_of(made):
    """A report's text, and the names of its pictures, which are all there, in the HTML too."""
    text, page = ((made / f"report.{ending}").read_text() for ending in ("md", "html"))
    names = re.findall(r"!\[.*?\]\((.+?)\)", text)
    assert {path.name for path in made.glob("*.[pg][ni][gf]")} == {name for name in names if "/" not in name}
    assert page.count('<img alt="') == page.count("base64,") == len(names)
    assert all((made / name).exists() for name in names)
    return text, names


def test_mnist(short, tmp_path, monkeypatch, capsys):
    short("mnist")
    options = ReproductionOptions(folder=str(tmp_path), preset="paper", data_source="embedded", max_epoch=1)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "train", lambda config: config.objective == "infogan" and train(config))
        assert not reproduce(options)
    assert capsys.readouterr().out.endswith("stopped; the same command resumes\n")
    evaluation = read_evaluation(tmp_path / "paper_seed_0" / "evaluation.json")
    assert not list(tmp_path.glob("report*"))

    assert reproduce(options)
    text, names = report_of(tmp_path)
    panels = [f"figure2{panel}.png" for panel in "abcd"]
    of_report = [name for name in names if not name.endswith("vector_arithmetic.png")]
    assert of_report == ["figure1.png", *panels, "confusion.png", "two_codes.png", "traversal.gif"]
    assert f"| 0 | {evaluation.classification['c1']['label'].one_to_one_error:.2%} |" in text

    before = {path: path.read_bytes() for path in tmp_path.glob("*_seed_*/**/*") if path.is_file()}
    (tmp_path / "report.html").unlink()
    assert reproduce(options)
    assert (tmp_path / "report.html").exists()
    assert {path: path.read_bytes() for path in tmp_path.glob("*_seed_*/**/*") if path.is_file()} == before

    with pytest.raises(SettingError, match=r"^data_source: expected embedded, as this run folder was trained with"):
        reproduce(dataclasses.replace(options, data_source="tfds"))


def test_faces_have_a_panel_for_each_factor(short, tmp_path):
    short("faces", codes="2*uniform")
    reproduce(ReproductionOptions(experiment="faces", folder=str(tmp_path), max_epoch=1, seeds=(0, 1, 2)))
    text, names = report_of(tmp_path)
    panels = [f"figure3{panel}.png" for panel in "abcd"]
    assert names[:4] == panels
    assert re.fullmatch(r"infogan_seed_[012]/codes_and_factors.png", names[4])
    scores = dict(re.findall(r"\| (infogan_seed_\d) \| (\d\.\d{3}) \|\n", text))
    assert len(scores) == 3
    (chosen,) = re.findall(r"\*\*Chosen without labels: (\w+)\*\*", text)
    assert scores[chosen] == max(scores.values())
    assert f" seed {chosen[-1]} (chosen without labels) |" in text
    with Image.open(tmp_path / panels[0]) as picture:
        assert picture.width == 10 * 32 * 2
    for letter, shows in zip("abcd", ("azimuth", "elevation", "lighting", "width"), strict=True):
        shown = rf"\n\({letter}\) {shows}: c[12] of infogan_seed_\d; \|Spearman\| 0.\d\d with \w*{shows[:5]}"
        assert re.search(shown, text.replace("\\|", "|"))


def test_digits_are_classified_by_all_runs_together(short, tmp_path):
    short("mnist")
    options = ReproductionOptions(
        folder=str(tmp_path), preset="paper", data_source="embedded", max_epoch=1, seeds=(0, 1, 2)
    )
    assert reproduce(options)
    text, _ = report_of(tmp_path)
    assert re.search(r"The consensus of all runs, .* classifies label with an error of \d+\.\d\d%", text, re.DOTALL)


def test_own_images_without_labels_show_every_code_and_may_be_moved(short, tmp_path, random_images):
    short("chairs", codes="circular, uniform@10")
    made = tmp_path / "made"
    for name, seed in (("plain", 0), ("moved", 0), ("other", 1)):
        np.savez(tmp_path / f"{name}.npz", images=random_images(130, (64, 64, 1), seed=seed))
    options = ReproductionOptions(
        experiment="chairs", folder=str(made), max_epoch=1, images=str(tmp_path / "plain.npz")
    )
    assert reproduce(options)
    text, names = report_of(made)
    assert names == ["figure4_c1.png", "figure4_c2.png"]
    assert "there is nothing to compare codes with: below is every code of infogan_seed_0." in text
    assert reproduce(dataclasses.replace(options, images=str(tmp_path / "moved.npz")))
    with pytest.raises(SettingError, match=r"^images: expected the images that this run was trained on: plain\.npz"):
        reproduce(dataclasses.replace(options, images=str(tmp_path / "other.npz")))
