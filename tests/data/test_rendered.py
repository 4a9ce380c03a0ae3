"""Rendered heads and chairs: their labels, and what each factor does to a picture."""

import os

import numpy as np
import pytest
from scipy import stats

from infogan_tf.data.rendered import (
    ARMS,
    BACKS,
    CHAIR_KINDS,
    CHAIR_MEASURES,
    HEAD_RANGES,
    LEGS,
    SEATS,
    Chair,
    Head,
    render_chair,
    render_head,
    rendered_chairs,
    rendered_heads,
)

NUMBER = 250
HEAD = Head(*np.mean(HEAD_RANGES, axis=1))
CHAIR = Chair(0, 1, 0, 1, *np.mean(CHAIR_MEASURES, axis=1), bars=4, seat_albedo=0.3, frame_albedo=0.7)


@pytest.fixture(scope="module")
def heads():
    return rendered_heads(NUMBER, seed=1)


@pytest.fixture(scope="module")
def chairs():
    return rendered_chairs(NUMBER, seed=1)


def head(azimuth=0.0, elevation=0.0, light_azimuth=0.0, width=1.0, size=64, **identity):
    return render_head(HEAD._replace(**identity), azimuth, elevation, light_azimuth, width, size)[..., 0].astype(float)


def chair(azimuth=40.0, elevation=20, width=1.0, size=64, **parts):
    return render_chair(CHAIR._replace(**parts), azimuth, elevation, width, size)[..., 0].astype(float)


def extent(covered):
    """How many columns of a picture something is in."""
    columns = np.flatnonzero(covered.any(axis=0))
    return columns[-1] - columns[0] + 1


def center(weights):
    """The centroid's row and column, from the middle of the picture."""
    rows, columns = (np.arange(number) - (number - 1) / 2 for number in weights.shape)
    return weights.sum(axis=1) @ rows / weights.sum(), weights.sum(axis=0) @ columns / weights.sum()


def assert_uniform_and_independent(labels, ranges):
    for column, (low, high) in zip(labels.T, ranges, strict=True):
        assert stats.kstest(column, "uniform", args=(low, high - low)).pvalue > 1e-3
        assert len(np.unique(column)) == len(column)
    correlations = np.corrcoef(labels.T)[np.triu_indices(labels.shape[1], 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(len(labels))


@pytest.mark.parametrize("render", [rendered_heads, rendered_chairs])
def test_images_depend_on_the_seed_and_their_index_alone(render, monkeypatch, heads, chairs):
    images, labels, _ = heads if render is rendered_heads else chairs
    for threads in (1, 5):
        monkeypatch.setattr(os, "cpu_count", lambda threads=threads: threads)
        some_images, some_labels, _ = render(7, seed=1)
        np.testing.assert_array_equal(some_images, images[:7])
        np.testing.assert_array_equal(some_labels, labels[:7])
    other_images, other_labels, _ = render(7, seed=2)
    assert (other_labels != some_labels).any(axis=1).all()
    assert (other_images != some_images).any(axis=(1, 2, 3)).all()


def test_labels_of_heads(heads):
    images, labels, names = heads
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == (
        (NUMBER, 32, 32, 1),
        np.uint8,
        (NUMBER, 4),
        float,
    )
    assert names == ("azimuth_deg", "elevation_deg", "light_azimuth_deg", "width")
    assert_uniform_and_independent(labels, [(-75, 75), (-30, 30), (-80, 80), (0.8, 1.2)])


def test_labels_of_chairs(chairs):
    images, labels, names = chairs
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == (
        (NUMBER, 64, 64, 1),
        np.uint8,
        (NUMBER, 7),
        float,
    )
    assert names == ("azimuth_deg", "elevation_deg", "width", "seat", "back", "legs", "arms")
    assert_uniform_and_independent(labels[:, [0, 2]], [(0, 360), (0.75, 1.33)])
    for column, values in ((1, (20, 30)), *enumerate(map(range, CHAIR_KINDS), start=3)):
        found, counts = np.unique(labels[:, column], return_counts=True)
        assert found.tolist() == list(values)
        assert stats.chisquare(counts).pvalue > 1e-3
    assert np.abs(np.corrcoef(labels.T)[np.triu_indices(7, 1)]).max() < 4 / np.sqrt(NUMBER)


def test_labels_are_those_of_the_images(heads, chairs):
    images, (azimuth, elevation, light, width) = heads[0][..., 0].astype(float), heads[1].T
    covered = images > 0
    assert stats.spearmanr(images[..., 16:].mean(axis=(1, 2)) / images.mean(axis=(1, 2)), light)[0] > 0.8
    assert stats.spearmanr([extent(one) for one in covered[np.abs(azimuth) < 30]], width[np.abs(azimuth) < 30])[0] > 0.8
    assert stats.spearmanr([center(one)[1] for one in covered[:, 18:]], azimuth)[0] > 0.5
    assert stats.spearmanr([center(one)[0] for one in images], elevation)[0] > 0.4
    images, (azimuth, _, width, *_) = 255.0 - chairs[0][..., 0], chairs[1].T
    assert stats.spearmanr([center(one)[1] for one in images[:, :20]], -np.sin(np.deg2rad(azimuth)))[0] > 0.8
    assert stats.spearmanr([extent(one > 0) for one in images], width)[0] > 0.5


def test_pictures_are_inside_their_edges(heads, chairs):
    for (images, _, _), background in ((heads, 0), (chairs, 255)):
        edges = np.concatenate(
            [images[:, [0, -1]].reshape(NUMBER, -1), images[:, :, [0, -1]].reshape(NUMBER, -1)], axis=1
        )
        assert (edges == background).all()
        assert ((images != background).mean(axis=(1, 2, 3)) > 0.07).all()
    largest = Head(*np.max(HEAD_RANGES, axis=1))
    for azimuth in (-75, 0, 75):
        picture = head(azimuth, 0, width=1.2, size=32, **largest._asdict())
        assert not picture[:, [0, -1]].any()


@pytest.mark.parametrize("name", Head._fields)
def test_identity_changes_the_head(name):
    low, high = getattr(HEAD_RANGES, name)
    assert np.abs(head(40, size=32, **{name: high}) - head(40, size=32, **{name: low})).max() > 8


def test_mirrored_pose_and_light_make_a_mirrored_head():
    picture, mirrored = head(40, 10, 50), head(-40, 10, -50)[:, ::-1]
    assert np.abs(picture - mirrored).mean() < 1
    assert np.abs(picture - head(-40, 10, 50)[:, ::-1]).mean() > 5


def test_the_azimuth_turns_the_face_to_the_right_and_the_elevation_looks_down_on_it():
    face = {"hair_albedo": 0.0, "skin_albedo": 1.0}
    columns = [center(head(azimuth, **face))[1] for azimuth in (-75, -40, 0, 40, 75)]
    assert (np.diff(columns) > 1).all()
    assert columns[2] == pytest.approx(0, abs=0.2)
    rows = [center(head(elevation=elevation, **face))[0] for elevation in (-30, -10, 10, 30)]
    assert (np.diff(rows) > 1).all()


def test_the_light_comes_from_its_azimuth():
    ratios = []
    for light in (-80, -40, 0, 40, 80):
        picture = head(light_azimuth=light)
        ratios.append(picture[:, 32:].mean() / picture[:, :32].mean())
    assert (np.diff(np.log(ratios)) > 0.1).all()
    assert ratios[2] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "picture", [lambda width: head(30, width=width, size=256), lambda width: 255 - chair(width=width, size=256)]
)
def test_the_width_stretches_the_picture(picture):
    extents = np.array([extent(picture(width) > 0) for width in (0.8, 1, 1.2)])
    np.testing.assert_allclose(extents / extents[1], [0.8, 1, 1.2], atol=0.02)
    assert extent((picture(0.8) > 0).T) == extent((picture(1.2) > 0).T)


def test_a_full_turn_brings_a_chair_back():
    np.testing.assert_allclose(chair(360), chair(0), atol=1)
    turns = [chair(azimuth) for azimuth in range(0, 360, 45)]
    for index, turn in enumerate(turns):
        assert all(np.abs(turn - other).mean() > 5 for other in turns[:index])


def test_a_chair_that_turns_right_has_its_back_on_the_left():
    for azimuth, sign in ((60, -1), (-60, 1), (120, -1)):
        above = (255 - chair(azimuth))[:24]
        assert sign * center(above)[1] > 3
    silhouettes = chair(60) < 255, chair(-60)[:, ::-1] < 255
    assert (silhouettes[0] != silhouettes[1]).mean() < 0.01


def test_more_of_the_seat_is_seen_from_higher_up():
    low, high = ((chair(elevation=elevation, arms=0, seat_albedo=0.0) < 20).sum() for elevation in (20, 30))
    assert high > 1.2 * low


@pytest.mark.parametrize(("part", "kinds"), [("seat", SEATS), ("back", BACKS), ("legs", LEGS), ("arms", ARMS)])
def test_all_kinds_of_parts_differ(part, kinds):
    pictures = [chair(**{part: kind}) for kind in range(len(kinds))]
    for index, picture in enumerate(pictures):
        assert all(np.abs(picture - other).mean() > 2 for other in pictures[:index])
