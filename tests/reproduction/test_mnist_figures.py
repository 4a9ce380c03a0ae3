import pytest

from infogan_tf.reproduction import mnist

ORDER = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
WHERE = "preset best, update 1,000, digits, 100 images"


@pytest.fixture
def drawn(make_result, make_results, monkeypatch, tmp_path):
    """What is asked of the figures, by file."""
    calls = {}

    def panel(kind):
        return lambda *arguments: (kind, *arguments)

    for kind in ("category_panel", "continuous_panel", "two_code_grid", "moving_traversal"):
        monkeypatch.setattr(mnist, kind, panel(kind))
    for save in ("save_picture", "save_animation"):
        monkeypatch.setattr(mnist, save, lambda path, picture: calls.update({path.name: picture}))
    monkeypatch.setattr(mnist, "plot_information", lambda *arguments: calls.update({"figure1.png": arguments}))
    monkeypatch.setattr(mnist, "plot_confusion", lambda *arguments: calls.update({"confusion.png": arguments}))
    shown = make_result(3, model="the InfoGAN")
    results = make_results(shown)
    mnist.draw_figures(tmp_path, results)
    return calls, results


def test_figure_1_shows_all_curves_below_the_ceiling(drawn):
    calls, results = drawn
    curves, ceiling, _, caption = calls["figure1.png"]
    assert curves == {
        "InfoGAN, preset best, seed 3": results.curves["infogan_seed_3"],
        "regular GAN, settings of preset best, Q on frozen features of D, seed 0": results.curves["gan_seed_0"],
        "regular GAN, settings of preset best, Q with its own network, seed 0": results.curves["gan_own_q_seed_0"],
        "regular GAN, settings of preset paper, Q on frozen features of D, seed 0": results.curves["gan_paper_seed_0"],
    }
    assert ceiling == 2.303
    assert caption.startswith("L_I of c1, of one batch each. No Q of a regular GAN has a gradient to G or D's body.")
    assert caption.endswith("digits, 100 images")


def test_figure_2_shows_categories_of_both(drawn):
    calls, _ = drawn
    caption = f"c1, ordered by the matching (error 3.00%); infogan_seed_3, {WHERE}"
    assert calls["figure2a.png"] == ("category_panel", "the InfoGAN", "c1", ORDER, 3, caption)
    where = f"gan_seed_0, {WHERE}, nothing added to the objective"
    caption = f"regular GAN: c1 from 0 to 9 (L_I 0.25 nats by Q on frozen features of D); {where}"
    assert calls["figure2b.png"] == ("category_panel", "the regular GAN", "c1", range(10), 3, caption)


@pytest.mark.parametrize(("panel", "name", "recovery", "beyond"), [("c", "c2", 0.97, 0.9), ("d", "c3", 0.95, 0.45)])
def test_figure_2_shows_continuous_codes_of_the_same_five_digits(drawn, panel, name, recovery, beyond):
    calls, _ = drawn
    numbers = f"recovery R^2 {recovery:.2f}, beyond [-1, 1] slope {beyond:.2f}"
    caption = f"{name} from -2 to 2, trained on -1 to 1 ({numbers}); infogan_seed_3, {WHERE}"
    expected = ("continuous_panel", "the InfoGAN", name, "c1", [9, 7, 5, 3, 1], 3, caption)
    assert calls[f"figure2{panel}.png"] == expected


def test_what_the_paper_does_not_show(drawn):
    calls, _ = drawn
    caption = f"c1 = 7; c2 from left to right, c3 from top to bottom, both from -2 to 2; infogan_seed_3, {WHERE}"
    assert calls["two_codes.png"] == ("two_code_grid", "the InfoGAN", "c2", "c3", "c1", 7, 3, caption)
    caption = f"rows c2 and c3, from -2 to 2 and back; infogan_seed_3, {WHERE}"
    expected = ("moving_traversal", "the InfoGAN", ("c2", "c3"), "c1", ORDER, 3, caption)
    assert calls["traversal.gif"] == expected
    confusion, order, code, _, caption = calls["confusion.png"]
    assert (confusion, order, code) == ([[1] * 10] * 10, ORDER, "c1")
    assert caption == f"error 3.00%, one to one; infogan_seed_3, {WHERE}"
