"""The trained models that come with the package: they are small, they work, and their codes are read back."""

import re

import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.errors import SettingError
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.recovery import measure_recovery
from infogan_tf.pretrained import FOLDER, pretrained_run
from infogan_tf.training.loading import load_model

NAMES = sorted(path.parent.name for path in FOLDER.glob("*/config.json"))
SHAPES = {"chairs": (64, 64, 1), "heads": (32, 32, 1), "mnist": (28, 28, 1)}


def test_there_is_a_model_of_each_kind():
    assert sorted(SHAPES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_its_codes_change_images_and_are_read_back_from_them(name):
    model = infogan_tf.load(f"pretrained:{name}")
    generated = BatchedModel(model).generate_and_infer(500, lambda images: tf.reduce_mean(images, axis=[1, 2]))
    recovered = {code: recovery.score for code, recovery in measure_recovery(model.spec, generated).items()}
    assert min(recovered.values()) > 0.6, recovered
    assert model.image_shape == SHAPES[name]
    for code in recovered:
        images = model.traverse(code, rows=2, seed=1).numpy()
        assert np.ptp(images, axis=1).max() > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_has_a_card(name):
    assert sum(path.stat().st_size for path in (FOLDER / name).rglob("*") if path.is_file()) < 3_000_000
    card = (FOLDER / name / "README.md").read_text()
    loaded = load_model(pretrained_run(name))
    assert set(re.findall(r"\bc\d\b", loaded.introduction)) == {code.name for code in loaded.model.spec.codes}
    for part in ("## How it was made", "## What was measured", "## What it can't do"):
        assert part in card
    record = (FOLDER / name / "config.json").read_text()
    assert not re.search(r'"/\w', record), "a path of the machine that trained it"


def test_it_is_copied_into_the_cache_and_an_unknown_one_is_refused(cache_folder):
    assert pretrained_run("mnist").is_relative_to(cache_folder)
    with pytest.raises(SettingError, match=r"^run_folder: expected one of pretrained:chairs, pretrained:heads, pretr"):
        infogan_tf.load("pretrained:cats")
