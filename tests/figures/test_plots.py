import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

from infogan_tf.evaluation.schema import Association
from infogan_tf.figures import plots
from infogan_tf.figures.plots import plot_associations, plot_confusion, plot_information


@pytest.fixture
def written(monkeypatch):
    """The texts that are written into cells, by (column, row)."""
    texts = {}
    write = Axes.text

    def remember(axes, x, y, text, **kwargs):
        texts[x, y] = text
        return write(axes, x, y, text, **kwargs)

    monkeypatch.setattr(Axes, "text", remember)
    return texts


def opened(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def draw_confusion(path, confusion, categories):
    plot_confusion(confusion, categories, "c1", path, "caption")
    return opened(path)


def test_rows_of_a_confusion_matrix_follow_the_matching(tmp_path, written):
    confusion = np.array([[0, 900, 0], [0, 0, 800], [950, 3, 0]])
    picture = draw_confusion(tmp_path / "a.png", confusion, [2, 0, 1])
    assert (written[0, 0], written[1, 0], written[2, 2]) == ("950", "3", "800")
    other = draw_confusion(tmp_path / "b.png", confusion, [0, 1, 2])
    assert np.any(picture != other)
    # Ordered by the matching, the dark squares of a good clustering lie on the diagonal from top left.
    dark = np.argwhere((picture[..., 2] > 90) & (picture[..., 0] < 60))
    assert np.corrcoef(dark.T)[0, 1] > 0.8


def cell(value, part=None):
    return Association("AUC", value, 0.5, 2 * value - 1, part)


def test_codes_stand_down_and_factors_across(tmp_path, written):
    table = {"c1": {"age": cell(1.0), "width": cell(0.5)}, "c2": {"age": cell(0.5), "width": cell(0.97, part=3)}}
    plot_associations(table, tmp_path / "table.png", "caption")
    assert written == {(0, 0): "1.00\nAUC", (1, 0): "0.50\nAUC", (0, 1): "0.50\nAUC", (1, 1): "0.97 [3]\nAUC"}
    picture = opened(tmp_path / "table.png")
    dark = np.argwhere((picture[..., 2] > 90) & (picture[..., 0] < 60))
    assert np.corrcoef(dark.T)[0, 1] > 0.7  # 0.75 for two squares.


def test_long_names_keep_how_they_begin_and_end_and_more_cells_take_more_room(tmp_path, monkeypatch):
    labels = []
    monkeypatch.setattr(Axes, "set_xticks", lambda axes, ticks, names, **_: labels.extend(names))
    names = ["race_0white_1black_2asian_3indian_4other", *map(str, range(11))]
    plot_associations({f"c{i}": {name: cell(0.5) for name in names} for i in range(12)}, tmp_path / "a.png", "caption")
    plot_associations({"c1": {"label": cell(0.5)}}, tmp_path / "b.png", "caption")
    large, small = opened(tmp_path / "a.png"), opened(tmp_path / "b.png")
    assert large.shape[0] > 2 * small.shape[0]
    assert large.shape[1] > 2 * small.shape[1]
    assert labels[:2] == ["race_0white...n_4other", "0"]
    assert labels[-1] == "label"


def draw(path, curves, **kwargs):
    plot_information(curves, ceiling=np.log(10), path=path, caption="a caption " * 20, **kwargs)
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def test_each_curve_is_drawn_and_only_as_far_as_asked(tmp_path):
    rising = [(update, 2.2 * update / 1000) for update in range(10, 2001, 10)]
    flat = [(update, 0.0) for update in range(10, 1001, 10)]
    both = draw(tmp_path / "both.png", {"InfoGAN": rising, "GAN": flat})
    one = draw(tmp_path / "one.png", {"InfoGAN": rising, "GAN": flat[:1]})
    assert np.any(both != one)
    cut = draw(tmp_path / "cut.png", {"InfoGAN": rising[:100], "GAN": flat})
    np.testing.assert_array_equal(both, cut)
    longer = draw(tmp_path / "longer.png", {"InfoGAN": rising, "GAN": flat}, last_update=2000)
    assert np.any(longer != both)


def test_axes_are_the_papers_and_the_ceiling_is_drawn(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(plots, "save_figure", lambda figure, path, caption: figures.append(figure))
    curve = [(update, 2.2 * update / 1000) for update in range(10, 2001, 10)]
    plot_information({"InfoGAN": curve}, ceiling=2.303, path=tmp_path / "plot.png", caption="")
    axes = figures[0].axes[0]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1000), (-0.5, 2.5))
    drawn, ceiling = axes.lines
    assert [tuple(point) for point in drawn.get_xydata()] == curve[:100]
    assert set(ceiling.get_ydata()) == {2.303}
    assert [text.get_text() for text in figures[0].legends[0].get_texts()] == ["InfoGAN", "H(c) = 2.303"]


def test_nothing_is_left_over(tmp_path):
    draw(tmp_path / "plot.png", {"InfoGAN": [(1, 0.0), (2, 1.0)]})
    assert [file.name for file in tmp_path.iterdir()] == ["plot.png"]
