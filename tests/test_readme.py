"""What the README shows works as it stands."""

import dataclasses
import re

import keras
import numpy as np
import pytest

import infogan_tf
from infogan_tf.configs import MnistConfig
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOADING, OWN_CODES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_generating_and_inferring(monkeypatch, small_model):
    monkeypatch.setattr(infogan_tf, "load", lambda folder: small_model, raising=False)
    shown = {}
    exec(LOADING, shown)
    assert shown["images"].shape == (3, 28, 28, 1)
    assert shown["codes"]["c1"].logits.shape == (3, 10)


@pytest.mark.filterwarnings("ignore:.shuffle=True. was passed:UserWarning")  # Keras', of every tf.data set.
def test_codes_of_ones_own(monkeypatch, embedded_digits, capsys):
    digits = embedded_digits.training[:256, :, :, 0]
    # The one part that needs a network.
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((digits, np.zeros(256)), (digits, np.zeros(256))))
    shown = {}
    exec(OWN_CODES, shown)
    out = capsys.readouterr().out
    assert "Categorical(4, given probabilities)" in out
    assert "2/2" in out
    assert shown["model"].generate(codes={"kind": 3}).shape == (1, 28, 28, 1)


def test_every_setting_and_link_is_there():
    for field in dataclasses.fields(MnistConfig):
        assert f"`--{field.name}`" in README, field.name
    for link in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / link).exists(), link
