import numpy as np
import pytest

from infogan_tf.figures.figure2 import (
    category_panel,
    continuous_panel,
    matched_order,
    moving_traversal,
    samples_of,
    two_code_grid,
)
from infogan_tf.figures.traversals import FRAMES, vary

TILE = 28 * 2  # Pictures are drawn at twice the size.


def tiles(picture, rows, columns):
    grid = picture[: rows * TILE, : columns * TILE, 0]
    return grid.reshape(rows, TILE, columns, TILE).transpose(0, 2, 1, 3)


def test_columns_are_ordered_by_the_matching():
    assert matched_order([2, 0, 1]) == [1, 2, 0]


def test_a_column_shows_its_category(small_model):
    order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
    ordered = tiles(category_panel(small_model, "c1", order, 0, "caption"), 5, 10)
    plain = tiles(category_panel(small_model, "c1", range(10), 0, "caption"), 5, 10)
    np.testing.assert_array_equal(ordered, plain[:, order])
    assert np.any(plain[:, 0] != plain[:, 1])


def test_both_continuous_panels_show_the_same_five_digits(small_model):
    digits = [7, 0, 2, 2, 5]
    samples = samples_of(small_model, "c1", digits, 0)
    np.testing.assert_array_equal(samples["c1"].numpy().argmax(axis=1), digits)
    panels = [continuous_panel(small_model, name, "c1", digits, 0, "caption") for name in ("c2", "c3")]
    assert np.any(panels[0] != panels[1])
    for panel, name in zip(panels, ("c2", "c3"), strict=True):
        values = small_model.spec.code(name).distribution.traversal(10, 2)
        expected = vary(small_model, name, samples, values).numpy()[..., 0]
        shown = tiles(panel, 5, 10)[..., ::2, ::2] / 255
        np.testing.assert_allclose(shown, expected, atol=1 / 255)


def test_two_codes_vary_in_their_own_direction(small_model):
    grid = tiles(two_code_grid(small_model, "c2", "c3", "c1", 4, 0, "caption"), 10, 10)
    sample = samples_of(small_model, "c1", [4], 0)
    values = np.linspace(-2, 2, 10)
    latents = {**sample, "c2": np.float32([[values[8]]]), "c3": np.float32([[values[1]]])}
    expected = small_model.generator(small_model.spec.join(latents), training=False).numpy()[0, ..., 0]
    np.testing.assert_allclose(grid[1, 8, ::2, ::2] / 255, expected, atol=1 / 255)


def test_frames_move_every_digit_by_each_code(small_model):
    frames = moving_traversal(small_model, ("c2", "c3"), "c1", range(10), 0, "caption")
    assert len(frames) == FRAMES
    first, last = tiles(frames[0], 2, 10), tiles(frames[-1], 2, 10)
    assert np.any(first != last)
    # Halfway both codes of a column are 0 in turn, each beside the other's own value.
    samples = samples_of(small_model, "c1", range(10), 0)
    for row, name in enumerate(("c2", "c3")):
        expected = vary(small_model, name, samples, np.zeros([1, 1], np.float32)).numpy()[:, 0, ..., 0]
        shown = tiles(frames[FRAMES // 2], 2, 10)[row][:, ::2, ::2] / 255
        np.testing.assert_allclose(shown, expected, atol=1 / 255)


def test_an_unknown_code_is_refused(small_model):
    with pytest.raises(ValueError, match="no code is named 'c9'"):
        continuous_panel(small_model, "c9", "c1", [0], 0, "caption")
