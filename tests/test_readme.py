"""What the README shows works as it stands."""

import re
from dataclasses import fields

import pytest

import infogan_tf
from infogan_tf.config import Config, EvaluationConfig
from infogan_tf.experiments import presets
from infogan_tf.reproduction.config import ReproductionConfig
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOADING, OWN_CODES, OWN_NETWORKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_generating_and_inferring(monkeypatch, small_model):
    monkeypatch.setattr(infogan_tf, "load", lambda folder: small_model, raising=False)
    shown = {}
    exec(LOADING, shown)
    assert shown["images"].shape == (3, 28, 28, 1)
    assert shown["codes"]["c1"].probs.shape == (3, 10)


@pytest.mark.filterwarnings("ignore:.shuffle=True. was passed:UserWarning")  # Keras', of every tf.data set.
def test_codes_and_networks_of_ones_own(capsys):
    shown = {}
    # A few batches are as good as an epoch.
    exec(OWN_CODES.replace(".training", ".training[:256]"), shown)
    out = capsys.readouterr().out
    assert "Categorical(4, given probabilities)" in out
    assert "2/2" in out
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 28, 28, 1)
    exec(OWN_NETWORKS, shown)
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 28, 28, 1)


def test_every_flag_and_link_is_there():
    settings = {field.name for config in (Config, EvaluationConfig, ReproductionConfig) for field in fields(config)}
    flags = set(re.findall(r"--(\w+)", README)) - {"preset", "help", "logdir"}
    assert flags
    assert flags <= settings
    for link in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / link).exists(), link


def test_defaults_shown_are_those_of_the_default_preset():
    default = next(iter(presets("mnist").values()))
    kinds = {field.name: field.metadata["kind"] for field in fields(default)}
    compared = 0
    for row in re.findall(r"^\| `--.*", README, flags=re.MULTILINE):
        flags, defaults, _ = row.strip("| ").split(" | ")
        for flag, shown in zip(flags.split(", "), defaults.split(", "), strict=True):
            name, text = flag.strip("`-"), shown.strip("`")
            if name in kinds and " " not in text and "'" not in text:
                assert kinds[name].parse(text) == getattr(default, name), row
                compared += 1
    assert compared > 10
