"""The paper's other four experiments on small sets in the layouts that users have."""

import json

import pytest

from tests.data.archives import prepare_as_tfds, write_celeba, write_chairs

TINY = ("--max_epoch=1", "--updates_per_epoch=2", "--batch_size=8", "--run_folder=run")
THIN = """
from infogan_tf.data import sources
from tests.small_networks import make_thin
sources.NUM_RENDERED = 130
for name in ("svhn", "celeba", "faces", "chairs"):
    make_thin(name)
"""
FEW = """
from infogan_tf.evaluation import evaluate, features
evaluate.NUM_GENERATED, evaluate.NUM_NEIGHBORHOODS, evaluate.NUM_OF_A_VALUE = 100, 50, 3
features.UPDATES_OF_ROTATIONS, features.NUM_ROTATED, features.LEAST_UPDATES, features.EPOCHS = 3, 50, 2, 0
"""


@pytest.fixture
def train(launchers, tmp_path):
    """Runs a launcher for two updates of thin networks, and returns what it announced."""

    def run(experiment, *flags):
        trained = launchers.run(f"run_{experiment}_exp", *TINY, *flags, cwd=tmp_path, setup=THIN)
        assert (trained.returncode, trained.stderr) == (0, "")
        return trained.stdout

    return run


@pytest.fixture
def evaluate(launchers, tmp_path):
    """Evaluates the run that was trained."""

    def run():
        evaluated = launchers.run("evaluate", "--run_folder=run", cwd=tmp_path, setup=THIN + FEW)
        assert evaluated.returncode == 0, evaluated.stderr
        return json.loads((tmp_path / "run" / "evaluation.json").read_text())

    return run


def measures(evaluation, code):
    """How each factor was measured, which says what kind it is."""
    return {factor: result["measure"] for factor, result in evaluation["associations"][code].items()}


def test_svhn_of_tfds(train, evaluate, tmp_path):
    prepare_as_tfds("svhn_cropped", tmp_path / "tfds", 30)
    out = train("svhn", f"--data_dir={tmp_path}/tfds", "--codes=categorical(10), uniform")
    assert "data: svhn_cropped/" in out
    assert " from TFDS, 30 training and 30 held-out images (found prepared in " in out
    assert evaluate()["classification"]["c1"]["label"]["class_names"] == list("0123456789")


def test_celeba_of_tfds_is_resized_and_its_attributes_are_labels(train, evaluate, tmp_path):
    prepare_as_tfds("celeb_a", tmp_path / "tfds", 30)
    train("celeba", f"--data_dir={tmp_path}/tfds", "--codes=categorical(10)")
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert record["data"]["image_shape"] == [32, 32, 3]
    kinds = measures(evaluate(), "c1")
    assert sum(kind == "AUC" for kind in kinds.values()) == 40
    assert (kinds["Smiling"], kinds["lefteye_x"]) == ("AUC", "eta")


def test_celeba_of_its_archive(train, tmp_path):
    write_celeba(tmp_path / "celeba", 20)
    out = train("celeba", "--images=celeba/img_align_celeba", "--codes=categorical(10)", "--preset=paper")
    assert "preset: paper with " in out
    assert "data: img_align_celeba, 18 training and 2 held-out images" in out


def test_chairs_of_their_archive(train, evaluate, tmp_path):
    write_chairs(tmp_path / "rendered_chairs", range(0, 360, 12))
    out = train("chairs", "--images=rendered_chairs", "--codes=categorical(20), uniform@10, circular")
    assert "data: rendered_chairs, 162 training and 18 held-out images" in out
    evaluation = evaluate()
    assert measures(evaluation, "c1") == {"azimuth": "circular eta", "elevation": "AUC", "chair": "NMI"}
    assert measures(evaluation, "c2")["azimuth"] == "monotone fit"
    assert measures(evaluation, "c3") == {"azimuth": "monotone fit", "elevation": "eta", "chair": "NMI"}


def test_faces_that_are_rendered_need_no_flag(train):
    out = train("faces")
    assert "preset: best with " in out
    assert "rendering 130 images for rendered_heads, which are kept in " in out
    assert "data: heads rendered by infogan_tf, 117 training and 13 held-out images (not the paper's, but " in out


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
