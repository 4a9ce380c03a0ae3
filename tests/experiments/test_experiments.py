import dataclasses

import pytest

from infogan_tf.config import Config
from infogan_tf.experiments import describe_preset, presets


@pytest.mark.parametrize("name", presets("mnist"))
def test_a_preset_has_its_name_whatever_its_seed_and_folder(name):
    config = dataclasses.replace(presets("mnist")[name], seed=3, run_folder="mine", data_dir="data")
    assert describe_preset(config) == name


def test_a_preset_keeps_its_name_at_any_length():
    shorter = dataclasses.replace(presets("mnist")["best"], max_epoch=1, updates_per_epoch=3)
    assert describe_preset(shorter) == "best"


@pytest.mark.parametrize(("epochs", "name"), [(2, "quick"), (1000, "best")])
def test_of_presets_that_differ_in_length_alone_the_nearer_names_settings_made_by_hand(epochs, name):
    config = dataclasses.replace(presets("mnist")["best"], preset=None, max_epoch=epochs)
    assert describe_preset(config) == name


def test_own_settings_are_the_nearest_preset_with_flags():
    config = dataclasses.replace(presets("mnist")["best"], batch_size=64, codes="categorical(10), uniform")
    assert describe_preset(config) == "best with --codes='categorical(10), uniform' --batch_size=64"
    almost_original = dataclasses.replace(presets("mnist")["original"], max_shift=1)
    assert describe_preset(almost_original) == "original with --max_shift=1"


def test_an_unknown_experiment_is_named():
    with pytest.raises(
        ValueError, match="expected one of celeba, chairs, faces, images, mnist, sprites, svhn, got 'cars'"
    ):
        presets("cars")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"dataset": "mnist"}, "mnist"),
        ({"dataset": "fashion_mnist:3.0.1"}, "fashion_mnist"),
        ({"dataset": "emnist/letters"}, "emnist"),
        ({"images": "my photos/"}, "my_photos"),
        ({"images": "sets/faces.v2.npz"}, "faces.v2"),
        ({"images": "v1.2"}, "v1.2"),
        ({"images": "a\n'b'"}, "a_b_"),
        ({"images": ".hidden"}, "hidden"),
        ({"images": "x/.."}, "here"),
        ({"images": "/"}, "mnist"),
        ({"images": "x" * 99}, "x" * 60),
    ],
)
def test_runs_are_named_after_their_images(settings, name, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert Config(**settings).run_name == name
