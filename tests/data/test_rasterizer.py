"""The rasterizer against triangles worked out by hand."""

import numpy as np
import pytest

from infogan_tf.data.rasterizer import draw, rasterize

ONE = np.array([[0, 1, 2]])
# Counterclockwise; x + y is at most 3.94 in it, so that it holds 6 centers.
CORNER = np.array([(0.04, 0.04), (0.04, 3.9), (3.9, 0.04)])
COVERED = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
ALL = np.array([(-10, -10), (-10, 30), (30, -10)])


def corners(flat, nearness):
    """Corners `[3, 2]` with a nearness, one or one for each."""
    return np.column_stack([flat, np.broadcast_to(nearness, 3)])


def both(first, second):
    """A picture of two triangles, of shades 0.25 and 0.75, the same in either order."""
    points, shades = np.concatenate([first, second]), np.repeat([0.25, 0.75], 3)
    pictures = [
        rasterize(points, shades, np.array(order), 4, 0) for order in ([(0, 1, 2), (3, 4, 5)], [(3, 4, 5), (0, 1, 2)])
    ]
    np.testing.assert_array_equal(*pictures)
    return pictures[0]


def test_a_triangle_covers_the_pixels_whose_centers_it_holds():
    for shift in range(3):  # Whichever corner comes first.
        picture = rasterize(corners(np.roll(CORNER, shift, axis=0), 0), np.ones(3), ONE, 4, 0.5)
        np.testing.assert_allclose(picture, np.where(COVERED, 1, 0.5))
    upside_down = rasterize(corners(4 - CORNER, 0), np.ones(3), ONE, 4, 0)
    np.testing.assert_allclose(upside_down, COVERED[::-1, ::-1])


def test_triangles_that_share_an_edge_leave_no_gap():
    square = np.array([(0, 0), (0, 4), (4, 4), (4, 0)])
    points = np.column_stack([square, np.zeros(4)])
    np.testing.assert_array_equal(rasterize(points, np.ones(4), np.array([(0, 1, 2), (0, 2, 3)]), 4, 0), 1)


@pytest.mark.parametrize(
    "hidden",
    [CORNER[::-1], np.add(CORNER, [4, 0]), np.subtract(CORNER, [0, 4]), np.array([(0, 0), (2, 2), (4, 4)])],
    ids=["from behind", "on the right", "above", "from the side"],
)
def test_nothing_is_drawn_of_a_triangle(hidden):
    assert not rasterize(corners(hidden, 0), np.ones(3), ONE, 4, 0).any()


def test_the_nearer_triangle_hides_the_other():
    np.testing.assert_allclose(both(corners(ALL, 1), corners(CORNER, 2)), np.where(COVERED, 0.75, 0.25))
    np.testing.assert_allclose(both(corners(ALL, 2), corners(CORNER, 1)), 0.25)


def test_triangles_that_cross_hide_each_other_in_part():
    rising = corners(ALL, ALL[:, 0])  # Its nearness is x, so that it crosses 2 in the middle.
    np.testing.assert_allclose(both(corners(ALL, 2), rising), np.tile([0.25, 0.25, 0.75, 0.75], (4, 1)))


def test_shades_are_interpolated_up_to_the_edges_of_the_picture():
    picture = rasterize(corners(ALL, 0), ALL @ [0.1, 0.01], ONE, 4, 0)
    centers = np.arange(4) + 0.5
    np.testing.assert_allclose(picture, 0.1 * centers + 0.01 * centers[:, None])


def test_pictures_are_antialiased():
    points = corners(np.array([(0.5, -10), (0.5, 30), (40, -10)]), 0)  # Cuts the first column in halves.
    picture = draw(points, np.ones(3), ONE, 4, 0)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[..., 0], np.tile([128, 255, 255, 255], (4, 1)))
