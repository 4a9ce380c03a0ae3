import numpy as np
from PIL import Image

from infogan_tf.figures.confusion_picture import plot_confusion


def draw(path, confusion, categories):
    plot_confusion(confusion, categories, "c1", path, "caption")
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def test_rows_follow_the_matching(tmp_path):
    confusion = np.array([[0, 900, 0], [0, 0, 800], [950, 3, 0]])
    picture = draw(tmp_path / "a.png", confusion, [2, 0, 1])
    other = draw(tmp_path / "b.png", confusion, [0, 1, 2])
    assert np.any(picture != other)
    # Ordered by the matching, the dark squares of a good clustering lie on the diagonal from top left.
    dark = np.argwhere((picture[..., 2] > 90) & (picture[..., 0] < 60))
    assert np.corrcoef(dark.T)[0, 1] > 0.8
