"""The paper's other four experiments, each from small images in the layout that users have to its evaluation."""

import json

import numpy as np
import pytest

from tests.data.archives import prepare_as_tfds, write_celeba, write_chairs
from tests.launchers import forked

RENDER_FEW = "from infogan_tf.data import sources; sources.NUM_RENDERED = 130\n"
TINY = ("--max_epoch=1", "--updates_per_epoch=2", "--batch_size=8", "--run_folder=run")
FEW = """
from infogan_tf.evaluation import evaluate, features
evaluate.NUM_GENERATED, evaluate.NUM_NEIGHBORHOODS, evaluate.NUM_OF_A_VALUE = 100, 50, 3
features.UPDATES_OF_ROTATIONS, features.NUM_ROTATED, features.EPOCHS = 3, 50, 1
"""


@pytest.fixture(scope="module")
def launchers():
    with forked.loaded() as processes:
        yield processes


@pytest.fixture
def trained_and_evaluated(launchers, tmp_path):
    """Runs a launcher for two updates and evaluates the run: what was announced, and the evaluation."""

    def run(experiment, *flags):
        thin = f"{RENDER_FEW}from tests.small_networks import make_thin; make_thin({experiment!r})\n"
        trained = launchers.run(f"run_{experiment}_exp", *TINY, *flags, cwd=tmp_path, setup=thin)
        assert (trained.returncode, trained.stderr) == (0, "")
        evaluated = launchers.run("evaluate", "--run_folder=run", cwd=tmp_path, setup=thin + FEW)
        assert evaluated.returncode == 0, evaluated.stderr
        return trained.stdout, json.loads((tmp_path / "run" / "evaluation.json").read_text())

    return run


def measures(evaluation, code):
    """How each factor was measured, which says what kind it is."""
    return {factor: result["measure"] for factor, result in evaluation["associations"][code].items()}


def test_svhn_of_tfds(trained_and_evaluated, tmp_path):
    prepare_as_tfds("svhn_cropped", tmp_path / "tfds", 30)
    out, evaluation = trained_and_evaluated("svhn", f"--data_dir={tmp_path}/tfds", "--codes=categorical(10), uniform")
    assert "data: svhn_cropped/" in out
    assert " from TFDS, 30 training and 30 held-out images (found prepared in " in out
    assert evaluation["classification"]["c1"]["label"]["class_names"] == list("0123456789")


def test_celeba_of_tfds_is_resized_and_its_attributes_are_labels(trained_and_evaluated, tmp_path):
    prepare_as_tfds("celeb_a", tmp_path / "tfds", 30)
    _, evaluation = trained_and_evaluated("celeba", f"--data_dir={tmp_path}/tfds", "--codes=categorical(10)")
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert record["data"]["image_shape"] == [32, 32, 3]
    kinds = measures(evaluation, "c1")
    assert sum(kind == "AUC" for kind in kinds.values()) == 40
    assert (kinds["Smiling"], kinds["lefteye_x"]) == ("AUC", "eta")


def test_celeba_of_its_archive(trained_and_evaluated, tmp_path):
    write_celeba(tmp_path / "celeba", 130)
    out, evaluation = trained_and_evaluated("celeba", "--images=celeba/img_align_celeba", "--codes=categorical(10)")
    assert "data: img_align_celeba, 117 training and 13 held-out images" in out
    assert measures(evaluation, "c1") == {"5_o_Clock_Shadow": "AUC", "Eyeglasses": "AUC", "Young": "AUC"}


def test_chairs_of_their_archive(trained_and_evaluated, tmp_path):
    write_chairs(tmp_path / "rendered_chairs", range(0, 360, 12))
    out, evaluation = trained_and_evaluated("chairs", "--images=rendered_chairs", "--codes=categorical(20), uniform@10")
    assert "data: rendered_chairs, 162 training and 18 held-out images" in out
    assert measures(evaluation, "c1") == {"azimuth": "circular eta", "elevation": "AUC", "chair": "NMI"}
    assert measures(evaluation, "c2")["azimuth"] == "monotone fit"


def test_faces_of_an_npz_file(trained_and_evaluated, tmp_path):
    rng = np.random.default_rng(0)
    labels = rng.uniform([-75, -30, 0.8], [75, 30, 1.2], [130, 3])
    images = rng.integers(0, 256, [130, 40, 48, 3], np.uint8)
    names = np.array(["azimuth", "elevation", "width"])
    np.savez(tmp_path / "faces.npz", images=images, labels=labels, label_names=names)
    out, evaluation = trained_and_evaluated("faces", "--images=faces.npz", "--preset=paper_elevation")
    assert "preset: paper_elevation " in out
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert record["data"]["image_shape"] == [32, 32, 1]
    assert measures(evaluation, "c5") == dict.fromkeys(names.tolist(), "|Spearman|")


def test_faces_and_chairs_of_the_package_itself_need_no_flag(trained_and_evaluated):
    out, evaluation = trained_and_evaluated("faces")
    assert "data: heads rendered by infogan_tf, 117 training and 13 held-out images (not the paper's, but " in out
    factors = ["azimuth_deg", "elevation_deg", "light_azimuth_deg", "width"]
    assert measures(evaluation, "c1") == dict.fromkeys(factors, "|Spearman|")


def test_what_is_not_there_or_damaged_ends_with_one_line_and_leaves_nothing(launchers, tmp_path):
    write_celeba(tmp_path, 20)
    (tmp_path / "list_attr_celeba.txt").write_text("20\nYoung\n")
    (tmp_path / "no_chairs" / "renders").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    for experiment, flags, text in (
        ("faces", ("--dataset=auto",), "flag --images: expected a folder of images or an .npz file, or else --dataset"),
        (
            "chairs",
            ("--data_source=embedded",),
            "flag --data_source: expected rendered or auto with --dataset=rendered",
        ),
        ("chairs", ("--images=no_chairs",), "flag --images: expected a folder of images (.png, "),
        ("celeba", ("--images=img_align_celeba",), "which has 0 images, and 20 according to its first line"),
        ("celeba", ("--dataset=mnist",), "flag --dataset: expected a data set with color images, got mnist with 28x28"),
        (
            "svhn",
            ("--image_size=64",),
            "flag --image_size: expected auto (32, which the networks of svhn take), got 64",
        ),
    ):
        result = launchers.run(f"run_{experiment}_exp", *TINY, *flags, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (2, "")
        assert text in result.stderr
        assert result.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
