"""Training on anybody's images, as a user starts it: what is refused, and one run from start to evaluation."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image

from infogan_tf.figures.pictures import with_caption

TINY = ("--max_epoch=1", "--updates_per_epoch=2", "--batch_size=8", "--image_size=16")
EXTENSIONS = "(.png, .jpg, .jpeg, .webp, .gif)"


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def fill(path, number, broken=0):
    path.mkdir()
    for index in range(number):
        Image.fromarray(noise(20, 24, 3, seed=index)).save(path / f"{index:03d}.png")
    for index in range(broken):
        (path / f"broken{index}.png").write_text("no image")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with good and bad images in folders and files."""
    path = tmp_path_factory.mktemp("place")
    fill(path / "good", 40)
    fill(path / "two", 2)
    fill(path / "fifth", 32, broken=8)
    fill(path / "odd\n'name'", 2)
    (path / "empty").mkdir()
    (path / "file").write_text("no images")
    (path / "text.npz").write_text("no archive")
    (path / "pickle.npz").write_bytes(pickle.dumps(noise(20, 16, 16)))
    images = noise(20, 16, 16, 3)
    for name, arrays in {
        "without": {"faces": images},
        "floats": {"images": images / 255},
        "flat": {"images": images.reshape(20, -1)},
        "channels_first": {"images": images.transpose(0, 3, 1, 2)},
        "none": {"images": images[:0]},
        "few": {"images": images[:10]},
        "labels": {"images": images, "labels": np.arange(19)},
        "objects": {"images": images, "labels": np.array([{}] * 20)},
        "same": {"images": images, "labels": np.zeros([20, 2]), "label_names": np.array(["kind"] * 2)},
        "names": {"images": images, "labels": np.zeros([20, 2]), "label_names": np.array(["kind"])},
    }.items():
        np.savez(path / f"{name}.npz", **arrays)
    (path / "half.npz").write_bytes((path / "few.npz").read_bytes()[:4000])
    return path


NEITHER = "flag --images: expected a folder of images or an .npz file, got"
SHAPE = "with images of shape [number, height, width] or [number, height, width, 1 or 3], got"
BAD_IMAGES = {
    "": "flag --images: expected a folder of images or an .npz file, or else --dataset, got neither",
    "--images=": "flag --images=: expected a non-empty UTF-8 text, or auto",
    "--images=nowhere": f"{NEITHER} nowhere, which does not exist",
    "--images=no\nwhere": f"{NEITHER} no\\nwhere, which does not exist",
    "--images=file": f"{NEITHER} file, which is neither",
    "--images=file/images": f"{NEITHER} file/images, which does not exist",
    "--images=~nobody_of_this_name/images": f"{NEITHER} ~nobody_of_this_name/images (",
    f"--images={'x' * 300}": f"{NEITHER} {'x' * 300} (File name too long)",
    "--images=empty": f"flag --images: expected a folder of images {EXTENSIONS}, got empty, which has none",
    "--images=two": "flag --images: expected at least 16 training images, two batches of 8, got 2 from two",
    "--images=odd\n'name'": "got 2 from odd\\n'name' (read from odd\\n'name')",
    "--images=good --batch_size=20": "expected at least 40 training images, two batches of 20, got 36 from good",
    "--images=fifth": "of which nine in ten can be read, got fifth, where 8 of 40 can't, such as broken0.png: not a",
    "--images=text.npz": "flag --images: expected a whole .npz file, got text.npz (File is not a zip file)",
    "--images=pickle.npz": "flag --images: expected a whole .npz file, got pickle.npz (File is not a zip file)",
    "--images=half.npz": "flag --images: expected a whole .npz file, got half.npz (",
    "--images=without.npz": "expected without.npz with an array named 'images', got faces",
    "--images=floats.npz": "expected floats.npz with images of uint8 (0 to 255), got float64",
    "--images=flat.npz": f"expected flat.npz {SHAPE} [20, 768]",
    "--images=channels_first.npz": f"expected channels_first.npz {SHAPE} [20, 3, 16, 16]",
    "--images=none.npz": f"expected none.npz {SHAPE} [0, 16, 16, 3]",
    "--images=few.npz": "expected at least 16 training images, two batches of 8, got 9 from few.npz",
    "--images=labels.npz": "labels.npz with labels of shape [20] or [20, kinds], as there are images, got [19]",
    "--images=objects.npz": "expected objects.npz with labels that are numbers or text, got object",
    "--images=names.npz": "expected names.npz with 2 label_names that are text, got str",
    "--images=same.npz": "expected same.npz with label_names that all differ, got kind, kind",
    "--images=good --dataset=mnist": "flag --dataset: expected nothing beside --images=good, got mnist",
    "--images=good --data_source=tfds": "flag --data_source: expected auto with --images=good, got tfds",
    "--dataset=nonesuch": "flag --dataset: expected the name of a TFDS data set, got nonesuch (",
    "--images=good --image_size=20": "flag --image_size=20: expected a multiple of 8 from 16 to 128, or auto",
    "--images=good --image_size=136": "flag --image_size=136: expected a multiple of 8 from 16 to 128, or auto",
    "--images=good --channels=2": "flag --channels=2: expected one of 1, 3, or auto",
    "--images=good --crop=left": "flag --crop=left: expected one of center, none, got 'left'",
    "--images=good --max_shift=9": "flag --max_shift: expected at most 8, half of the size of the images, got 9",
    "--images=good --augmentation=faces": "expected one of digits, photographs, photographs_without_flips, or auto",
    "--images=good --run_folder=good/run": "flag --run_folder: expected a folder outside of",
    "--images=good --run_folder=run[1]": "flag --run_folder: expected a folder, got run[1] with [ or \\, which Tensor",
    "--images=good --codes=categorical(1)": "got 1 categories (expected an integer from 2 to 10000) in term 1 of 1,",
    "--images=good --codes=uniform,normal": "got the unknown kind 'normal' (known: categorical, uniform, gaussian, c",
    "--images=good --codes=99*uniform(size=999)": "got more than 10000 dimensions of all codes together in term 1 of",
    "--images=good --codes=4*uniform": "flag --code_augmentation: expected 0 where no code is categorical (4*uniform)",
}


@pytest.mark.parametrize("flags", BAD_IMAGES)
def test_bad_images_and_codes_end_with_one_clear_line_and_leave_nothing(launchers, place, flags):
    before = sorted(place.rglob("*"))
    result = launchers.run("run_images_exp", *TINY, *filter(None, flags.split(" ")), cwd=place)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert BAD_IMAGES[flags] in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(place.rglob("*")) == before


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A folder of 130 images of many kinds, one of them damaged."""
    path = tmp_path_factory.mktemp("photos")
    (path / "deeper").mkdir()
    for index in range(125):
        size = 16 + index % 7, 40 - index % 5
        picture = Image.fromarray(noise(*size, 3, seed=index))
        picture.save(path / f"{'deeper/' if index % 2 else ''}{index:03d}.{'jpg' if index % 3 else 'png'}")
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter.
    picture.save(path / "turned.jpg", exif=exif)
    picture.convert("P").save(path / "palette.png")
    picture.convert("RGBA").save(path / "alpha.png")
    picture.convert("L").save(path / "gray.png")
    (path / "damaged.jpg").write_bytes((path / "turned.jpg").read_bytes()[:500])
    return path


@pytest.fixture(scope="module")
def trained(launchers, mixed):
    """A run of two updates on the mixed images, which it names by a relative path, and what it printed."""
    folder = mixed.parent / "runs" / "run"
    flags = [*TINY, f"--images={mixed.name}", "--run_folder=runs/run", "--summary_interval=1"]
    result = launchers.run("run_images_exp", *flags, cwd=mixed.parent)
    assert (result.returncode, result.stderr) == (0, "")
    return folder, result.stdout


def test_trains_on_a_folder_of_mixed_files(trained, mixed):
    folder, out = trained
    data = f"{mixed.name}, 117 training and 12 held-out images (read from {mixed.name}, without 1 that can't be read)"
    assert f"data: {data}\n" in out
    assert "damaged" not in out
    assert "  left out: damaged.jpg: " in (folder / "log.txt").read_text()
    record = json.loads((folder / "config.json").read_text())
    assert record["data"]["image_shape"] == [16, 16, 3]
    assert record["settings"]["images"] == str(mixed)


def test_pictures_have_a_tile_for_each_image_and_a_caption_that_says_which_code_varies(trained, mixed):
    folder, _ = trained
    where = f"update 2, {mixed.name}, 117 images"
    varied = "one random sample a row"
    captions = {"samples": f"left real, right generated; {where}"}
    captions["c1"] = f"c1: categories 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; {varied}; {where}"
    captions |= {f"c{index}": f"c{index}: from -1 to 1; {varied}; {where}" for index in range(2, 6)}
    assert {path.name for path in (folder / "samples").iterdir()} == {f"step_0000002_{name}.png" for name in captions}
    for name, caption in captions.items():
        with Image.open(folder / "samples" / f"step_0000002_{name}.png") as file:
            picture = np.asarray(file)
        height, width = 5 * 16 * 2, 10 * 16 * 2  # Five rows of ten images, twice as large.
        assert picture.shape[1] == (2 * width + 8 if name == "samples" else width)
        np.testing.assert_array_equal(picture[height:], with_caption(picture[:height], caption)[height:], caption)


FEW = """
from infogan_tf.evaluation import evaluate, features
evaluate.NUM_GENERATED, evaluate.NUM_NEIGHBORHOODS, evaluate.NUM_OF_A_VALUE = 100, 50, 3
features.UPDATES_OF_ROTATIONS, features.NUM_ROTATED, features.LEAST_UPDATES, features.EPOCHS = 3, 50, 2, 0
"""


def test_the_folder_alone_resumes_and_evaluates_a_run_from_anywhere(launchers, trained, tmp_path):
    folder, _ = trained
    resumed = launchers.run("run_images_exp", f"--run_folder={folder}", "--max_epoch=2", cwd=tmp_path)
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert "resumed: from update 2\n" in resumed.stdout
    evaluated = launchers.run("evaluate", f"--run_folder={folder}", cwd=tmp_path, setup=FEW)
    assert (evaluated.returncode, evaluated.stderr) == (0, "")
    assert "these images have no labels" in evaluated.stdout
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["run"]["update"] == 4
    assert list(evaluation["codes"]) == ["c1", "c2", "c3", "c4", "c5"]
    assert evaluation["associations"] == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("--images={place}/good",), "flag --images: expected the images that this run was trained on: photos"),
        (("--dataset=mnist",), "flag --dataset: expected auto, as this run folder was trained with, got mnist"),
        (("--image_size=24",), "flag --image_size: expected 16, as this run folder was trained with, got 24"),
        (("--codes=categorical(3)",), "flag --codes: expected categorical(10), 4*uniform@0.1, as this run folder was"),
    ],
)
def test_other_images_or_settings_than_the_runs_are_refused(launchers, trained, place, tmp_path, flags, text):
    flags = [flag.format(place=place) for flag in flags]
    result = launchers.run("run_images_exp", f"--run_folder={trained[0]}", *flags, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert text in result.stderr
    assert result.stderr.count("\n") == 1


def test_moved_images_are_found_by_their_new_place(launchers, trained, mixed, place, tmp_path):
    moved = mixed.rename(tmp_path / "moved")
    try:
        lost = launchers.run("run_images_exp", f"--run_folder={trained[0]}", cwd=tmp_path)
        assert lost.stderr == f"error: {NEITHER} {mixed}, which does not exist\n"
        found = launchers.run("run_images_exp", f"--run_folder={trained[0]}", "--images=moved", cwd=tmp_path)
        assert (found.returncode, found.stderr) == (0, "")
        assert "already trained for " in found.stdout
    finally:
        moved.rename(mixed)
    expected = f"flag --images: expected the images that {trained[0]} was trained on: {moved} from folder, got"
    lost = launchers.run("evaluate", f"--run_folder={trained[0]}", cwd=tmp_path)
    assert lost.stderr == f"error: {expected} {moved}, which does not exist\n"
    others = launchers.run("evaluate", f"--run_folder={trained[0]}", f"--images={place}/good", cwd=tmp_path)
    assert others.stderr.startswith(f"error: {expected} other images: good, 36 training and 4 held-out images")
    assert others.stderr.count("\n") == 1


def test_labels_of_an_npz_file_are_measured_and_drawn_whatever_their_names(launchers, tmp_path):
    name = "$_{$"  # No formula, though it looks like the beginning of one.
    labels = np.array([name, "a b", "c\nd"])[np.arange(130) % 3]
    np.savez(tmp_path / "set.npz", images=noise(130, 16, 16), labels=labels, label_names=np.array([name]))
    flags = ["--images=set.npz", f"--run_folder={name}", "--code_augmentation=0", "--average_decay=0", "--max_shift=0"]
    trained = launchers.run("run_images_exp", *TINY, *flags, "--codes=kind=categorical(3)", cwd=tmp_path)
    assert (trained.returncode, trained.stderr) == (0, "")
    result = launchers.run("evaluate", f"--run_folder={name}", cwd=tmp_path, setup=FEW)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"  codes against {name}\n" in result.stdout
    evaluation = json.loads((tmp_path / name / "evaluation.json").read_text())
    assert list(evaluation["associations"]["kind"]) == list(evaluation["classification"]["kind"]) == [name]
    assert (tmp_path / name / "codes_and_factors.png").exists()
