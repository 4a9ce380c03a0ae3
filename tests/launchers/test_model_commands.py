"""Generate, encode, traverse and export, as a user types them."""

import csv
import json
import shlex

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from PIL import Image

import infogan_tf
from infogan_tf.build_model import build_model
from infogan_tf.config import Config
from infogan_tf.figures.pictures import tile
from infogan_tf.figures.traversals import FRAMES
from infogan_tf.randomness import Stream, stream_seed

SIDE = 2 * 28  # Of an image in a picture.
SMALL = """
from infogan_tf.evaluation import batched_model
from tests import small_networks
small_networks.small_experiment().__enter__()
batched_model.BATCH_SIZE = 5
from infogan_tf.explorer import precomputed
precomputed.STEPS, precomputed.WALL = (3,), 2
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory, small_networks):
    """A folder with a run of five updates, and its model as a file."""
    path = tmp_path_factory.mktemp("place")
    settings = {"data_source": "embedded", "batch_size": 8, "max_epoch": 1, "updates_per_epoch": 5}
    infogan_tf.train(Config(run_folder=path / "run", average_decay=0.5, generator_learning_rate=0.1, **settings))
    infogan_tf.load(path / "run").save(path / "model.keras")
    Image.new("L", (28, 28)).save(path / "black.png")
    (path / "text.png").write_text("no image")
    (path / "text.keras").write_text("no model")
    (path / "old.html").write_text("a page")
    (path / "empty").mkdir()
    return path


@pytest.fixture(scope="module")
def model(place):
    return infogan_tf.load(place / "model.keras")


@pytest.fixture
def run(launchers, place, tmp_path):
    """Runs a launcher in a new folder and returns what it printed."""

    def run(name, *flags, try_next=False):
        result = launchers.run(name, *flags, cwd=tmp_path, setup=SMALL)
        assert (result.returncode, result.stderr) == (0, "")
        if try_next:  # The command that is suggested in the last line.
            python, script, *typed = shlex.split(result.stdout.splitlines()[-1].split(":  ")[1])
            assert python == "python"
            following = launchers.run(script.split("/")[-1].removesuffix(".py"), *typed, cwd=tmp_path, setup=SMALL)
            assert (following.returncode, following.stderr) == (0, "")
        return result.stdout.splitlines()[0]

    return run


MODEL = "the folder of a trained run, or a .keras file"
IMAGES = "a folder of images, an image or an .npz file"
BAD = {
    "generate": f"flag --run_folder: expected {MODEL}, got none",
    "encode --run_folder=nowhere": f"flag --images: expected {IMAGES}, got none",
    "encode --run_folder=run --images=nowhere --output=new.csv": f"flag --images: expected {IMAGES}, got nowhere, whic",
    "encode --run_folder=run --images=empty --output=new.csv": "flag --images: expected a folder of images (.png,",
    "encode --run_folder=run --images=text.png --output=new.csv": "got text.png (text.png: not a file of PNG, JPEG",
    "traverse --run_folder=nowhere --output=new.png": f"flag --run_folder: expected {MODEL}, got nowhere, where there",
    "traverse --run_folder=text.png --output=new.png": f"flag --run_folder: expected {MODEL}, got text.png",
    "traverse --run_folder=empty --output=new.png": "flag --run_folder: expected the folder of a run, got empty, where",
    "traverse --run_folder=text.keras --output=new.png": "flag --run_folder: expected a .keras file with an InfoGAN, g",
    "traverse --run_folder=model.keras --step=5 --output=new.png": "flag --step: expected None with a .keras file, whi",
    "traverse --run_folder=run --step=4 --output=new.png": "flag --step: expected",
    "traverse --run_folder=run": "flag --output: expected a new file that ends in .png or .gif, got none",
    "traverse --run_folder=run --output=black.png": "flag --output: expected a new path, since nothing is overwritten,",
    "traverse --run_folder=run --output=no/new.png": "flag --output: expected a path in a folder that can be written,",
    "traverse --run_folder=run --output=~nobody_here/new.png": "flag --output: expected a path, got ~nobody_here/new.",
    "traverse --run_folder=run --output=new.png --codes=c2,c9": "flag --codes: expected different ones of the codes c1",
    "generate --run_folder=run --output=empty": "flag --output: expected a new path, since nothing is overwritten, got",
    "generate --run_folder=run --output=new --codes=c9=1": "flag --codes: expected values that the codes c1, c2, c3 ta",
    "generate --run_folder=run --output=new --codes=c1=10": "must be a category from 0 to 9, got 10",
    "generate --run_folder=run --output=new --codes=c1=0:1:3": "must be a category from 0 to 9, got 0.5",
    "generate --run_folder=run --output=new.png --number=20000": "flag --number: expected at most 15,943 images of 28x",
    "export --run_folder=run --output=new": "flag --output: expected a file that ends in .keras, with --format=keras, ",
    "export --run_folder=run --output=new.keras --format=onnx": "flag --output: expected a folder, without an ending,",
    "export --run_folder=run --output=new.keras --format=html": "flag --output: expected a file that ends in .html, w",
    "export --run_folder=run --output=new.keras --seed=3": "flag --seed: expected none with --format=keras, which sa",
    "export --run_folder=run --output=new.htm --format=html": "flag --output=new.htm: expected a new file that en",
    "export --run_folder=run --output=old.html --format=html": "flag --output: expected a new path, since nothing is o",
    "export --run_folder=run --output=no/new.html --format=html": "flag --output: expected a path in a folder that ca",
    "export --run_folder=run --output=new.html --format=html --seed=-1": "flag --seed=-1: expected an integer from ",
}


@pytest.mark.parametrize("typed", BAD)
def test_bad_input_ends_with_one_line_and_leaves_nothing(launchers, place, typed):
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    name, *flags = typed.split(" ")
    result = launchers.run(name, *flags, cwd=place, setup=SMALL)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert BAD[typed] in result.stderr
    assert result.stderr.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_missing_onnx_packages_are_named_with_the_command_that_installs_them(launchers, place, tmp_path):
    setup = "import sys; sys.modules['tf2onnx'] = None"
    flags = [f"--run_folder={place / 'run'}", "--format=onnx", "--output=new"]
    result = launchers.run("export", *flags, cwd=tmp_path, setup=setup)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "error: flag --format: expected one of keras, saved_model, html, or first: pip install tf2onnx onnx, got onnx "
        "without its packages\n"
    )


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_images_are_generated_as_files_arrays_and_a_sheet(run, place, model, tmp_path):
    typed = [f"--run_folder={place / 'run'}", "--codes=c1=3,c2=-2:2:4", "--number=3", "--seed=5"]
    assert run("generate", *typed, "--output=files", try_next=True) == "12 images of run, update 5: files"
    assert run("generate", *typed, "--output=all.npz") == "12 images of run, update 5: all.npz"
    assert run("generate", *typed, "--output=sheet.png") == "12 images of run, update 5: sheet.png"

    sampled = model.spec.split(model.spec.join(model.spec.sample(3, _seed(5))))
    values = np.linspace(-2, 2, 4)
    expected = [
        model.generate({"c1": 3, "c2": values, "c3": sampled["c3"][row, 0].numpy()}, sampled["z"][row : row + 1])
        for row in range(3)
    ]
    expected = np.rint(np.concatenate(expected) * 255)
    with np.load(tmp_path / "all.npz") as arrays:
        np.testing.assert_allclose(arrays["images"], expected, atol=1)
        assert arrays["label_names"].tolist() == ["c1", "c2", "c3"]
        np.testing.assert_allclose(arrays["labels"][:, :2], [[3, value] for value in [*values] * 3], atol=1e-6)
        np.testing.assert_array_equal(arrays["noise"], np.repeat(sampled["z"], 4, axis=0))
        images, labels = arrays["images"], arrays["labels"]
    names = [f"{index:02d}.png" for index in range(12)]
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == [*names, "codes.csv"]
    for name, image in zip(names, images, strict=True):
        np.testing.assert_array_equal(pixels(tmp_path / "files" / name), image[..., 0])
    with (tmp_path / "files" / "codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == names
    np.testing.assert_allclose([[float(row[code]) for code in ("c1", "c2", "c3")] for row in rows], labels, atol=1e-6)
    np.testing.assert_array_equal(pixels(tmp_path / "sheet.png"), tile(images.reshape(3, 4, 28, 28, 1) / 255))


def _seed(seed):
    return stream_seed(seed, Stream.GENERATE)


def test_images_are_encoded_with_every_parameter_of_q(run, place, model, tmp_path):
    typed = [f"--run_folder={place / 'run'}"]
    digits = np.random.default_rng(0).integers(0, 256, [12, 28, 28], np.uint8)
    (tmp_path / "digits" / "deeper").mkdir(parents=True)
    names = [f"{'deeper/' if index % 2 else ''}{index:03d}.png" for index in range(12)]
    for name, digit in zip(names, digits, strict=True):
        Image.fromarray(digit).save(tmp_path / "digits" / name)
    (tmp_path / "digits" / "text.png").write_text("no image")
    said = run("encode", *typed, "--images=digits", "--output=codes.csv", try_next=True)
    assert said == "codes of 12 images by run, update 5: codes.csv"
    with (tmp_path / "codes.csv").open() as file:
        rows = {row["image"]: row for row in csv.DictReader(file)}
    assert rows.keys() == set(names)
    columns = ["image", "c1", *(f"c1_probs_{number}" for number in range(10)), "c2_mean", "c2_std", "c3_mean", "c3_std"]
    assert list(rows["000.png"]) == columns
    posteriors = model.infer_codes(digits[..., None] / np.float32(255))
    given = np.array([[float(rows[name][column]) for column in columns[1:]] for name in names])
    np.testing.assert_array_equal(given[:, 0], posteriors["c1"].logits.numpy().argmax(axis=1))
    np.testing.assert_allclose(given[:, 1:11], posteriors["c1"].probs, atol=1e-5)
    for column, values in zip(
        given.T[11:],
        [part for name in ("c2", "c3") for part in (posteriors[name].mean, posteriors[name].std)],
        strict=True,
    ):
        np.testing.assert_allclose(column, values[:, 0], atol=1e-5)

    np.savez(tmp_path / "digits.npz", images=digits[:3])
    run("encode", *typed, "--images=digits.npz", "--output=codes.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "codes.jsonl").read_text().splitlines()]
    assert [line["image"] for line in lines] == ["0", "1", "2"]
    for line, name in zip(lines, names[:3], strict=True):
        assert list(line) == columns
        np.testing.assert_allclose([line[column] for column in columns[1:]], given[names.index(name)], atol=1e-5)
    run("encode", *typed, "--images=digits/000.png", "--output=one.csv")
    assert (tmp_path / "one.csv").read_text().splitlines()[1].startswith(f"000.png,{rows['000.png']['c1']},")


def test_files_that_cant_be_read_are_left_out_and_named(launchers, place, tmp_path):
    (tmp_path / "images").mkdir()
    for number in range(4):
        (tmp_path / "images" / f"{number}.png").write_text("no image")
    Image.new("RGB", (40, 30)).save(tmp_path / "images" / "good.png")
    flags = [f"--run_folder={place / 'model.keras'}", "--images=images", "--output=codes.csv"]
    result = launchers.run("encode", *flags, cwd=tmp_path)
    reason = "not a file of PNG, JPEG, WEBP, GIF"
    assert f"  left out, since they can't be read: 0.png: {reason}; 1.png: {reason}; 2.png: {reason} and 1 more\n" in (
        result.stdout
    )
    assert len((tmp_path / "codes.csv").read_text().splitlines()) == 2


def test_a_circular_code_is_an_angle_in_degrees(run, tmp_path, small_networks):
    settings = {"data_source": "embedded", "batch_size": 8, "max_epoch": 1, "updates_per_epoch": 5}
    infogan_tf.train(Config(run_folder=tmp_path / "run", codes="view=circular, c2=uniform", **settings))
    model = infogan_tf.load(tmp_path / "run")
    typed = [f"--run_folder={tmp_path / 'run'}"]
    run("generate", *typed, "--codes=view=-90:90:3", "--number=2", "--output=files.npz")
    with np.load(tmp_path / "files.npz") as file:
        images, labels, noise = file["images"], file["labels"], file["noise"]
        assert file["label_names"].tolist() == ["view_angle", "c2"]
    np.testing.assert_allclose(labels[:, 0], [-90, 0, 90] * 2, atol=1e-4)
    given = {"view": labels[:, 0].astype(np.float32), "c2": labels[:, 1].astype(np.float32)}
    np.testing.assert_allclose(images, 255 * model.generate(given, noise), atol=1)
    run("encode", *typed, "--images=files.npz", "--output=codes.csv", try_next=True)
    with (tmp_path / "codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "view_angle", "view_concentration", "c2_mean", "c2_std"]
    posterior = model.infer_codes(images / np.float32(255))["view"]
    np.testing.assert_allclose([float(row["view_angle"]) for row in rows], posterior.angle[:, 0], atol=1e-2)
    run("traverse", *typed, "--codes=view", "--output=view.png")
    expected = tile(model.traverse("view", seed=0, scale=2).numpy())
    np.testing.assert_allclose(pixels(tmp_path / "view.png")[: 5 * SIDE], expected, atol=1)
    for codes, frames in (("view", FRAMES), ("c2,view", FRAMES), ("view,c2", 2 * FRAMES - 2), ("all", 2 * FRAMES - 2)):
        run("traverse", *typed, f"--codes={codes}", f"--output={codes}.gif")
        with Image.open(tmp_path / f"{codes}.gif") as animation:
            assert animation.n_frames == frames, codes


def test_codes_whose_columns_would_have_one_name_are_refused(launchers, tmp_path, small_networks):
    build_model(Config(codes="a=bernoulli(size=2), a_0=bernoulli")).save(tmp_path / "model.keras")
    result = launchers.run("generate", "--run_folder=model.keras", "--output=files", cwd=tmp_path, setup=SMALL)
    assert (result.returncode, result.stdout) == (2, "")
    expected = "expected a model whose codes make columns of different names, got a_0 twice"
    assert result.stderr == f"error: flag --run_folder: {expected}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_codes_are_varied_in_a_sheet(run, place, model, tmp_path):
    typed = [f"--run_folder={place / 'run'}", "--seed=2"]
    said = run("traverse", *typed, "--codes=c2", "--number=3", "--scale=1.5", "--output=c2.png", try_next=True)
    assert said == "c2 of run, update 5: c2.png"
    expected = tile(model.traverse("c2", rows=3, seed=2, scale=1.5).numpy())
    picture = pixels(tmp_path / "c2.png")
    np.testing.assert_allclose(picture[: 3 * SIDE], expected, atol=1)
    assert len(picture) > 3 * SIDE  # A caption.
    run("traverse", *typed, "--output=all.png")
    panel = 5 * SIDE + len(picture) - 3 * SIDE
    all_codes = pixels(tmp_path / "all.png")
    assert all_codes.shape == (3 * panel, 10 * SIDE, 3)
    for number, name in enumerate(("c1", "c2", "c3")):
        expected = tile(model.traverse(name, seed=2, scale=2).numpy())
        np.testing.assert_allclose(all_codes[number * panel :][: 5 * SIDE], expected, atol=1)


def test_two_codes_are_varied_as_a_plane_and_over_time(run, place, model, tmp_path):
    typed = [f"--run_folder={place / 'model.keras'}", "--seed=2", "--codes=c2,c1"]
    assert run("traverse", *typed, "--output=plane.png") == "c2, c1 of model.keras: plane.png"
    plane = pixels(tmp_path / "plane.png")
    latents = model.spec.sample(1, _seed(2))
    rows = [
        model.generate({"c1": row, "c2": np.linspace(-2, 2, 10), "c3": latents["c3"]}, latents["z"])
        for row in range(10)
    ]
    np.testing.assert_allclose(plane[: 10 * SIDE], tile(np.stack(rows)), atol=1)
    run("traverse", *typed, "--number=2", "--output=two.gif")
    with Image.open(tmp_path / "two.gif") as animation:
        assert animation.width == 10 * SIDE
        first = np.asarray(animation.convert("RGB"))
        assert animation.n_frames == 19  # Ten categories and back; equal frames are one.
    np.testing.assert_allclose(first[:SIDE, :, 0], plane[:SIDE, :, 0], atol=8)  # GIF has 256 colors.


def test_each_code_moves_in_an_animation(run, place, tmp_path):
    run("traverse", f"--run_folder={place / 'run'}", "--number=4", "--output=all.gif")
    with Image.open(tmp_path / "all.gif") as animation:
        assert (animation.width, animation.n_frames) == (4 * SIDE, 2 * FRAMES - 2)
        assert animation.height > 3 * SIDE
        frames = []
        for number in range(animation.n_frames):
            animation.seek(number)
            frames.append(np.asarray(animation.convert("RGB"))[: 3 * SIDE].astype(int))
    for row in range(3):  # Each code's.
        assert np.ptp(np.stack(frames)[:, row * SIDE : (row + 1) * SIDE], axis=0).max() > 0


def test_a_run_is_exported_in_every_format(run, place, model, tmp_path):
    typed = f"--run_folder={place / 'run'}"
    latents = model.spec.sample(3, _seed(0))
    expected = model(model.spec.join(latents))
    assert run("export", typed, "--output=a.keras", try_next=True) == "run, update 5 as keras: a.keras"
    np.testing.assert_array_equal(infogan_tf.load(tmp_path / "a.keras")(model.spec.join(latents)), expected)
    run("export", typed, "--output=saved", "--format=saved_model")
    saved = tf.saved_model.load(tmp_path / "saved").signatures["generate"](**latents)
    np.testing.assert_allclose(saved["images"], expected, atol=1e-5)
    run("export", typed, "--output=onnx", "--format=onnx")
    session = onnxruntime.InferenceSession(tmp_path / "onnx" / "generate.onnx")
    (images,) = session.run(["images"], {name: values.numpy() for name, values in latents.items()})
    np.testing.assert_allclose(images, expected, atol=1e-5)
    encode = onnxruntime.InferenceSession(tmp_path / "onnx" / "encode.onnx")
    (means,) = encode.run(["c2_mean"], {"images": expected.numpy()})
    np.testing.assert_allclose(means, model.infer_codes(expected)["c2"].mean, atol=1e-5)


def test_a_run_is_exported_as_a_page(launchers, place, tmp_path):
    typed = (f"--run_folder={place / 'run'}", "--format=html", "--seed=8")
    result = launchers.run("export", *typed, "--output=page.html", cwd=tmp_path, setup=SMALL)
    assert (result.returncode, result.stderr) == (0, "")
    size = (tmp_path / "page.html").stat().st_size
    assert result.stdout.splitlines() == [
        "run, update 5 as html: page.html",
        "  Computed: 180 images, 90 of each of 2 noise vectors (seed 8), lossless",
        "  Together: c1: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; c2, c3: 3 values from -2 to 2",
        f"  open it in a browser, or send it:  {size / 1e6:.1f} MB, {(tmp_path / 'page.html').as_uri()}",
    ]
    setup = SMALL + "import errno, pathlib\n"
    setup += "def fail(*_, **__): raise OSError(errno.ENOSPC, 'No space left on device')\n"
    setup += "pathlib.Path.write_text = fail\n"
    result = launchers.run("export", *typed, "--output=full.html", cwd=tmp_path, setup=setup)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "error: disk full ([Errno 28] No space left on device)\n"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
