"""What README and the pages in docs show works as it stands, and their links lead somewhere."""

import dataclasses
import re
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import infogan_tf
from infogan_tf import losses
from infogan_tf.augmentation import AUGMENTATIONS
from infogan_tf.code_text import parse_codes
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.splits import SPLIT
from infogan_tf.experiments import mnist, presets
from tests import processes
from tests.conftest import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("examples/*.ipynb"))]
LINK = re.compile(r"\]\((?!http)([^)#\s]*)(?:#([^)\s]+))?\)")


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def python_in(name):
    return re.findall(r"```python\n(.*?)```", page(name), flags=re.DOTALL)


@pytest.fixture
def load_small_model(monkeypatch, tmp_path, small_model):
    """In a folder of its own, `infogan_tf.load` of a run gives a small model."""
    load = infogan_tf.load
    monkeypatch.setattr(infogan_tf, "load", lambda path: load(path) if ".keras" in path else small_model, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_objective_shown_is_that_of_equation_6(small_model):
    spec, images = small_model.spec, tf.fill([4, 28, 28, 1], 0.5)
    given = {"spec": spec, "latents": spec.sample(4, [0, 1]), "real_images": images, "info_reg_coeff": 0.5}
    shown = {**vars(losses), **given, "generator": small_model.generator, "discriminator": small_model.discriminator}
    exec(python_in("README.md")[0], shown)
    information = 0.5 * sum(code.weight * shown["bounds"][code.name].bound for code in spec.codes)
    d_real, d_fake = (1 / (1 + np.exp(-shown[f"{which}_logits"])) for which in ("real", "fake"))
    np.testing.assert_allclose(shown["g_loss"], -np.log(d_fake).mean() - information, rtol=1e-4)
    value = np.log(d_real).mean() + np.log(1 - d_fake).mean()
    np.testing.assert_allclose(shown["d_loss"], -value - information, rtol=1e-4)


def test_the_readme_generates_infers_and_saves(load_small_model, small_model):
    shown = {}
    exec(python_in("README.md")[1], shown)
    assert shown["codes"]["c1"].probs.shape == (3, 10)
    assert str(shown["model"].spec) == str(small_model.spec)
    with Image.open("c2.png") as picture:
        assert picture.size == (560, 168)


def test_the_tutorial_edits_digits(load_small_model):
    shown = {}
    exec(*python_in("docs/tutorial.md"), shown)
    assert shown["wider"].shape == (8, 28, 28, 1)
    assert np.any(shown["wider"] != shown["same"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.shuffle=True. was passed:UserWarning")  # Keras', of every tf.data set.
def test_every_extension_shown_works(capsys):
    shown = {}
    for block in python_in("docs/extending.md"):
        # A few small batches are as good as an epoch.
        exec(block.replace(".training", ".training[:32]").replace(".batch(128", ".batch(16"), shown)
    experiment = shown["EXPERIMENT"]
    assert experiment.presets.items() <= mnist.EXPERIMENT.presets.items()
    same = {name: getattr(mnist.EXPERIMENT, name) for name in ("presets", "best_gives")}
    assert dataclasses.replace(experiment, **same) == mnist.EXPERIMENT
    assert "Categorical(4, given probabilities)" in capsys.readouterr().out
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 32, 32, 1)
    triangular = shown["spec"].code("style").distribution
    samples = triangular.sample(40_000, [0, 1])
    np.testing.assert_allclose(triangular.entropy(), -np.mean(triangular.log_prob(samples)), atol=0.02)


def test_the_page_on_own_images_is_true(tmp_path, monkeypatch):
    own_images = page("docs/own_images.md")
    rows = re.findall(r"^\| (`.*?) \|", own_images.split("| term |")[1].split("\n\n")[0], flags=re.MULTILINE)
    terms = [parse_codes(term) for row in rows for term in re.findall(r"`(.+?)`", row)]
    assert len(terms) == 12
    kinds = {code.kind for codes in terms for code in codes}
    assert kinds == {"categorical", "uniform", "gaussian", "circular", "bernoulli"}
    assert f"by default `{next(iter(presets('images').values())).codes}`" in own_images
    assert set(re.findall(r"^\| `(\w+)`", own_images.split("| kind | for D |")[1], re.MULTILINE)) == set(AUGMENTATIONS)
    monkeypatch.chdir(tmp_path)
    exec(*python_in("docs/own_images.md"), {})
    assert len(load_images(ImageRequest(images="mine.npz")).held_out) == 30  # One of every ten.
    formats = re.search(r"what Pillow opens \((.*?) and more", own_images)[1].split(", ")
    (tmp_path / "files").mkdir()
    for ending in (*(name.lower().replace("jpeg 2000", "jp2") for name in formats), "jfif", "tif"):
        Image.new("RGB", (20, 30), "red").save(tmp_path / "files" / f"image.{ending}")
    data = load_images(ImageRequest(images="files"))
    assert len(data.training) + len(data.held_out) == len(formats) + 2 == 10
    for text in re.findall(r"`(\w+)/`", own_images.split("Folders for\ntraining")[1].split("what lies")[0]):
        assert SPLIT.search(text)


def test_every_flag_and_script_named_exists():
    flags = set(re.findall(r"--(\w+)", page("docs/commands.md")))
    flags |= {"logdir", "help", "rounds", "updates", "threads", "cpu_time"}  # TensorBoard's, absl's, the benchmarks'.
    for path in PAGES:
        if path.parent.name == "lab" or path.name == "CHANGELOG.md":
            continue  # They name those of their time.
        text = path.read_text(encoding="utf-8")
        scripts = re.findall(r"(?:launchers|benchmarks)/[a-z_]+\.py", text)
        assert all((ROOT / script).exists() for script in scripts), path
        assert set(re.findall(r"(?<!\S)`?--(\w+)", text)) <= flags, path


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_has_every_public_name(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", f"--site-dir={tmp_path}"]
    result = processes.run(command, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    reference = (tmp_path / "reference" / "index.html").read_text(encoding="utf-8")
    names = re.findall(r'<h3 id="infogan_tf\.(?:\w+\.)*(\w+)"', reference)
    assert set(infogan_tf.__all__) <= set(names)


def anchors_of(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere_and_every_image_is_shown():
    linked = set()
    for path in PAGES:
        for name, anchor in LINK.findall(path.read_text(encoding="utf-8")):
            target = (path.parent / name).resolve() if name else path
            assert target.exists(), f"{path.name} links to {name}"
            assert not anchor or anchor in anchors_of(target), f"{path.name}: {anchor}"
            linked.add(target)
    assert {path.resolve() for path in ROOT.glob("docs/images/*")} <= linked
