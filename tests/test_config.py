import dataclasses
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from infogan_tf.build_model import image_request
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.options import parsed


def test_defaults_are_the_original_codes():
    config = Config()
    assert config.total_updates == 5000
    assert (config.max_epoch, config.updates_per_epoch, config.batch_size) == (50, 100, 128)
    assert (config.discriminator_learning_rate, config.generator_learning_rate) == (2e-4, 1e-3)
    assert config.info_reg_coeff == 1


def test_presets_differ_where_paper_and_original_code_do():
    assert list(presets("mnist")) == ["quick", "best", "paper", "original"]
    paper, original, best = (presets("mnist")[name].to_dict() for name in ("paper", "original", "best"))
    differing = {name for name in paper if paper[name] != original[name]}
    assert differing == {"leaky_slope", "posterior_std", "codes", "preset"}
    differing = {name for name in paper if paper[name] != best[name]}
    added = {"code_augmentation", "consistency", "average_decay"}
    rates = {"discriminator_learning_rate", "generator_learning_rate"}
    assert differing == added | rates | {"update", "width", "max_epoch", "preset"}
    assert {**best, "max_epoch": 55, "preset": "quick"} == presets("mnist")["quick"].to_dict()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"discriminator_batches": "joint"}, "discriminator_batches: expected separate where update is alternating"),
        ({"consistency": 0.5}, "consistency: expected 0 where code_augmentation is 0, got 0.5"),
        ({"codes": "uniform", "code_augmentation": 1}, "code_augmentation: expected 0 where no code is categorical"),
        ({"minutes": 20}, "minutes: expected auto where max_epoch is given, got 20"),
        ({"max_epoch": None}, "minutes: expected a number where max_epoch is auto, got auto"),
        ({"images": "photos", "data_source": "tfds"}, "data_source: expected auto with --images=photos, got tfds"),
        ({"images": "photos", "data_dir": "tfds"}, "data_dir: expected auto with --images=photos, got tfds"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, message):
    with pytest.raises(SettingError, match=f"^{re.escape(message)}"):
        Config(**settings)


def test_survives_json():
    for config in presets("mnist").values():
        assert Config(**json.loads(json.dumps(config.to_dict()))) == config


def test_every_setting_is_documented():
    for field in dataclasses.fields(Config):
        assert field.metadata["help"].endswith("."), field.name
        assert parsed(field.name, field.default, field.metadata["parser"]) == field.default, field.name


def test_paths_and_numpys_numbers_are_kept_as_plain_values():
    given = {"run_folder": Path("logs/mine"), "seed": np.int64(7), "generator_learning_rate": np.float64(2e-3)}
    written = {"run_folder": "logs/mine", "seed": 7, "generator_learning_rate": 2e-3}
    assert json.dumps(Config(**given).to_dict()) == json.dumps(Config(**written).to_dict())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", np.float64(128)),
        ("update", True),
        ("generator_learning_rate", math.nan),
        ("codes", "categorical(10), unifrm"),
        ("image_size", 30),
        ("image_size", 8),
    ],
)
def test_refuses_by_name(name, value):
    with pytest.raises(SettingError, match=f"^{name}: expected .*, got ") as info:
        Config(**{name: value})
    assert info.value.name == name


@pytest.mark.parametrize(("name", "given", "own"), [("image_size", 32, 28), ("channels", 3, 1)])
def test_another_shape_than_the_networks_take_is_refused(name, given, own):
    text = rf"{name}: expected auto \({own}, which the networks of mnist take\), got {given}"
    with pytest.raises(SettingError, match=text):
        image_request(Config(**{name: given}), "embedded")
    assert image_request(Config(channels=1), "embedded").image_shape == (28, 28, 1)
