"""Small reproductions from nothing to a report, one for each kind of report; and what their figures show."""

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
from infogan_tf.reproduction import reproduce as module
from infogan_tf.reproduction import runs
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.reproduce import draw_mnist, reproduce
from infogan_tf.training.loop import train
from tests.reproduction.builders import TEN, mnist_results, mnist_run
from tests.small_networks import make_thin

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


def files_of_runs(folder):
    return {path: path.read_bytes() for path in folder.glob("*_seed_*/**/*") if path.is_file()}


def check_pictures(made, text):
    """All pictures that the report names are there, in the HTML too; returns their names."""
    names = re.findall(r"!\[.*?\]\((.+?)\)", text)
    page = (made / "report.html").read_text()
    assert {path.name for path in made.glob("*.[pg][ni][gf]")} == {name for name in names if "/" not in name}
    assert page.count('<img alt="') == page.count("base64,") == len(names)
    assert all((made / name).exists() for name in names)
    return names


@pytest.mark.slow
def test_mnist(short, tmp_path, monkeypatch, capsys):
    short("mnist")
    options = ReproductionOptions(folder=str(tmp_path), data_source="embedded", max_epoch=1, seeds=(0, 1))
    with monkeypatch.context() as patch:
        patch.setattr(runs, "train", lambda config: config.seed == 0 and train(config))
        assert not reproduce(options)
    assert capsys.readouterr().out.endswith("stopped; the same command resumes\n")
    assert (tmp_path / "infogan_seed_0" / "evaluation.json").exists()
    assert not list(tmp_path.glob("report*"))

    assert reproduce(options)
    text = (tmp_path / "report.md").read_text()
    names = [name for name in check_pictures(tmp_path, text) if not name.endswith("vector_arithmetic.png")]
    panels = [f"figure2{panel}.png" for panel in "abcd"]
    assert names == ["figure1.png", *panels, "confusion.png", "two_codes.png", "traversal.gif"]
    evaluation = read_evaluation(tmp_path / "infogan_seed_1" / "evaluation.json")
    assert f"| 1 | {evaluation.classification['c1']['label'].one_to_one_error:.2%} |" in text

    before = files_of_runs(tmp_path)
    (tmp_path / "report.html").unlink()
    assert reproduce(options)
    assert (tmp_path / "report.html").exists()
    assert files_of_runs(tmp_path) == before

    with pytest.raises(SettingError, match=r"^data_source: expected embedded, as this run folder was trained with"):
        reproduce(dataclasses.replace(options, data_source="tfds"))


@pytest.mark.slow
def test_faces_have_a_panel_for_each_factor(short, tmp_path):
    short("faces", codes="2*uniform")
    reproduce(ReproductionOptions(experiment="faces", folder=str(tmp_path), max_epoch=1))
    text = (tmp_path / "report.md").read_text().replace("\\|", "|")
    panels = [f"figure3{panel}.png" for panel in "abcd"]
    assert check_pictures(tmp_path, text) == [*panels, "infogan_seed_0/codes_and_factors.png"]
    with Image.open(tmp_path / panels[0]) as picture:
        assert picture.width == 10 * 32 * 2
    for letter, shows in zip("abcd", ("azimuth", "elevation", "lighting", "width"), strict=True):
        assert re.search(
            rf"\n\({letter}\) {shows}: c[12] of infogan_seed_0; \|Spearman\| 0.\d\d with \w*{shows[:5]}", text
        )


@pytest.mark.slow
def test_own_images_without_labels_show_every_code_and_may_be_moved(short, tmp_path, random_images):
    short("chairs", codes="circular, uniform@10")
    made = tmp_path / "made"
    for name, seed in (("plain", 0), ("moved", 0), ("other", 1)):
        np.savez(tmp_path / f"{name}.npz", images=random_images(130, (64, 64, 1), seed=seed))
    options = ReproductionOptions(
        experiment="chairs", folder=str(made), max_epoch=1, images=str(tmp_path / "plain.npz")
    )
    assert reproduce(options)
    text = (made / "report.md").read_text()
    assert check_pictures(made, text) == ["figure4_c1.png", "figure4_c2.png"]
    assert "there is nothing to compare codes with: below is every code of infogan_seed_0." in text
    assert reproduce(dataclasses.replace(options, images=str(tmp_path / "moved.npz")))
    with pytest.raises(SettingError, match=r"^images: expected the images that this run was trained on: plain\.npz"):
        reproduce(dataclasses.replace(options, images=str(tmp_path / "other.npz")))


def test_figures_of_mnist_show_runs_with_their_numbers(monkeypatch, tmp_path):
    drawn = {}
    for picture in ("category_panel", "continuous_panel", "two_code_grid", "moving_traversal"):
        monkeypatch.setattr(module, picture, lambda *arguments: arguments)
    for save in ("save_picture", "save_animation"):
        monkeypatch.setattr(module, save, lambda path, picture: drawn.update({path.name: picture}))
    for plot in ("plot_information", "plot_confusion"):
        monkeypatch.setattr(module, plot, lambda *arguments: drawn.update({arguments[-2].name: arguments}))
    results = mnist_results(tmp_path, mnist_run(tmp_path, 3))
    draw_mnist(tmp_path, results)
    curves, ceiling, _, caption = drawn.pop("figure1.png")
    assert curves == {
        "InfoGAN, preset best, seed 3": results.curves["infogan_seed_3"],
        "regular GAN, settings of preset best, Q on frozen features of D, seed 0": results.curves["gan_seed_0"],
        "regular GAN, settings of preset best, Q with its own network, seed 0": results.curves["gan_own_q_seed_0"],
        "regular GAN, settings of preset paper, Q on frozen features of D, seed 0": results.curves["gan_paper_seed_0"],
    }
    assert ceiling == 2.303
    assert caption.startswith("L_I of c1, of one batch each. No Q of a regular GAN has a gradient to G or D's body.")
    where = "preset best, update 1,000, digits, 100 images"
    shown, gan = f"; infogan_seed_3, {where}", f"; gan_seed_0, {where}, nothing added to the objective"
    infogan, order, digits = "the model of infogan_seed_3", TEN[::-1], [9, 7, 5, 3, 1]
    of_gan = f"regular GAN: c1 from 0 to 9 (L_I 0.25 nats by Q on frozen features of D){gan}"
    of_c2, of_c3 = (
        f"{code} from -2 to 2, trained on -1 to 1 (recovery R^2 {recovery}, beyond [-1, 1] slope {slope}){shown}"
        for code, recovery, slope in (("c2", 0.97, "0.90"), ("c3", 0.95, 0.45))
    )
    confusion = [[1] * 10] * 10, order, "c1", tmp_path / "confusion.png"
    of_both = f"c1 = 7; c2 from left to right, c3 from top to bottom, both from -2 to 2{shown}"
    assert drawn == {
        "figure2a.png": (infogan, "c1", order, 3, f"c1, ordered by the matching (error 3.00%){shown}"),
        "figure2b.png": ("the model of gan_seed_0", "c1", range(10), 3, of_gan),
        "figure2c.png": (infogan, "c2", "c1", digits, 3, of_c2),
        "figure2d.png": (infogan, "c3", "c1", digits, 3, of_c3),
        "two_codes.png": (infogan, "c2", "c3", "c1", 7, 3, of_both),
        "traversal.gif": (infogan, ("c2", "c3"), "c1", order, 3, f"rows c2 and c3, from -2 to 2 and back{shown}"),
        "confusion.png": (*confusion, f"error 3.00%, one to one{shown}"),
    }
