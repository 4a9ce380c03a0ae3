import numpy as np
import pytest
from PIL import Image

from infogan_tf.evaluation.schema import Association
from infogan_tf.figures import plots
from infogan_tf.figures.plots import plot_associations, plot_changes, plot_confusion, plot_information

PREDICTED = {"mean of 3": ["shoe", "bag"], "one code": ["bag", "$ shoe_"]}


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, with their captions, in place of their files."""
    drawn = []
    monkeypatch.setattr(plots, "save_figure", lambda figure, path, caption: drawn.append((figure, caption)))
    return drawn


def cells(figure):
    """The texts of cells by (column, row), and the shades `[rows, columns]`."""
    (axes,) = figure.axes
    return {text.get_position(): text.get_text() for text in axes.texts}, axes.images[0].get_array()


def cell(value, part=None):
    return Association("AUC", value, 0.5, 2 * value - 1, part)


def test_rows_of_a_confusion_matrix_follow_the_matching(figures, tmp_path):
    plot_confusion([[0, 900, 0], [0, 0, 800], [950, 3, 0]], [2, 0, 1], "c1", tmp_path / "a.png", "caption")
    texts, shades = cells(figures[0][0])
    assert (texts[0, 0], texts[1, 0], texts[2, 2]) == ("950", "3", "800")
    np.testing.assert_array_equal(shades.argmax(axis=1), [0, 1, 2])
    labels = [label.get_text() for label in figures[0][0].axes[0].get_yticklabels()]
    assert labels == ["c1=2", "c1=0", "c1=1"]


def test_codes_stand_down_and_factors_across(figures, tmp_path):
    table = {"c1": {"age": cell(1.0), "width": cell(0.5)}, "c2": {"age": cell(0.5), "width": cell(0.97, part=3)}}
    plot_associations(table, tmp_path / "table.png", "caption")
    ((figure, caption),) = figures
    texts, shades = cells(figure)
    assert texts == {(0, 0): "1.00\nAUC", (1, 0): "0.50\nAUC", (0, 1): "0.50\nAUC", (1, 1): "0.97 [3]\nAUC"}
    np.testing.assert_allclose(shades, [[1, 0], [0, 0.94]])
    assert caption.startswith("caption; [n] is the category")


def test_long_names_keep_how_they_begin_and_end_and_more_cells_take_more_room(figures, tmp_path):
    names = ["race_0white_1black_2asian_3indian_4other", *map(str, range(11))]
    for table in ({f"c{i}": {name: cell(0.5) for name in names} for i in range(12)}, {"c1": {"label": cell(0.5)}}):
        plot_associations(table, tmp_path / "a.png", "caption")
    large, small = (figure for figure, _ in figures)
    assert np.all(large.get_size_inches() > 2 * small.get_size_inches())
    labels = [label.get_text() for label in large.axes[0].get_xticklabels()]
    assert labels[:2] == ["race_0white...n_4other", "0"]


@pytest.mark.parametrize("last", [1000, 2000])
def test_each_curve_is_drawn_on_the_paper_s_axes_and_only_as_far_as_asked(figures, tmp_path, last):
    rising = [(update, 2.2 * update / 1000) for update in range(10, 2001, 10)]
    flat = [(update, 0.0) for update in range(10, 1001, 10)]
    plot_information({"InfoGAN": rising, "GAN": flat}, 2.303, tmp_path / "plot.png", "", last)
    (axes,) = figures[0][0].axes
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, last), (-0.5, 2.5))
    *drawn, ceiling = axes.lines
    assert [[tuple(point) for point in line.get_xydata()] for line in drawn] == [rising[: last // 10], flat]
    assert set(ceiling.get_ydata()) == {2.303}
    legend = [text.get_text() for text in figures[0][0].legends[0].get_texts()]
    assert legend == ["InfoGAN", "GAN", "H(c) = 2.303"]


def test_a_change_of_class_reads_as_an_equation(figures, tmp_path):
    images = np.linspace(0, 1, 18).reshape(2, 9, 1, 1, 1) * np.ones([8, 8, 1])
    plot_changes(images, [("shoe", "bag"), ("bag", "shoe")], PREDICTED, 3, tmp_path / "a.png", "caption")
    first, second = np.reshape(figures[0][0].axes, [2, -1])
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
    below = [[axes.get_xlabel() for axes in row[-2:]] for row in (first, second)]
    assert below == [["shoe", "bag"], ["bag", "$ shoe_"]]


def test_a_plot_is_written_with_any_names_and_nothing_is_left_over(tmp_path):
    images = np.random.default_rng(0).random([1, 9, 16, 16, 3])
    plot_changes(images, [("a", "$_b")], {"x": ["a"], "y": ["$_b"]}, 3, tmp_path / "a.png", "a $ caption " * 20)
    with Image.open(tmp_path / "a.png") as picture:
        colors = np.asarray(picture.convert("RGB")).astype(int)
    assert np.ptp(colors, axis=2).max() > 100
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
