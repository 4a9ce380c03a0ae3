import dataclasses

import pytest

from infogan_tf.configs import MnistConfig, describe_preset
from infogan_tf.configs.mnist import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_its_name_whatever_its_seed_folder_and_length(name):
    config = dataclasses.replace(PRESETS[name], seed=3, run_folder="mine", data_dir="data", max_epoch=2)
    assert describe_preset(config) == name


def test_settings_of_ones_own_are_the_nearest_presets_with_flags():
    config = dataclasses.replace(PRESETS["best"], batch_size=64, code_weights=(1.0, 1.0, 0.5))
    assert describe_preset(config) == "best with --batch_size=64 --code_weights=1,1,0.5"
    almost_original = dataclasses.replace(PRESETS["original"], max_shift=1)
    assert describe_preset(almost_original) == "original with --max_shift=1"


@pytest.mark.parametrize(
    ("dataset", "name"), [("mnist", "mnist"), ("fashion_mnist:3.0.1", "fashion_mnist"), ("emnist/letters", "emnist")]
)
def test_runs_are_named_after_their_data_set(dataset, name):
    assert MnistConfig(dataset=dataset).run_name == name
