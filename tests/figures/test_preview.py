import numpy as np

from infogan_tf.figures.preview import Preview


def test_shows_real_beside_generated_and_a_traversal_a_code(small_model, embedded_digits):
    preview = Preview(small_model, embedded_digits.training, embedded_digits.caption, seed=1)
    pictures = preview.pictures(300)
    assert list(pictures) == ["samples", "c1", "c2", "c3"]
    grid = 10 * 28 * 2
    assert pictures["samples"].shape[1] == 2 * grid + 8
    assert all(pictures[name].shape[1] == grid for name in ("c1", "c2", "c3"))
    top_left = pictures["samples"][:56:2, :56:2, :1]
    shown = (embedded_digits.training == top_left).all(axis=(1, 2, 3))
    assert shown.any(), "the left half shows no real image"


def test_shows_the_same_noise_and_codes_every_time(small_model, embedded_digits):
    first = Preview(small_model, embedded_digits.training, "origin", seed=1).pictures(300)
    again = Preview(small_model, embedded_digits.training, "origin", seed=1).pictures(300)
    other = Preview(small_model, embedded_digits.training, "origin", seed=2).pictures(300)
    for name, picture in first.items():
        np.testing.assert_array_equal(picture, again[name])
        assert np.any(picture != other[name])


def test_caption_names_the_source_of_the_images(small_model, embedded_digits):
    here, there = (Preview(small_model, embedded_digits.training, origin, seed=1) for origin in ("here", "there"))
    for name, picture in here.pictures(300).items():
        other = there.pictures(300)[name]
        np.testing.assert_array_equal(picture[:280], other[:280])
        assert np.any(picture[280:] != other[280:])
