import dataclasses
import re

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.data import ImageData
from infogan_tf.evaluation import features as module
from infogan_tf.evaluation.features import ImageFeatures, load_features, rotate
from tests.evaluation.factors import factor


def error_of(features):
    return float(re.search(r"error on held-out images ([\d.]+)%$", features.name)[1]) / 100


def test_features_of_classes_know_digits_and_are_cached(features, embedded_digits, digit, cache_folder, monkeypatch):
    assert error_of(features) < 0.06
    assert features.name == (
        f"classifier of label (version {module.VERSION}), trained on {embedded_digits.name}, 4,000 images, "
        f"128 features, error on held-out images {error_of(features):.2%}"
    )
    of_held_out = features(embedded_digits.held_out)
    assert of_held_out.shape == (1000, 128)
    assert features.class_names == tuple("0123456789")
    assert np.mean(features.classify(of_held_out) != digit.held_out) == pytest.approx(error_of(features), abs=1e-3)
    assert list((cache_folder / "infogan_tf").glob("class-features-*.weights.h5"))
    monkeypatch.setattr(module, "_train", lambda *_: pytest.fail("what is cached is trained again"))
    again = load_features(embedded_digits, [digit])
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))
    assert again.hash == features.hash


def test_features_of_held_out_images_are_computed_once(features, embedded_digits, digit, cache_folder, monkeypatch):
    np.testing.assert_allclose(features.held_out[:10], features(embedded_digits.held_out[:10]), atol=1e-4)
    monkeypatch.setattr(module, "_predict", lambda *_: pytest.fail("what is cached is computed again"))
    again = load_features(embedded_digits, [digit])
    np.testing.assert_array_equal(again.held_out, features.held_out)
    assert again.name == features.name
    monkeypatch.undo()
    others = dataclasses.replace(embedded_digits, held_out=embedded_digits.held_out[::-1])
    other = load_features(others, [factor("label", "class", digit.held_out[::-1], digit.training, digit.class_names)])
    np.testing.assert_allclose(other.held_out[::-1], features.held_out, atol=1e-4)
    assert other.hash == features.hash
    for file in (cache_folder / "infogan_tf").glob("class-features-of-held-out-*.npz"):
        file.write_bytes(file.read_bytes()[:1000])
    with pytest.warns(UserWarning, match="the cached features in .* are damaged and are made again"):
        again = load_features(embedded_digits, [digit])
    np.testing.assert_array_equal(again.held_out, features.held_out)


def test_the_error_is_of_the_labels_that_are_given(features, embedded_digits, digit):
    wrong = factor("label", "class", (digit.held_out + 1) % 10, digit.training, digit.class_names)
    assert error_of(load_features(embedded_digits, [wrong])) > 0.9


def test_the_hash_is_that_of_the_weights(features):
    features._network.layers[-1].bias.assign_add(tf.ones([10]))
    changed = ImageFeatures(features._network, "digits", features.held_out, 0.0)
    features._network.layers[-1].bias.assign_sub(tf.ones([10]))
    assert changed.hash != features.hash
    assert len(changed.hash) == 64


def shaded(number, shape, seed=0):
    """Images that are brighter at the top, with noise."""
    shade = np.linspace(200, 50, shape[0])[None, :, None, None]
    noise = np.random.default_rng(seed).normal(0, 30, [number, *shape])
    return np.clip(shade + noise, 0, 255).astype(np.uint8)


def test_images_without_labels_have_features_of_rotations(monkeypatch, capsys):
    monkeypatch.setattr(module, "UPDATES_OF_ROTATIONS", 40)
    data = ImageData(shaded(200, (16, 16, 3)), shaded(50, (16, 16, 3), 1), "npz", "shades", "found")
    features = load_features(data, [factor("age", "ordered", np.zeros(50), np.zeros(200))])
    assert error_of(features) < 0.1
    assert "classifier of rotations by 0, 90, 180 and 270 degrees (version 1), trained on shades, 200" in features.name
    assert features.held_out.shape == (50, 128)
    assert features.class_names == ()
    assert "training the classifier of rotations" in capsys.readouterr().out
    assert load_features(data, []).hash == features.hash
    assert not capsys.readouterr().out


def test_a_damaged_cache_of_features_is_made_again(cache_folder, monkeypatch):
    monkeypatch.setattr(module, "UPDATES_OF_ROTATIONS", 3)
    data = ImageData(shaded(30, (16, 16, 1)), shaded(5, (16, 16, 1), 1), "npz", "shades", "found")
    before = set((cache_folder / "infogan_tf").glob("*.weights.h5"))
    features = load_features(data, [])
    (file,) = set((cache_folder / "infogan_tf").glob("*.weights.h5")) - before
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    with pytest.warns(UserWarning, match="damaged and are trained again"):
        again = load_features(data, [])
    # Trained anew, the same to the last bit.
    np.testing.assert_array_equal(again(data.held_out), features(data.held_out))
    assert file.stat().st_size == len(whole)


def test_images_turn_as_numpy_turns_them():
    images = shaded(3, (4, 4, 2))
    for turns in range(4):
        np.testing.assert_array_equal(rotate(tf.constant(images), turns), np.rot90(images, turns, axes=(1, 2)))


def test_larger_images_cost_about_the_same(monkeypatch):
    sizes = {}
    for size in (16, 28, 32, 56, 64, 128):
        network = module._network((size, size, 3), 10)
        convolutions = [layer for layer in network.layers if "conv" in layer.name]
        multiplications = [
            np.prod(layer.kernel.shape) * layer.output.shape[1] * layer.output.shape[2] for layer in convolutions
        ]
        sizes[size] = sum(multiplications)
    assert max(sizes.values()) < 3.5 * sizes[32]
    assert sizes[128] < 2.5 * sizes[32]


@pytest.fixture
def chosen(monkeypatch):
    """Names and numbers of classes of the tasks that networks were to be trained on."""
    tasks = []
    monkeypatch.setattr(module, "_train", lambda network, task: tasks.append((task.name, task.num_classes)))
    return tasks


def test_the_class_factor_with_most_classes_is_learned_if_most_of_them_have_enough_images(chosen):
    data = ImageData(shaded(80, (16, 16, 1)), shaded(5, (16, 16, 1)), "npz", "shades", "found")
    parity, third, each, rare = (np.arange(80) % number for number in (2, 3, 80, 80))
    rare[:65] = 0
    factors = [
        factor("parity", "class", parity[:5], parity, class_names=("even", "odd")),
        factor("third", "class", third[:5], third, class_names=("a", "b", "c", "never seen")),
        factor("each", "class", each[:5], each, class_names=tuple(map(str, each))),
        factor("rare", "class", rare[:5], rare, class_names=tuple(map(str, range(80)))),
        factor("attribute", "attribute", parity[:5], parity),
    ]
    load_features(data, factors)
    load_features(data, factors[2:])
    assert chosen == [("classifier of third", 4), ("classifier of rotations by 0, 90, 180 and 270 degrees", 4)]


def test_the_name_says_how_many_images_were_seen(monkeypatch, chosen):
    monkeypatch.setattr(module, "UPDATES_OF_ROTATIONS", 2)
    monkeypatch.setattr(module, "MOST_UPDATES", 1)
    data = ImageData(shaded(200, (16, 16, 1), 2), shaded(5, (16, 16, 1)), "npz", "shades", "found")
    parity = np.arange(200) % 2
    assert ", trained on shades, 64 images, " in load_features(data, []).name
    classes = factor("parity", "class", parity[:5], parity, class_names=("even", "odd"))
    assert ", trained on shades, 128 images, " in load_features(data, [classes]).name
