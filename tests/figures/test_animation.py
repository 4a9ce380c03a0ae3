import numpy as np
from PIL import Image

from infogan_tf.figures.animation import save_animation


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
