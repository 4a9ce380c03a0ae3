import numpy as np
import pytest
from PIL import Image

from infogan_tf.figures.pictures import (
    CAPTION_WIDTH,
    LINE,
    as_grid,
    save_animation,
    save_picture,
    side_by_side,
    stack,
    tile,
    with_caption,
)


def test_tiles_lie_in_rows_and_columns_without_gaps():
    images = np.arange(2 * 3 * 4 * 5 * 3).reshape(2, 3, 4, 5, 3) % 256
    picture = tile(images / 255, scale=1)
    assert (picture.shape, picture.dtype) == ((8, 15, 3), np.uint8)
    for row, column in np.ndindex(2, 3):
        np.testing.assert_array_equal(picture[row * 4 :][:4, column * 5 :][:, :5], images[row, column])


def test_pixels_are_enlarged_and_gray_ones_are_as_bright_in_every_channel():
    image = np.arange(20).reshape(1, 1, 4, 5, 1) / 255
    enlarged = tile(image, scale=3)
    expected = np.arange(20).reshape(4, 5).repeat(3, axis=0).repeat(3, axis=1)
    for channel in range(3):
        np.testing.assert_array_equal(enlarged[..., channel], expected)


def test_lines_part_enlarged_images_and_leave_the_rest_of_their_pixels():
    images = np.zeros([2, 3, 4, 5, 1])
    images[..., -1, -1, 0] = 1
    picture = tile(images, scale=2)[..., 0]
    assert set(picture[8]) == set(picture[:, 10]) == set(picture[:, 20]) == {LINE}
    without = np.delete(np.delete(picture, 8, axis=0), [10, 20], axis=1)
    assert set(np.unique(without)) == {0, 255}
    assert (without == 255).sum() == 6 * 4, "a white pixel in the last corner of each image"


def test_side_by_side_has_a_white_gap():
    left, right = np.zeros([4, 6, 3], np.uint8), np.full([4, 5, 3], 9, np.uint8)
    picture = side_by_side(left, right)
    np.testing.assert_array_equal(picture[:, :6], 0)
    np.testing.assert_array_equal(picture[:, -5:], 9)
    np.testing.assert_array_equal(picture[:, 6:-5], 255)


def test_caption_is_written_below_in_as_many_lines_as_it_needs():
    picture = np.zeros([10, 200, 3], np.uint8)
    short, long = with_caption(picture, "c1"), with_caption(picture, "a caption of many words " * 6)
    np.testing.assert_array_equal(short[:10], picture)
    assert short[10:].min() < 100, "no ink"
    assert long.shape[0] > short.shape[0] + 30
    assert long.shape[1] == 200


def test_a_caption_has_room_beside_a_narrow_picture():
    captioned = with_caption(np.zeros([10, 16, 3], np.uint8), "c1: from -1 to 1")
    in_one_line = with_caption(np.zeros([10, 400, 3], np.uint8), "c1").shape[0]
    assert captioned.shape == (in_one_line, CAPTION_WIDTH, 3)
    assert captioned[:10, :16].max() == 0
    assert captioned[:10, 16:].min() == 255


def test_picture_is_saved_as_it_is(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, [7, 9, 3], np.uint8)
    save_picture(tmp_path / "picture.png", picture)
    with Image.open(tmp_path / "picture.png") as saved:
        np.testing.assert_array_equal(np.asarray(saved), picture)


def test_a_gif_runs_there_and_back_for_ever(tmp_path):
    frames = [np.full([8, 10, 3], level, np.uint8) for level in (0, 100, 200, 250)]
    save_animation(tmp_path / "moving.gif", frames)
    with Image.open(tmp_path / "moving.gif") as animation:
        assert animation.n_frames == 6
        assert animation.info["loop"] == 0
        levels = []
        for number in range(animation.n_frames):
            animation.seek(number)
            levels.append(int(np.asarray(animation.convert("L")).mean()))
    np.testing.assert_allclose(levels, [0, 100, 200, 250, 200, 100], atol=3)


def test_a_batch_becomes_nearly_a_square_filled_up_with_white():
    images = np.linspace(0, 0.5, 5).reshape(5, 1, 1, 1) * np.ones([1, 4, 6, 3])
    picture = as_grid(images, scale=1)
    assert picture.shape == (8, 18, 3)
    np.testing.assert_array_equal(picture[0, ::6, 0], [0, 32, 64])
    np.testing.assert_array_equal(picture[4, ::6, 0], [96, 128, 255])
    np.testing.assert_array_equal(as_grid(images[None]), tile(images[None]))


@pytest.mark.parametrize(
    ("shape", "dtype"), [((3, 4, 4), np.float32), ((3, 4, 4, 2), np.float32), ((3, 4, 4, 1), np.uint8)]
)
def test_what_is_no_batch_or_grid_of_images_is_refused(shape, dtype):
    with pytest.raises(ValueError, match=rf"^images must be floats in \[0, 1\] of .*, got {dtype.__name__} \[3, 4, 4"):
        as_grid(np.zeros(shape, dtype))


def test_pictures_are_stacked_with_white_beside_narrower_ones():
    narrow, wide = np.zeros([2, 3, 3], np.uint8), np.full([4, 5, 3], 9, np.uint8)
    picture = stack([narrow, wide])
    assert picture.shape == (6, 5, 3)
    np.testing.assert_array_equal(picture[:2, :3], 0)
    np.testing.assert_array_equal(picture[:2, 3:], 255)
    np.testing.assert_array_equal(picture[2:], 9)
