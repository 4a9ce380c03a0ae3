import numpy as np
from PIL import Image

from infogan_tf.figures import information_plot
from infogan_tf.figures.information_plot import plot_information


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
    monkeypatch.setattr(information_plot, "save_figure", lambda figure, path, caption: figures.append(figure))
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
