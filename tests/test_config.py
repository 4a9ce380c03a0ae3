import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.options import parsed, parser_of


def test_defaults_are_the_original_codes():
    config = Config()
    assert config.total_updates == 5000
    assert (config.max_epoch, config.updates_per_epoch, config.batch_size) == (50, 100, 128)
    assert (config.discriminator_learning_rate, config.generator_learning_rate) == (2e-4, 1e-3)
    assert config.info_reg_coeff == 1


def test_presets_differ_where_paper_and_original_code_do():
    assert list(presets("mnist")) == ["best", "paper", "original"]
    paper, original, best = (presets("mnist")[name].to_dict() for name in ("paper", "original", "best"))
    differing = {name for name in paper if paper[name] != original[name]}
    assert differing == {"leaky_slope", "posterior_std", "codes"}
    differing = {name for name in paper if paper[name] != best[name]}
    assert differing == {
        "code_augmentation",
        "consistency",
        "average_decay",
        "update",
        "discriminator_learning_rate",
    }


def test_joint_batches_need_simultaneous_updates():
    message = "discriminator_batches: expected separate where update is alternating, got joint"
    with pytest.raises(SettingError, match=message):
        Config(discriminator_batches="joint")
    assert Config(discriminator_batches="joint", update="simultaneous").discriminator_batches == "joint"


def test_consistency_needs_code_augmentation():
    with pytest.raises(SettingError, match=r"consistency: expected 0 where code_augmentation is 0, got 0\.5"):
        Config(consistency=0.5)
    assert Config(consistency=0.5, code_augmentation=1).consistency == 0.5


def test_code_augmentation_needs_a_categorical_code():
    with pytest.raises(
        SettingError, match=r"code_augmentation: expected 0 where no code is categorical \(uniform\), got 1"
    ):
        Config(codes="uniform", code_augmentation=1)
    assert Config(codes="uniform", code_augmentation=0).codes == "uniform"


def test_images_of_ones_own_have_no_other_source():
    with pytest.raises(SettingError, match="data_source: expected auto with --images=photos, got embedded"):
        Config(images="photos", data_source="embedded")
    with pytest.raises(SettingError, match="data_dir: expected auto with --images=photos, got tfds"):
        Config(images="photos", data_dir="tfds")


def test_survives_json():
    for config in presets("mnist").values():
        assert Config(**json.loads(json.dumps(config.to_dict()))) == config


def test_every_setting_is_documented():
    for field in dataclasses.fields(Config):
        assert field.metadata["help"].endswith("."), field.name
        assert parsed(field.name, field.default, parser_of(field)) == field.default, field.name


def test_paths_and_numpys_numbers_are_kept_as_plain_values():
    given = Config(
        run_folder=Path("logs/mine"),
        data_dir=Path("data"),
        seed=np.int64(7),
        generator_learning_rate=np.float64(2e-3),
        codes="categorical(10), 2*uniform@0.5",
    )
    written = Config(
        run_folder="logs/mine",
        data_dir="data",
        seed=7,
        generator_learning_rate=2e-3,
        codes="categorical(10), 2*uniform@0.5",
    )
    assert given == written
    assert json.dumps(given.to_dict()) == json.dumps(written.to_dict())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", np.float64(128)),
        ("update", True),
        ("batch_size", 1),
        ("max_epoch", 0),
        ("generator_learning_rate", math.nan),
        ("seed", -1),
        ("codes", "categorical(10), unifrm"),
        ("image_size", 30),
        ("channels", 2),
        ("experiment", "Not a name"),
        ("posterior_std", "wide"),
        ("max_shift", 99),
        ("dataset", ""),
    ],
)
def test_refuses_by_name(name, value):
    with pytest.raises(SettingError, match=f"^{name}: expected .*, got ") as info:
        Config(**{name: value})
    assert info.value.name == name
