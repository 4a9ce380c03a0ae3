"""Sets that are made of factors: drawn here, or in the layouts that TFDS has them in."""

import hashlib

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from infogan_tf.data import sources
from infogan_tf.data import tfds as tfds_images
from infogan_tf.data.drawn_sprites import CDSPRITES, DSPRITES
from infogan_tf.data.factors import load_factors
from infogan_tf.data.sources import ImageRequest, load_images
from infogan_tf.data.splits import at_random
from tests.data.archives import store_as_tfds

SPRITES = {"shape": "class", "scale": "ordered", "orientation": "angle", "x": "ordered", "y": "ordered"}


def levels(**ranges):
    """Levels of the drawn sprites, every combination of those that are given and 0 of the other factors."""
    axes = [ranges.get(factor, [0]) for factor in DSPRITES.values]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def sprites(**ranges):
    return DSPRITES.draw(levels(**ranges))[..., 0]


def test_discs_are_those_of_the_published_script():
    discs = CDSPRITES.draw(CDSPRITES.levels())
    # Of what the script of InfoGAN-CR, CdSprites/generate_cdsprites.py, draws with Pillow 13.
    expected = "152847cb34e57d9c8792a2c044012ad0a79afec52221daab0f4db25db28fff03"
    assert discs.shape == (1080, 64, 64, 1)
    assert hashlib.sha256(discs.tobytes()).hexdigest() == expected
    # The angle comes first and turns from the right downward; a disc reaches 5 pixels from its center.
    for index, center in ((0, (32, 32)), (26, (32, 58)), (10 * 27 + 26, (58, 32)), (20 * 27 + 26, (32, 6))):
        lit = np.argwhere(discs[index, ..., 0])
        np.testing.assert_array_equal([lit.min(axis=0), lit.max(axis=0)], np.add([[-5], [5]], center))


def test_sprites_are_white_on_black_and_touch_no_edge():
    images = sprites(shape=range(3), scale=range(6), orientation=range(40), x=[0, 31], y=[0, 31])
    assert np.unique(images).tolist() == [0, 255]
    assert not images[:, [0, -1]].any()
    assert not images[:, :, [0, -1]].any()


def test_position_moves_a_sprite_by_pixels_and_scale_enlarges_it():
    first, *others = sprites(shape=[2], orientation=[3], x=range(32))
    for x, image in enumerate(others, 1):
        np.testing.assert_array_equal(image, np.roll(first, x, axis=1))
    first, *others = sprites(shape=[2], orientation=[3], y=range(32))
    for y, image in enumerate(others, 1):
        np.testing.assert_array_equal(image, np.roll(first, y, axis=0))
    for shape in range(3):
        areas = (sprites(shape=[shape], scale=range(6), orientation=[7], x=[16], y=[16]) > 0).sum(axis=(1, 2))
        np.testing.assert_allclose(np.sqrt(areas / areas[-1]), DSPRITES.values["scale"], atol=0.03)


@pytest.mark.parametrize(("shape", "turns"), [(0, 39 / 4), (1, 39 / 2), (2, 39)])
def test_a_shape_comes_back_after_its_own_turn_and_not_before(shape, turns):
    images = sprites(shape=[shape], scale=[5], orientation=range(40), x=[16], y=[16]).astype(int)
    different = (np.abs(images - images[0]) > 0).mean(axis=(1, 2)) * 64**2
    assert different[39] == 0
    nearest = np.array([abs(level / turns - round(level / turns)) * turns for level in range(40)])
    assert different[nearest >= 2].min() > 30
    assert different[nearest <= 0.5].max() <= 30


def test_the_set_is_a_tenth_of_all_combinations_each_at_most_once_and_even():
    chosen = DSPRITES.levels()
    numbers = np.ravel_multi_index(chosen.T, [3, 6, 40, 32, 32])
    assert len(np.unique(numbers)) == 73_728
    for column, size in zip(chosen.T, [3, 6, 40, 32, 32], strict=True):
        np.testing.assert_allclose(np.bincount(column, minlength=size) * size / 73_728, 1, atol=0.1)


@pytest.mark.parametrize("dataset", ["dsprites", "cdsprites"])
def test_drawn_images_have_the_factors_that_they_were_drawn_with(dataset, monkeypatch):
    grid = sources.GRIDS[dataset]._replace(number=120)
    monkeypatch.setitem(sources.GRIDS, dataset, grid)
    chosen = grid.levels()
    is_held_out = np.arange(len(chosen)) % 10 == 9
    data = load_images(ImageRequest(dataset, data_source="rendered", image_shape=(64, 64, 1)))
    factors = load_factors(data)
    images = grid.draw(chosen)
    np.testing.assert_array_equal(data.training, images[~is_held_out])
    np.testing.assert_array_equal(data.held_out, images[is_held_out])
    for factor, column in zip(factors, chosen.T, strict=True):
        np.testing.assert_allclose(factor.training, grid.values[factor.name][column[~is_held_out]])
    kinds = SPRITES if dataset == "dsprites" else {"angle": "angle", "distance": "ordered"}
    assert {factor.name: factor.kind for factor in factors} == kinds
    assert factors[0].class_names == (("square", "ellipse", "heart") if dataset == "dsprites" else None)
    small = load_images(ImageRequest(dataset, data_source="rendered", image_size=32, channels=3))
    assert small.image_shape == (32, 32, 3)


def test_drawn_sprites_take_the_place_of_dsprites_and_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds_images, "DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))
    monkeypatch.setitem(sources.GRIDS, "dsprites", DSPRITES._replace(number=50))
    data = load_images(ImageRequest("dsprites", image_shape=(64, 64, 1)))
    assert (data.source, data.is_fallback) == ("rendered", True)
    assert data.caption.startswith("drawn sprites like dSprites, 45 images, since dsprites is not prepared in ")


NUMBER = 60
RANGE = np.arange(NUMBER)
CHOSEN = DSPRITES.levels()[:NUMBER]
DRAWN = {name: values[column] for (name, values), column in zip(DSPRITES.values.items(), CHOSEN.T, strict=True)}
# Of each set by feature, as TFDS has it, its values and, of a factor, its name, kind and values, angles in degrees. All
# features that are not named are 0.
SETS = {
    "dsprites": {
        "image": (DSPRITES.draw(CHOSEN) // 255,),
        "label_orientation": (CHOSEN[:, 2],),
        "value_shape": (CHOSEN[:, 0] + 1,),
        "label_shape": (DRAWN["shape"], "shape", "class", DRAWN["shape"]),
        "value_scale": (DRAWN["scale"], "scale", "ordered", DRAWN["scale"]),
        "value_orientation": (np.deg2rad(DRAWN["orientation"]), "orientation", "angle", DRAWN["orientation"]),
        "value_x_position": (DRAWN["x"], "x", "ordered", DRAWN["x"]),
        "value_y_position": (DRAWN["y"], "y", "ordered", DRAWN["y"]),
    },
    "shapes3d": {
        "value_floor_hue": (RANGE % 10 / 10, "floor_hue", "angle", RANGE % 10 * 36),
        "value_wall_hue": (RANGE % 5 / 5, "wall_hue", "angle", RANGE % 5 * 72),
        "value_object_hue": ((RANGE + 3) % 10 / 10, "object_hue", "angle", (RANGE + 3) % 10 * 36),
        "value_scale": (0.75 + RANGE % 8 / 14, "scale", "ordered", 0.75 + RANGE % 8 / 14),
        "label_shape": (RANGE % 4, "shape", "class", RANGE % 4),
        "value_orientation": (RANGE % 15 - 30.0, "orientation", "ordered", RANGE % 15 - 30.0),
    },
    "smallnorb": {
        "label_category": (RANGE % 5, "category", "class", RANGE % 5),
        "instance": (RANGE % 10, "instance", "class", RANGE % 10),
        "label_elevation": (RANGE % 9, "elevation", "ordered", 30 + 5 * (RANGE % 9)),
        "label_azimuth": (RANGE % 18, "azimuth", "angle", 20 * (RANGE % 18)),
        "label_lighting": (RANGE % 6, "lighting", "class", RANGE % 6),
    },
}


@pytest.mark.parametrize("name", SETS)
def test_factors_of_tfds_sets(name, tmp_path):
    features = tfds.builder(name, data_dir=str(tmp_path)).info.features
    expected = {factor: how for _, factor, *how in filter(lambda row: len(row) > 1, SETS[name].values())}
    columns = {
        feature: np.broadcast_to(SETS[name].get(feature, [0])[0], [NUMBER, *kind.shape]).astype(kind.np_dtype)
        for feature, kind in features.items()
    }
    # As TFDS, of which smallNORB alone has a test split.
    stops = {"train": 40, "test": NUMBER} if name == "smallnorb" else {"train": NUMBER}
    splits = {
        split: tf.data.Dataset.from_tensor_slices({feature: values[start:stop] for feature, values in columns.items()})
        for (split, stop), start in zip(stops.items(), (0, 40), strict=False)
    }
    store_as_tfds(name, tmp_path, features, splits, version="2.0.0")
    data = load_images(ImageRequest(name, data_dir=str(tmp_path), image_size=64))
    factors = load_factors(data)
    assert {factor.name: factor.kind for factor in factors} == {factor: kind for factor, (kind, _) in expected.items()}
    is_held_out = np.isin(RANGE, range(40, NUMBER)) if name == "smallnorb" else at_random(NUMBER, 5)
    for factor in factors:
        _, values = expected[factor.name]
        np.testing.assert_allclose(factor.training, values[~is_held_out], rtol=1e-5)
        np.testing.assert_allclose(factor.held_out, values[is_held_out], rtol=1e-5)
    if name == "dsprites":
        np.testing.assert_array_equal(data.training, DSPRITES.draw(CHOSEN)[~is_held_out])
        assert factors[0].class_names == ("square", "ellipse", "heart")
