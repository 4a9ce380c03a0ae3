"""Generate, encode, traverse and export, as they are typed, on a small trained run."""

import csv
import errno
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import infogan_tf
from infogan_tf.build_model import build_model
from infogan_tf.cli import generate
from infogan_tf.config import Config
from infogan_tf.evaluation import batched_model
from infogan_tf.explorer import exported_page
from infogan_tf.figures.pictures import tile
from infogan_tf.figures.traversals import FRAMES
from infogan_tf.randomness import Stream, stream_seed

pytestmark = pytest.mark.usefixtures("small_networks")
SIDE = 2 * 28  # Of an image in a picture.
TINY = {"data_source": "embedded", "batch_size": 8, "max_epoch": 1, "updates_per_epoch": 5}


@pytest.fixture(scope="module")
def place(tmp_path_factory, small_networks):
    """A folder with a run of five updates, and its model as a file."""
    path = tmp_path_factory.mktemp("place")
    infogan_tf.train(Config(run_folder=path / "run", average_decay=0.5, generator_learning_rate=0.1, **TINY))
    infogan_tf.load(path / "run").save(path / "model.keras")
    Image.new("L", (28, 28)).save(path / "black.png")
    (path / "text.png").write_text("no image")
    (path / "text.keras").write_text("no model")
    (path / "empty").mkdir()
    return path


@pytest.fixture(scope="module")
def model(place):
    return infogan_tf.load(place / "model.keras")


@pytest.fixture(autouse=True)
def _small_batches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batched_model, "BATCH_SIZE", 5)
    monkeypatch.setattr(exported_page, "STEPS", (3,))
    monkeypatch.setattr(exported_page, "WALL", 2)


@pytest.fixture
def run(do):
    """Runs a command and returns the first line that it printed; may also run the command that the last suggests."""

    def run(*typed, try_next=False):
        lines = do(*typed).splitlines()
        if try_next:
            started, *following = shlex.split(lines[-1].split(":  ")[1])
            assert started == "infogan"
            do(*following)
        return lines[0]

    return run


BAD = {
    "encode --run_folder=run --images=empty --output=new.csv": "flag --images: expected",
    "encode --run_folder=run --images=text.png --output=new.csv": "got text.png (text.png: not an image that Pillow",
    "traverse --run_folder=text.png --output=new.png": "flag --run_folder: expected the folder of a trained run, or a",
    "traverse --run_folder=empty --output=new.png": "flag --run_folder: expected the folder of a run, got empty, where",
    "traverse --run_folder=text.keras --output=new.png": "flag --run_folder: expected a .keras file with an InfoGAN, g",
    "traverse --run_folder=model.keras --step=5 --output=new.png": "flag --step: expected None with a .keras file, whi",
    "traverse --run_folder=run --step=4 --output=new.png": "flag --step: expected",
    "traverse --run_folder=run --output=new.png --codes=c2,c9": "flag --codes: expected different ones of the codes c1",
    "export --run_folder=model.keras --format=run --output=new": "flag --run_folder: expected the folder of a run, wit",
    "generate --run_folder=run --output=new --codes=c9=1": "flag --codes: expected values that the codes c1, c2, c3 ta",
    "generate --run_folder=run --output=new --codes=c1=10": "must be a category from 0 to 9, got 10",
    "generate --run_folder=run --output=new --codes=c1=0:1:3": "must be a category from 0 to 9, got 0.5",
    "generate --run_folder=run --output=new.png --number=20000": "flag --number: expected at most 15,943 images of 28x",
}


@pytest.mark.parametrize("typed", BAD)
def test_what_the_model_does_not_take_is_refused_and_leaves_nothing(refused, place, typed):
    assert BAD[typed] in refused(*typed.split(" "), within=place)


def test_more_images_than_fit_into_memory_are_refused(refused, place, monkeypatch):
    monkeypatch.setattr(generate, "MAX_BYTES", 28 * 28 * 100)
    typed = ["generate", f"--run_folder={place / 'model.keras'}", "--output=new", "--codes=c1=0:9:10"]
    expected = "flag --number: expected at most 100 images of 28x28x1, got 110 of all values of --codes"
    assert refused(*typed, "--number=11") == expected


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def read_csv(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def test_images_are_generated_as_files_arrays_and_a_sheet(run, place, model):
    typed = ["generate", f"--run_folder={place / 'run'}", "--codes=c1=3,c2=-2:2:4", "--number=3", "--seed=5"]
    for output in ("v1.0/", "all.NPZ", "sheet.png"):
        said = run(*typed, f"--output={output}", try_next=output != "all.NPZ")
        assert said == f"12 images of run, update 5: {Path(output)}"

    # The last code varies fastest, and all else of a sample is held fixed.
    sampled = model.spec.split(model.spec.join(model.spec.sample(3, stream_seed(5, Stream.GENERATE))))
    values = np.linspace(-2, 2, 4)
    expected = [
        model.generate({"c1": 3, "c2": values, "c3": sampled["c3"][row, 0].numpy()}, sampled["z"][row : row + 1])
        for row in range(3)
    ]
    with np.load("all.NPZ") as arrays:
        images, labels = arrays["images"], arrays["labels"]
        assert arrays["label_names"].tolist() == ["c1", "c2", "c3"]
        np.testing.assert_array_equal(arrays["noise"], np.repeat(sampled["z"], 4, axis=0))
    np.testing.assert_allclose(images, np.rint(np.concatenate(expected) * 255), atol=1)
    np.testing.assert_allclose(labels[:, :2], [[3, value] for value in [*values] * 3], atol=1e-6)
    rows = read_csv("v1.0/codes.csv")
    assert [row["image"] for row in rows] == [f"{index:02d}.png" for index in range(12)]
    np.testing.assert_allclose([[float(row[code]) for code in ("c1", "c2", "c3")] for row in rows], labels, atol=1e-6)
    for row, image in zip(rows, images, strict=True):
        np.testing.assert_array_equal(pixels(f"v1.0/{row['image']}"), image[..., 0])
    np.testing.assert_array_equal(pixels("sheet.png"), tile(images.reshape(3, 4, 28, 28, 1) / 255))


def test_images_are_encoded_with_every_parameter_of_q(run, place, model):
    typed = ["encode", f"--run_folder={place / 'run'}"]
    digits = np.random.default_rng(0).integers(0, 256, [12, 28, 28], np.uint8)
    Path("digits", "deeper").mkdir(parents=True)
    names = [f"{'deeper/' if index % 2 else ''}{index:03d}.png" for index in range(12)]
    for name, digit in zip(names, digits, strict=True):
        Image.fromarray(digit).save(Path("digits", name))
    said = run(*typed, "--images=digits", "--output=codes.csv", try_next=True)
    assert said == "codes of 12 images by run, update 5: codes.csv"
    rows = {row["image"]: row for row in read_csv("codes.csv")}
    assert rows.keys() == set(names)
    columns = ["image", "c1", *(f"c1_probs_{number}" for number in range(10)), "c2_mean", "c2_std", "c3_mean", "c3_std"]
    assert list(rows["000.png"]) == columns
    posteriors = model.infer_codes(digits[..., None] / np.float32(255))
    given = np.array([[float(rows[name][column]) for column in columns[1:]] for name in names])
    np.testing.assert_array_equal(given[:, 0], posteriors["c1"].logits.numpy().argmax(axis=1))
    np.testing.assert_allclose(given[:, 1:11], posteriors["c1"].probs, atol=1e-5)
    continuous = [part for name in ("c2", "c3") for part in (posteriors[name].mean, posteriors[name].std)]
    np.testing.assert_allclose(given[:, 11:], np.concatenate(continuous, axis=1), atol=1e-5)

    np.savez("digits.npz", images=digits[:1])
    run(*typed, "--images=digits.npz", "--output=codes.jsonl")
    line = json.loads(Path("codes.jsonl").read_text())
    assert line.pop("image") == "0"
    assert list(line) == columns[1:]
    np.testing.assert_allclose(list(line.values()), given[0], atol=1e-5)
    run(*typed, "--images=digits/000.png", "--output=one.csv")
    assert read_csv("one.csv")[0]["c1"] == rows["000.png"]["c1"]


def test_files_that_cant_be_read_are_left_out_and_named(do, place):
    Path("images").mkdir()
    for number in range(4):
        Path("images", f"{number}.png").write_text("no image")
    Image.new("RGB", (40, 30)).save("images/good.png")
    Path("images", "a.heic").touch()
    out = do("encode", f"--run_folder={place / 'model.keras'}", "--images=images", "--output=codes.csv")
    reason = "not an image that Pillow can open"
    assert (
        f"  left out, since they can't be read: 0.png: {reason}; 1.png: {reason}; 2.png: {reason} and 1 more\n" in out
    )
    assert "  left out: files that are no images (.heic: 1)\n" in out
    assert len(read_csv("codes.csv")) == 1


@pytest.mark.slow
def test_a_circular_code_is_an_angle_in_degrees_and_turns_without_end(run):
    # With steps so large that the code changes the images, after five updates too.
    infogan_tf.train(Config(run_folder="run", codes="view=circular, c2=uniform", generator_learning_rate=0.1, **TINY))
    model = infogan_tf.load("run")
    run("generate", "--run_folder=run", "--codes=view=-90:90:3", "--number=2", "--output=files.npz")
    with np.load("files.npz") as file:
        images, labels = file["images"], file["labels"]
        assert file["label_names"].tolist() == ["view_angle", "c2"]
    np.testing.assert_allclose(labels[:, 0], [-90, 0, 90] * 2, atol=1e-4)
    run("encode", "--run_folder=run", "--images=files.npz", "--output=codes.csv", try_next=True)
    rows = read_csv("codes.csv")
    assert list(rows[0]) == ["image", "view_angle", "view_concentration", "c2_mean", "c2_std"]
    posterior = model.infer_codes(images / np.float32(255))["view"]
    np.testing.assert_allclose([float(row["view_angle"]) for row in rows], posterior.angle[:, 0], atol=1e-2)
    for codes, frames in (("view", FRAMES), ("c2,view", FRAMES), ("view,c2", 2 * FRAMES - 2), ("all", 2 * FRAMES - 2)):
        run("traverse", "--run_folder=run", f"--codes={codes}", f"--output={codes}.gif")
        with Image.open(f"{codes}.gif") as animation:
            assert animation.n_frames == frames, codes


def test_codes_of_several_dimensions_are_encoded_and_no_command_is_made_of_them(do, place):
    build_model(Config(codes="2*uniform(size=2)")).save("model.keras")
    out = do("encode", "--run_folder=model.keras", f"--images={place / 'black.png'}", "--output=codes.csv")
    prepared, said = out.splitlines()
    assert prepared.startswith("images are cropped to their centers, since a .keras file, ")
    assert said == "codes of 1 image by model.keras: codes.csv"
    assert len(read_csv("codes.csv")[0]) == 1 + 2 * 2 * 2


def test_codes_whose_columns_would_have_one_name_are_refused(refused, tmp_path):
    build_model(Config(codes="a=bernoulli(size=2), a_0=bernoulli")).save("model.keras")
    expected = "flag --run_folder: expected a model whose codes make columns of different names, got a_0 twice"
    assert refused("generate", "--run_folder=model.keras", "--output=files") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_codes_are_varied_in_a_sheet(run, place, model):
    typed = ["traverse", f"--run_folder={place / 'run'}", "--seed=2", "--number=3", "--scale=1.5"]
    assert run(*typed, "--codes=c2", "--output=c2.png", try_next=True) == "c2 of run, update 5: c2.png"
    expected = tile(model.traverse("c2", rows=3, seed=2, scale=1.5).numpy())
    picture = pixels("c2.png")
    np.testing.assert_allclose(picture[: 3 * SIDE], expected, atol=1)
    assert len(picture) > 3 * SIDE  # A caption.
    with Image.open("c2.gif") as animation:
        assert animation.width == 3 * SIDE  # The suggested animation has the same three samples.
    run(*typed, "--output=all.png")
    start = len(pixels("all.png")) - 2 * len(picture)  # Below c1, whose caption may be longer.
    np.testing.assert_array_equal(pixels("all.png")[start : start + len(picture)], picture)


@pytest.mark.slow
def test_two_codes_are_varied_as_a_plane_and_over_time(run, place, model):
    typed = ["traverse", f"--run_folder={place / 'model.keras'}", "--seed=2", "--codes=c2,c1"]
    assert run(*typed, "--output=plane.png") == "c2, c1 of model.keras: plane.png"
    plane = pixels("plane.png")
    latents = model.spec.sample(1, stream_seed(2, Stream.GENERATE))
    values = np.linspace(-2, 2, 10)
    rows = [model.generate({"c1": row, "c2": values, "c3": latents["c3"]}, latents["z"]) for row in range(10)]
    np.testing.assert_allclose(plane[: 10 * SIDE], tile(np.stack(rows)), atol=1)
    run(*typed, "--number=2", "--output=two.gif")
    with Image.open("two.gif") as animation:
        assert animation.n_frames == 19  # Ten categories and back; equal frames are one.
        first = np.asarray(animation.convert("RGB"))
    np.testing.assert_allclose(first[:SIDE, :, 0], plane[:SIDE, :, 0], atol=8)  # GIF has 256 colors.


def test_each_code_moves_in_an_animation(run, place):
    run("traverse", f"--run_folder={place / 'run'}", "--number=4", "--output=all.gif")
    with Image.open("all.gif") as animation:
        assert (animation.width, animation.n_frames) == (4 * SIDE, 2 * FRAMES - 2)
        first = np.asarray(animation.convert("RGB")).astype(int)
        animation.seek(FRAMES - 1)
        last = np.asarray(animation.convert("RGB")).astype(int)
    for row in range(3):  # Each code's.
        assert abs(first - last)[row * SIDE : (row + 1) * SIDE].max() > 0


@pytest.mark.slow
def test_a_run_is_exported_in_every_format(do, run, place, model, tmp_path):
    typed = ["export", f"--run_folder={place / 'run'}"]
    assert run(*typed, "--step=5", "--output=a.keras", try_next=True) == "run, update 5 as keras: a.keras"
    np.testing.assert_array_equal(infogan_tf.load("a.keras").generate(seed=1), model.generate(seed=1))
    for output, flags, said in (
        ("v1.0", ["--format=saved_model"], "  see its signatures:  saved_model_cli show --all --dir v1.0\n"),
        ("onnx", ["--format=onnx"], "  see its inputs:  python -c 'import onnxruntime; print([node.name for node in "),
        ("page.html", ["--format=html", "--seed=8"], "90 of each of 2 noise vectors (seed 8)"),
    ):
        out = do(*typed, f"--output={output}", *flags)
        assert out.startswith(f"run, update 5 as {flags[0].split('=')[1]}: {output}\n")
        assert said in out
    assert out.endswith(f" MB, {(tmp_path / 'page.html').as_uri()}\n")


def test_an_exported_run_is_small_and_every_command_but_train_reads_it(infogan, run, place, model):
    assert run("export", f"--run_folder={place / 'run'}", "--format=run", "--output=small", try_next=True) == (
        "run, update 5 as run: small"
    )
    (weights,) = Path("small/checkpoints").iterdir()
    # G, D and Q once in 2 bytes, where a checkpoint has them, an average of G and two slots of Adam in 4.
    assert weights.stat().st_size < 0.2 * sum(file.stat().st_size for file in (place / "run/checkpoints").iterdir())
    loaded = infogan_tf.load("small", step=5)
    np.testing.assert_allclose(loaded.generate(seed=1), model.generate(seed=1), atol=2e-3)  # Averaged weights.
    images = model.generate(codes={"c1": range(8)}, seed=2)
    np.testing.assert_allclose(loaded.infer_codes(images)["c1"].probs, model.infer_codes(images)["c1"].probs, atol=5e-3)
    status, _, error = infogan("train", "mnist", "--run_folder=small", "--max_epoch=2")
    assert (status, error) == (
        2,
        "error: flag --run_folder: expected a run with its optimizers, got small, an exported one without\n",
    )
    weights.write_bytes(weights.read_bytes()[:1000])
    status, _, error = infogan("traverse", "--run_folder=small", "--output=c.png")
    assert status == 1
    assert "checkpoint small/checkpoints/step-5.npz is damaged" in error


def test_a_full_disk_is_named_and_nothing_is_left(infogan, place, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)
    result = infogan("generate", f"--run_folder={place / 'run'}", "--output=files")
    assert result == (1, "", "error: disk full ([Errno 28] No space left on device)\n")
    assert not list(tmp_path.iterdir())
