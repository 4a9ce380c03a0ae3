import numpy as np
import pytest

from infogan_tf.cli import generate
from infogan_tf.cli.generate import generate_images
from infogan_tf.errors import SettingError


def test_a_seed_alone_gives_what_the_model_generates_with_it(small_model):
    generated = generate_images(small_model, {}, number=5, seed=4)
    assert generated.images.dtype == np.uint8
    assert generated.columns is None
    expected = small_model.generate(num_images=5, seed=4)
    np.testing.assert_allclose(generated.images, np.rint(expected * 255), atol=1)


def test_the_last_code_varies_fastest_and_each_sample_is_held_fixed(small_model):
    generated = generate_images(small_model, {"c1": (7, 0), "c3": (0.5,), "c2": (-1, 0, 1)}, number=2, seed=4)
    latents = {name: values.numpy() for name, values in generated.latents.items()}
    assert latents["c1"].argmax(axis=1).tolist() == [7, 7, 7, 0, 0, 0] * 2
    assert latents["c2"][:, 0].tolist() == [-1, 0, 1] * 4
    assert latents["c3"][:, 0].tolist() == [0.5] * 12
    np.testing.assert_array_equal(latents["z"], latents["z"][[0] * 6 + [6] * 6])
    assert np.any(latents["z"][0] != latents["z"][6])
    assert generated.columns == 3
    assert generated.images.shape == (12, 28, 28, 1)


def test_more_images_than_fit_into_memory_or_a_sheet_are_refused(small_model, monkeypatch):
    monkeypatch.setattr(generate, "MAX_BYTES", 28 * 28 * 100)
    generate._check_size(small_model, 100, is_sheet=False)
    with pytest.raises(SettingError, match="number: expected at most 100 images of 28x28x1, got 101 of all values of"):
        generate._check_size(small_model, 101, is_sheet=False)
    monkeypatch.setattr(generate, "MAX_SHEET_PIXELS", 56 * 56 * 10)
    with pytest.raises(SettingError, match="at most 10 images of 28x28x1 in a sheet, got 11"):
        generate._check_size(small_model, 11, is_sheet=True)
