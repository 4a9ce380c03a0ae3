import dataclasses
import re

import numpy as np
import pytest

from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import ImageData
from infogan_tf.evaluation import features as module
from infogan_tf.evaluation.features import load_features

pytestmark = pytest.mark.slow

ROTATIONS = "classifier of rotations by 0, 90, 180 and 270 degrees"


def error_of(features):
    return float(re.search(r"error on held-out images ([\d.]+)%$", features.name)[1]) / 100


def shades(number, seed=0, shape=(16, 16, 1)):
    """Images that are brighter at the top, with noise."""
    shade = np.linspace(200, 50, shape[0])[None, :, None, None]
    noise = np.random.default_rng(seed).normal(0, 30, [number + 50, *shape])
    images = np.clip(shade + noise, 0, 255).astype(np.uint8)
    return ImageData(images[50:], images[:50], "npz", "shades", "found")


def test_features_of_classes_know_digits(features, embedded_digits, digit):
    assert error_of(features) < 0.06
    assert features.name == (
        f"classifier of label (version {module.VERSION}), trained on {embedded_digits.name}, 4,000 images, "
        f"128 features, error on held-out images {error_of(features):.2%}"
    )
    assert features.class_names == tuple("0123456789")
    of_held_out = features(embedded_digits.held_out)
    np.testing.assert_allclose(features.held_out, of_held_out, atol=1e-4)
    assert np.mean(features.classify(of_held_out) != digit.held_out) == pytest.approx(error_of(features), abs=1e-3)


def test_the_trained_network_is_kept(features, embedded_digits, digit, cache_folder, monkeypatch):
    assert list((cache_folder / "infogan_tf").glob("class-features-*.weights.h5"))
    monkeypatch.setattr(module, "_train", lambda _: pytest.fail("what is cached is trained again"))
    again = load_features(embedded_digits, [digit])
    np.testing.assert_array_equal(again.held_out, features.held_out)
    assert again.hash == features.hash
    wrong = dataclasses.replace(digit, held_out=(digit.held_out + 1) % 10)
    assert error_of(load_features(embedded_digits, [wrong])) > 0.9


def test_images_without_labels_have_features_of_rotations(monkeypatch, capsys):
    monkeypatch.setattr(module, "UPDATES_OF_ROTATIONS", 40)
    data = shades(200, shape=(64, 64, 3))
    features = load_features(data, [Factor("age", "ordered", np.zeros(200), np.zeros(50))])
    assert error_of(features) < 0.1
    assert f"{ROTATIONS} (version 1), trained on shades, 200" in features.name
    assert features.held_out.shape == (50, 128)
    assert features.class_names == ()
    assert "training the classifier of rotations" in capsys.readouterr().out
    assert load_features(data, []).hash == features.hash
    assert not capsys.readouterr().out
    assert load_features(shades(200, seed=1, shape=(64, 64, 3)), []).hash != features.hash


def test_a_damaged_network_is_trained_again_to_the_same_bits(cache_folder, monkeypatch):
    monkeypatch.setattr(module, "UPDATES_OF_ROTATIONS", 3)
    data = shades(30)
    before = set((cache_folder / "infogan_tf").glob("*.weights.h5"))
    features = load_features(data, [])
    (file,) = set((cache_folder / "infogan_tf").glob("*.weights.h5")) - before
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    with pytest.warns(UserWarning, match="damaged and are trained again"):
        again = load_features(data, [])
    np.testing.assert_array_equal(again.held_out, features.held_out)
    assert file.stat().st_size == len(whole)


def test_the_class_factor_with_most_classes_is_learned_if_most_of_them_have_enough_images(monkeypatch):
    for name in ("UPDATES_OF_ROTATIONS", "MOST_UPDATES"):
        monkeypatch.setattr(module, name, 1)
    parity, third, each, rare = (np.arange(80) % number for number in (2, 3, 80, 80))
    rare[:65] = 0
    factors = [
        Factor("parity", "class", parity, parity[:50], ("even", "odd")),
        Factor("third", "class", third, third[:50], ("a", "b", "c", "never seen")),
        Factor("each", "class", each, each[:50], tuple(map(str, each))),
        Factor("rare", "class", rare, rare[:50], tuple(map(str, range(80)))),
        Factor("attribute", "attribute", parity, parity[:50]),
    ]
    data = shades(80)
    assert load_features(data, factors).name.startswith("classifier of third (version 1), trained on shades, 80 images")
    # A batch is 32 images in all four rotations.
    assert load_features(data, factors[2:]).name.startswith(f"{ROTATIONS} (version 1), trained on shades, 32 images")
