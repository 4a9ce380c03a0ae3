import numpy as np
import pytest
from PIL import Image

from infogan_tf.figures import vector_arithmetic as module

PREDICTED = {"mean of 3": ["shoe", "bag"], "one code": ["bag", "$ shoe_"]}


@pytest.fixture
def figure(monkeypatch, tmp_path):
    """The figure of two changes of 9 gray images each, before it is saved."""
    figures = []
    monkeypatch.setattr(module, "save_figure", lambda figure, path, caption: figures.append(figure))
    images = np.linspace(0, 1, 18).reshape(2, 9, 1, 1, 1) * np.ones([8, 8, 1])
    module.plot_changes(images, [("shoe", "bag"), ("bag", "shoe")], PREDICTED, 3, tmp_path / "a.png", "caption")
    return figures[0]


def test_a_row_reads_as_an_equation(figure):
    first, second = np.reshape(figure.axes, [2, -1])
    assert [axes.texts[0].get_text() if axes.texts else "image" for axes in first] == [
        *("image", "\N{MINUS SIGN}", "image", "image", "image"),
        *("+", "image", "image", "image", "=", "image", "image"),
    ]
    shown = [axes.images[0].get_array()[0, 0] for row in (first, second) for axes in row if axes.images]
    np.testing.assert_allclose(shown, np.linspace(0, 1, 18))
    assert first[0].images[0].get_clim() == (0, 1), "a gray image is shown as it is"
    assert [row[0].get_ylabel() for row in (first, second)] == ["shoe to bag", "bag to shoe"]
    titles = {column: axes.get_title() for column, axes in enumerate(first) if axes.get_title()}
    assert titles == {0: "sample", 3: "mean of these", 7: "mean of these", 10: "mean of 3", 11: "one code"}
    assert [[axes.get_xlabel() for axes in row[-2:]] for row in (first, second)] == [
        ["shoe", "bag"],
        ["bag", "$ shoe_"],
    ]


def test_the_picture_is_written_of_color_images_too(tmp_path):
    images = np.random.default_rng(0).random([1, 9, 16, 16, 3])
    module.plot_changes(images, [("a", "$_b")], {"x": ["a"], "y": ["$_b"]}, 3, tmp_path / "a.png", "caption")
    with Image.open(tmp_path / "a.png") as picture:
        colors = np.asarray(picture.convert("RGB")).astype(int)
    assert np.ptp(colors, axis=2).max() > 100
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
