import numpy as np
import pytest

from infogan_tf.codes import LatentSpec
from infogan_tf.figures.pictures import CAPTION_WIDTH
from infogan_tf.figures.traversals import Preview
from infogan_tf.model import InfoGAN
from tests.tiny_models import tiny_discriminator, tiny_generator, tiny_model

GRID = 10 * 8 * 2
REAL = np.random.default_rng(0).integers(0, 256, [60, 8, 8, 1], np.uint8)


@pytest.fixture(scope="module")
def preview():
    return Preview(tiny_model(), REAL, "one", seed=1)


def test_shows_real_beside_generated_and_a_traversal_a_code(preview):
    pictures = preview.pictures(300)
    widths = {name: picture.shape[1] for name, picture in pictures.items()}
    assert widths == {"samples": 2 * GRID + 8, "kind": CAPTION_WIDTH, "angle": GRID}
    top_left = pictures["samples"][:16:2, :16:2, :1]
    assert (top_left == REAL).all(axis=(1, 2, 3)).any(), "the left half shows no real image"


def test_shows_the_same_noise_and_codes_every_time_and_names_the_images_below(preview):
    first, height = preview.pictures(300), 5 * 8 * 2
    there = Preview(tiny_model(), REAL, "two", seed=1).pictures(300)
    other = Preview(tiny_model(), REAL, "one", seed=2).pictures(300)
    for name, picture in first.items():
        np.testing.assert_array_equal(picture, preview.pictures(300)[name])
        np.testing.assert_array_equal(picture[:height], there[name][:height])
        assert np.any(picture[height:] != there[name][height:])
        assert np.any(picture[:height] != other[name][:height])


def test_many_codes_are_drawn_by_a_single_graph():
    traced = []

    class Counted(InfoGAN):
        def call(self, latents, training=False):
            traced.append(latents.shape)
            return super().call(latents, training)

    spec = LatentSpec.parse("20*uniform", noise_size=3)
    networks = {"generator": tiny_generator(spec.size), "discriminator": tiny_discriminator(spec.posterior_size)}
    preview = Preview(Counted(**networks, spec=spec), REAL, "one", seed=1)
    assert len(preview.pictures(1)) == len(preview.pictures(2)) == 21
    assert traced == [(None, 23)]
