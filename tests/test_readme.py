"""What the README shows works as it stands."""

import dataclasses
import re

import pytest
from PIL import Image

import infogan_tf
from infogan_tf.augmentation import AUGMENTATIONS
from infogan_tf.cli.config import EncodeConfig, ExportConfig, GenerateConfig, TraverseConfig
from infogan_tf.code_text import parse_codes
from infogan_tf.config import Config, EvaluationConfig
from infogan_tf.data.folder import EXTENSIONS, MAX_SKIPPED_SHARE
from infogan_tf.data.image_data import HOLD_OUT_EVERY, HOLD_OUT_OWN_EVERY
from infogan_tf.experiments import Experiment, mnist, presets
from infogan_tf.explorer.config import ExplorerConfig
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.reproduction.config import ReproductionConfig
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOADING, PICTURES, OWN_CODES, OWN_NETWORKS, NEW_EXPERIMENT = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
OWN_IMAGES = README.split("## Your own images\n")[1].split("\n## ")[0]


def test_generating_inferring_and_saving(monkeypatch, tmp_path, small_model):
    load = infogan_tf.load
    monkeypatch.setattr(
        infogan_tf, "load", lambda path: load(path) if path.endswith(".keras") else small_model, raising=False
    )
    monkeypatch.chdir(tmp_path)
    shown = {}
    exec(LOADING, shown)
    assert shown["images"].shape == (3, 28, 28, 1)
    assert shown["codes"]["c1"].probs.shape == (3, 10)
    assert shown["model"] is not small_model
    assert str(shown["model"].spec) == str(small_model.spec)
    exec(PICTURES, shown)
    for name, size in (("slant", (560, 168)), ("from_3_to_8", (560, 168)), ("categories", (448, 336))):
        with Image.open(f"{name}.png") as picture:
            assert picture.size == size


@pytest.mark.filterwarnings("ignore:.shuffle=True. was passed:UserWarning")  # Keras', of every tf.data set.
def test_own_codes_and_networks(capsys):
    shown = {}
    # A few small batches are as good as an epoch.
    exec(OWN_CODES.replace(".training", ".training[:32]").replace(".batch(128", ".batch(16"), shown)
    out = capsys.readouterr().out
    assert "Categorical(4, given probabilities)" in out
    assert "2/2" in out
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 32, 32, 1)
    exec(OWN_NETWORKS, shown)
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 32, 32, 1)


def test_the_experiment_shown_is_that_of_mnist():
    parts = (Experiment, GeneratorSpec, Up, DiscriminatorSpec, Conv)
    shown = {part.__name__: part for part in parts}
    exec(NEW_EXPERIMENT, shown)
    experiment = shown["EXPERIMENT"]
    assert experiment.presets.items() <= mnist.EXPERIMENT.presets.items()
    assert dataclasses.replace(experiment, presets=mnist.EXPERIMENT.presets) == mnist.EXPERIMENT


def test_every_term_of_codes_shown_can_be_parsed():
    rows = re.findall(r"^\| (`.*?) \|", OWN_IMAGES.split("| term |")[1].split("\n\n")[0], flags=re.MULTILINE)
    terms = [parse_codes(term) for row in rows for term in re.findall(r"`(.+?)`", row)]
    assert len(terms) == 12
    kinds = {code.kind for codes in terms for code in codes}
    assert kinds == {"categorical", "uniform", "gaussian", "circular", "bernoulli"}
    assert terms[-2:] == [parse_codes("4*uniform"), parse_codes("tilt=uniform@0.1")]


def test_the_section_on_own_images_is_true():
    default = next(iter(presets("images").values()))
    assert f"by default `{default.codes}`" in OWN_IMAGES
    for name, config in presets("images").items():
        assert name in OWN_IMAGES
        assert config.code_augmentation > 0
    assert set(re.findall(r"^\| `(\w+)`", OWN_IMAGES.split("| kind |")[1], flags=re.MULTILINE)) == set(AUGMENTATIONS)
    assert {f".{kind.lower()}" for kind in ("PNG", "JPEG", "WebP", "GIF") if kind in OWN_IMAGES} < set(EXTENSIONS)
    assert (HOLD_OUT_OWN_EVERY, HOLD_OUT_EVERY, MAX_SKIPPED_SHARE) == (10, 5, 0.1)  # A tenth, a fifth, a tenth.
    for augmentation in AUGMENTATIONS.values():
        assert augmentation.default_max_shift(19_999, 32) > 0
        assert augmentation.default_max_shift(20_000, 32) == 0


def test_every_flag_and_link_is_there():
    verbs = (GenerateConfig, EncodeConfig, TraverseConfig, ExportConfig)
    configs = (Config, EvaluationConfig, ReproductionConfig, ExplorerConfig, *verbs)
    settings = {field.name for config in configs for field in dataclasses.fields(config)}
    flags = set(re.findall(r"--(\w+)", README)) - {"preset", "help", "logdir"}
    assert flags
    assert flags <= settings
    for launcher in re.findall(r"launchers/\w+\.py", README):
        assert (ROOT / launcher).exists(), launcher
    for link in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / link).exists(), link


def test_defaults_shown_are_those_of_the_default_preset():
    default = next(iter(presets("mnist").values()))
    kinds = {field.name: field.metadata["kind"] for field in dataclasses.fields(default)}
    compared = 0
    for row in re.findall(r"^\| `--.*", README, flags=re.MULTILINE):
        flags, defaults, _ = row.strip("| ").split(" | ")
        defaults = re.findall(r"`.+?`|[^,`]+", defaults.replace("`, ", "`,"))  # Codes have commas of their own.
        for flag, shown in zip(flags.split(", "), filter(None, map(str.strip, defaults)), strict=True):
            name, text = flag.strip("`-"), shown.strip("`")
            if name in kinds and (shown.startswith("`") or " " not in text) and "'" not in text:
                assert kinds[name].parse(text) == getattr(default, name), row
                compared += 1
    assert compared > 10
