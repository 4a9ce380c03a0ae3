"""Training as it is typed: on a user's own images, on the layouts of archives, and what is refused."""

import importlib
import json

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator

import infogan_tf
from infogan_tf.data import sources
from infogan_tf.data.paths import IMAGES
from infogan_tf.evaluation import evaluate, features
from tests.data.archives import prepare_as_tfds, write_celeba, write_chairs
from tests.small_networks import make_thin

TINY = ("--max_epoch=1", "--updates_per_epoch=2", "--batch_size=8", "--run_folder=run")
OWN = ("train", "images", *TINY, "--image_size=16")
NEITHER = f"flag --images: expected {IMAGES}, got"


@pytest.fixture
def few(monkeypatch):
    """Evaluations measure few images."""
    for name, value in (("NUM_GENERATED", 100), ("NUM_NEIGHBORHOODS", 50), ("NUM_OF_A_VALUE", 3)):
        monkeypatch.setattr(evaluate, name, value)
    for name, value in (("UPDATES_OF_ROTATIONS", 3), ("NUM_ROTATED", 50), ("LEAST_UPDATES", 2), ("EPOCHS", 0)):
        monkeypatch.setattr(features, name, value)


@pytest.fixture(autouse=True)
def _in_a_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def fill(path, number):
    path.mkdir()
    for index in range(number):
        Image.fromarray(noise(20, 24, 3, seed=index)).save(path / f"{index:03d}.png")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with images that can be trained on, too few images, and an archive of which some are missing."""
    path = tmp_path_factory.mktemp("place")
    fill(path / "good", 40)
    fill(path / "odd\n'name'", 2)
    return path


# One line names the flag, whichever layer refuses; what each layer refuses is tested there.
BAD = {
    "images --images=no\nwhere": f"{NEITHER} no\\nwhere, which does not exist",
    "images --images=odd\n'name'": "got 2 from odd\\n'name'",
    "images --dataset=nonesuch": "flag --dataset: expected the name of a TFDS data set, got nonesuch (",
    "images --images=good --run_folder=good/run": "flag --run_folder: expected a folder outside of",
    "svhn --image_size=64": "flag --image_size: expected auto (32, which the networks of svhn take), got 64",
}


@pytest.mark.parametrize("typed", BAD)
def test_what_cannot_be_trained_on_is_refused_in_one_line_and_leaves_nothing(refused, place, typed):
    experiment, *flags = typed.split(" ")
    size = ["--image_size=16"] if experiment == "images" else []
    assert BAD[typed] in refused("train", experiment, *TINY, *size, *flags, within=place)


@pytest.fixture
def mixed(tmp_path):
    """A folder of 130 images of many kinds, one of them damaged."""
    path = tmp_path / "photos"
    (path / "deeper").mkdir(parents=True)
    for index in range(126):
        picture = Image.fromarray(noise(16 + index % 7, 40 - index % 5, 3, seed=index))
        picture.save(path / f"{'deeper/' if index % 2 else ''}{index:03d}.{'jpg' if index % 3 else 'png'}")
    for mode in ("P", "RGBA", "L"):
        picture.convert(mode).save(path / f"{mode}.png")
    (path / "damaged.jpg").write_bytes((path / "002.jpg").read_bytes()[:500])
    return path


@pytest.mark.slow
def test_own_images_from_training_to_evaluation(do, infogan, refused, few, mixed, tmp_path, monkeypatch):
    out = do(*OWN, "--images=photos", "--summary_interval=1")
    description = "photos, 116 training and 13 held-out images"
    assert f"data: {description} (read from photos)\n" in out
    assert "left out: 1 of 130 images, such as damaged.jpg: " in out
    assert "labels: none, since 130 of 130 images don't lie in one of several folders, such as " in out
    assert "  left out: damaged.jpg: " in (tmp_path / "run" / "log.txt").read_text()
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (record["data"]["image_shape"], record["settings"]["images"]) == ([16, 16, 3], str(mixed))

    run = f"--run_folder={tmp_path / 'run'}"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    resumed = do("train", "images", run, "--max_epoch=2")
    assert "resumed: from update 2\n" in resumed
    assert f"infogan train images {run} --max_epoch=4\n" in resumed
    assert "these images have no labels" in do("evaluate", run)
    evaluation = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert (evaluation["run"]["update"], evaluation["associations"]) == (4, {})
    assert not list((tmp_path / "elsewhere").iterdir())

    fill(tmp_path / "others", 40)
    for flag, text in (
        (f"--images={tmp_path}/others", "flag --images: expected the images that this run was trained on: photos"),
        ("--dataset=mnist", "flag --dataset: expected auto, as this run folder was trained with, got mnist"),
        ("--image_size=24", "flag --image_size: expected 16, as this run folder was trained with, got 24"),
    ):
        assert refused("train", "images", run, flag).startswith(text)
    status, _, err = infogan("evaluate", run, f"--images={tmp_path}/others")
    assert (status, err.count("\n")) == (2, 1)
    assert "other images: others, 36 training and 4 held-out images" in err

    moved = mixed.rename(tmp_path / "moved")
    assert refused("train", "images", run) == f"{NEITHER} {mixed}, which does not exist"
    assert "already trained for " in do("train", "images", run, f"--images={moved}")


@pytest.mark.slow
def test_labels_of_an_npz_file_are_measured_and_drawn_whatever_their_names(do, few, tmp_path):
    name = "$_{$"  # No formula, though it looks like the beginning of one.
    labels = np.array([name, "a b", "c\nd"])[np.arange(130) % 3]
    np.savez("set.npz", images=noise(130, 16, 16), labels=labels, label_names=np.array([name]))
    flags = ["--code_augmentation=0", "--average_decay=0", "--max_shift=0", "--codes=kind=categorical(3)"]
    do(*OWN, "--images=set.npz", f"--run_folder={name}", *flags)
    assert f"  codes against {name}\n" in do("evaluate", f"--run_folder={name}")
    evaluation = json.loads((tmp_path / name / "evaluation.json").read_text())
    assert list(evaluation["associations"]["kind"]) == list(evaluation["classification"]["kind"]) == [name]
    assert (tmp_path / name / "codes_and_factors.png").exists()


@pytest.fixture
def thin(monkeypatch):
    """The paper's experiments with few channels, and few rendered images."""
    monkeypatch.setattr(sources, "NUM_RENDERED", 130)
    monkeypatch.setitem(sources.GRIDS, "dsprites", sources.DSPRITES._replace(number=130))
    for name in ("svhn", "celeba", "faces", "chairs", "sprites"):
        module = importlib.import_module(f"infogan_tf.experiments.{name}")
        monkeypatch.setattr(module, "EXPERIMENT", module.EXPERIMENT)  # So that it comes back.
        make_thin(name)


def measures(code):
    """How each factor was measured, which says what kind it is."""
    with open("run/evaluation.json") as file:
        associations = json.load(file)["associations"]
    return {factor: result["measure"] for factor, result in associations[code].items()}


@pytest.mark.slow
def test_svhn_of_tfds(do, thin, few, tmp_path):
    prepare_as_tfds("svhn_cropped", tmp_path / "tfds", 30)
    out = do("train", "svhn", *TINY, "--data_dir=tfds", "--codes=categorical(10), uniform")
    assert " from TFDS, 30 training and 30 held-out images (found prepared in " in out
    do("evaluate", "--run_folder=run")
    with open("run/evaluation.json") as file:
        assert json.load(file)["classification"]["c1"]["label"]["class_names"] == list("0123456789")


@pytest.mark.slow
def test_celeba_of_its_archive(do, thin, tmp_path):
    write_celeba(tmp_path / "celeba", 20)
    flags = ["--images=celeba/img_align_celeba", "--codes=categorical(10)", "--preset=paper"]
    assert "data: img_align_celeba, 18 training and 2 held-out images" in do("train", "celeba", *TINY, *flags)


@pytest.mark.slow
def test_chairs_of_their_archive(do, thin, few, tmp_path):
    write_chairs(tmp_path / "rendered_chairs", range(0, 360, 12))
    flags = ["--images=rendered_chairs", "--codes=categorical(20), uniform@10, circular"]
    assert "data: rendered_chairs, 162 training and 18 held-out images" in do("train", "chairs", *TINY, *flags)
    do("evaluate", "--run_folder=run")
    assert measures("c1") == {"azimuth": "circular eta", "elevation": "AUC", "chair": "NMI"}
    assert measures("c2")["azimuth"] == "monotone fit"
    assert measures("c3") == {"azimuth": "monotone fit", "elevation": "eta", "chair": "NMI"}


@pytest.mark.slow
def test_faces_that_are_rendered_need_no_flag(do, thin):
    out = do("train", "faces", *TINY)
    assert "preset: quick with " in out
    assert "rendering 130 images for rendered_heads, which are kept in " in out
    assert "data: heads rendered by infogan_tf, 117 training and 13 held-out images (not the paper's, but " in out


@pytest.mark.slow
def test_sprites_that_are_drawn(do, thin, few):
    out = do("train", "sprites", *TINY, "--data_source=rendered")
    assert "data: drawn sprites like dSprites, 117 training and 13 held-out images (as requested)" in out
    do("evaluate", "--run_folder=run")
    expected = {"shape": "NMI", "scale": "|Spearman|", "orientation": "monotone fit", "x": "|Spearman|"}
    assert measures("c1") == expected | {"y": "|Spearman|"}


@pytest.mark.slow
@pytest.mark.usefixtures("small_networks")
def test_what_codes_know_of_factors_is_drawn_while_they_are_trained(tmp_path, do):
    flags = ["--data_source=embedded", "--batch_size=8", "--max_epoch=2", "--updates_per_epoch=3"]
    do("train", "mnist", *flags, "--factor_map_every=1", f"--run_folder={tmp_path / 'run'}")
    assert len(list((tmp_path / "run" / "samples").glob("step_*_factors.png"))) == 2
    events = EventAccumulator(str(tmp_path / "run")).Reload()
    assert [event.step for event in events.Tensors("factors")] == [3, 6]
    do("train", "mnist", *flags, f"--run_folder={tmp_path / 'other'}")  # The same bits as without labels.
    run, other = (infogan_tf.load(tmp_path / name).get_weights() for name in ("run", "other"))
    for weights, others in zip(run, other, strict=True):
        np.testing.assert_array_equal(weights, others)
