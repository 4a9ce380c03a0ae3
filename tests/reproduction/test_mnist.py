import re
from unittest import mock

import numpy as np
import pytest

from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.figures.traversals import FRAMES
from infogan_tf.randomness import Stream, split_seed, stream_seed
from infogan_tf.reproduction import mnist
from infogan_tf.reproduction.report import report_text
from tests.reproduction.builders import TEN, measured, mnist_results, mnist_run

GAN = "settings of preset best, Q on frozen features of D"


@pytest.fixture
def report(tmp_path):
    """Makes the report of three seeds, of which 4 has the median error."""
    seeds = ((0, 0.02, 2.2), (1, 0.05, 2.25), (4, 0.03, 2.1))
    return lambda **changes: report_of(tmp_path, *(mnist_run(tmp_path, *seed, **changes) for seed in seeds))


def report_of(folder, *infogans, gan=None):
    return report_text("mnist", mnist_results(folder, *infogans, gan=gan))


def head_of(text):
    """What stands above the claims, as one line."""
    return " ".join(text.split("## Claim")[0].split())


def test_each_claim_stands_beside_our_number(report):
    text = report()
    by_update = "| the same of a regular GAN by update 1,000: settings of preset"
    for row in (
        "| L_I of c1 by update 300 | 2.15 to 2.30 | 2.20 (2.10 to 2.25) | Figure 1 |",
        f"{by_update} best, Q on frozen features of D | about 0.05 | 0.25 | Figure 1 |",
        f"{by_update} paper, Q on frozen features of D | about 0.05 | 0.05 | Figure 1 |",
        f"| c1 in a regular GAN | nothing meaningful | ignored, L_I 0.25 when trained, {GAN} | Figure 2 (b) |",
        "| c2 and c3 are seen in the image | rotation, width | c2 used, R^2 0.97, c3 used, R^2 0.95 |",
        "| they extrapolate beyond [-1, 1] | to [-2, 2] | slope c2 0.90, c3 0.45 |",
        "| error of c1 as a classifier | 5 % | 3.00% (2.00% to 5.00%) | section 7.2 below |",
        # Figure 1 shows single batches.
        f"| regular GAN, paper | regular GAN, {GAN} | regular GAN, settings of preset best, Q with its own",
        "| 300 | 2.15 to 2.30 | 2.24 (2.14 to 2.29) | about 0.05 | 0.29 | 0.99 | 0.09 |\n",
        "its ceiling is\n2.303.",
    ):
        assert row in text


def test_information_is_the_mean_of_the_last_updates(tmp_path):
    run = mnist_run(tmp_path, 0)
    results = mnist_results(tmp_path, run)
    results.curves[run.name] = [(step, step / 10) for step in range(10, 501, 10)]
    assert results.information([run], 300, window=50) == f"{(26 + 27 + 28 + 29 + 30) / 5:.2f}"
    assert results.information([run], 300) == "30.00"
    assert results.information([run], 305) == "not recorded"


def test_one_seed_has_no_range_and_a_short_run_no_number(tmp_path):
    text = report_of(tmp_path, mnist_run(tmp_path, 0, 0.02, last=200))
    assert "| 100 | 2.25 | 2.24 | 0.60 (peak, near 109) | 0.29 |" in text
    assert "by update 300 | 2.15 to 2.30 | not trained that long (200 updates) |" in text
    assert re.search(r"Figures show seed 0\.\n(.|\n)*\| 5 % \| 2\.00% \| section", text)


def test_a_run_without_its_curve_is_refused(tmp_path):
    with pytest.raises(SettingError, match=r"^folder: expected a run with its curves, got .*metrics.jsonl without a "):
        report_of(tmp_path, mnist_run(tmp_path, 0, last=0))


@pytest.mark.parametrize(("errors", "median"), [((0.03, 0.02, 0.09), 0.03), ((0.02, 0.04), 0.04)])
def test_figures_show_the_median_run_and_of_two_not_the_better(tmp_path, errors, median):
    results = mnist_results(tmp_path, *(mnist_run(tmp_path, seed, error) for seed, error in enumerate(errors)))
    assert results.classifier(results.shown)["one_to_one_error"] == median


def test_every_departure_from_the_paper_is_named(report):
    head = head_of(report())
    rates = "--discriminator_learning_rate=0.0016 --generator_learning_rate=0.004"
    added = "--width=0.25 --code_augmentation=1.0 --consistency=1.0 --average_decay=0.99"
    for part in (
        "Preset `best`, digits, 100 images; measured on 1,000 held-out (test) images.",
        f"trained with the paper's settings except for `{added} {rates} --update=simultaneous`, for 1,000 updates in "
        "place of the preset's 13,000. Figures show seed 4, the one with the median error.",
        "Added to the paper's objective: While they train, Q predicts categorical codes from",
        "except the column `stability`, which augments them",
    ):
        assert part in head


def test_the_paper_s_settings_depart_in_nothing(report):
    best, paper = presets("mnist")["best"].to_dict(), presets("mnist")["paper"].to_dict()
    papers = {name: paper[name] for name in paper if best[name] != paper[name]}
    head = head_of(report(changes=papers, step=13_000))
    assert "trained with the paper's settings. Figures" in head
    assert "Added to the paper's objective: nothing." in head


def test_the_embedded_digits_and_augmented_images_are_announced(report):
    head = head_of(report())
    assert "embedded" not in head
    assert "D sees images" not in head
    head = head_of(report(source="embedded", max_shift=2))
    assert "no error on so few images can be compared with the paper's." in head
    shifted = "shifted by up to 2 pixels with a probability of 0.5"
    assert f"D sees images as they are. Here it sees them, real and generated, {shifted}, to prevent" in head


def test_seeds_are_summed_up_and_every_run_is_shown_with_its_origin(report):
    text = report()
    for row in (
        "| 1 | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
        "| mean | 3.33% | 1.67% | 0.967 | 0.900 | 0.980 | 0.970 |",
        "| median | 3.00% | 1.50% | 0.970 | 0.900 | 0.980 | 0.970 |",
        "| spread | 1.53% | 0.76% | 0.015 | 0.000 | 0.000 | 0.000 |",
        "| worst of each column | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
        "| infogan_seed_1 | c1 | Uniform(-1, 1) | 2.25 | 2.30 | 0.990 | - | 0.60 (0.50) | used |",
        "| infogan_seed_1 | c2 | Uniform(-1, 1) | 1.50 | - | 0.970 | 0.90 | 0.60 (0.50) | used |",
        "| gan_seed_0 | c1 | Uniform(-1, 1) | 0.25 | 2.30 | 0.990 | - | 0.60 (0.50) | ignored |",
        "| infogan_seed_1 | 4.500 | 5.500 | 0.800 | 0.600 | 0.700 | 0.900 |",
        "| gan_own_q_seed_0 | gan_own_q | 0 | 1,000 | 8.3 | best | tensorflow 2.99 |",
        "- infogan_seed_4: `train --seed=4`",
    ):
        assert f"{row}\n" in text
    flat = " ".join(text.split())
    assert "Training took 50 minutes in all." in flat
    assert "1,000 images each, half of them for the second distance, and for the last four columns 500." in flat
    assert all(f"\n- {term}: " in text for term in ("verdict", "diversity", "extrapolation", "stability", "coverage"))


def test_a_misleading_precision_is_flagged(tmp_path):
    one, gray = mnist_run(tmp_path, 6), mnist_run(tmp_path, 7)
    gray = measured(gray, images={"precision": 1.0, "density": 0.4, "coverage": 0.0004})
    assert re.findall("Of (.*): precision is misleading here", report_of(tmp_path, one, gray)) == ["infogan_seed_7"]


def test_vector_arithmetic_and_one_code_are_shown_of_both_kinds_of_run(tmp_path):
    infogans = [mnist_run(tmp_path, 3, 0.03), mnist_run(tmp_path, 4, 0.09, level=2.0)]
    text = report_of(tmp_path, *infogans)
    for row in (
        "| gan_seed_0 | mean of 3 | 6.2% | 5.0% | 0.50 |",
        "| gan_seed_0 | one code | 10.0% | 2.0% | - |",
        "| infogan_seed_3 | one code | 97.0% | 2.0% | - |",
        "| infogan_seed_4 | mean of 3 | 50.0% | 5.0% | 0.50 |",
        "In the target class at chance: 10.0% in gan_seed_0, 10.0% in infogan_seed_3, 10.0% in infogan_seed_4.",
    ):
        assert row in text.splitlines()
    # Of two seeds the one with the higher error is shown.
    assert re.findall(r"\((.*)/vector_arithmetic.png", text) == ["gan_seed_0", "infogan_seed_4"]
    gan = measured(mnist_run(tmp_path, 0, objective="gan"), vector_arithmetic=None)
    text = report_of(tmp_path, *infogans, gan=gan)
    assert "gan_seed_0 is not measured: nearly all of its images are of one class." in text
    assert re.findall(r"\((.*)/vector_arithmetic.png", text) == ["infogan_seed_4"]


@pytest.fixture
def drawn(monkeypatch, tmp_path, small_model):
    """By file, what is drawn of seed 3, images with their captions; a regular GAN draws negatives."""
    results, drawn = mnist_results(tmp_path, mnist_run(tmp_path, 3)), {}
    for run in results.runs:
        run.trained.model = small_model
    negative = mock.Mock(side_effect=lambda latents: 1 - small_model(latents), image_shape=small_model.image_shape)
    negative.spec = small_model.spec
    results.gans[0].trained.model = negative
    monkeypatch.setattr(mnist, "tile", np.asarray)
    monkeypatch.setattr(mnist, "with_caption", lambda images, caption: (images, caption))
    for save in ("save_picture", "save_animation"):
        monkeypatch.setattr(mnist, save, lambda path, picture: drawn.update({path.name: picture}))
    for plot in ("plot_information", "plot_confusion"):
        monkeypatch.setattr(mnist, plot, lambda *arguments: drawn.update({arguments[-2].name: arguments}))
    mnist.draw_mnist(tmp_path, results)
    return drawn


def test_figures_name_runs_with_their_numbers(drawn):
    curves, ceiling, _, caption = drawn.pop("figure1.png")
    assert {legend: points[0] for legend, points in curves.items()} == {
        "InfoGAN, preset best, seed 3": (10, pytest.approx(2.19)),
        "regular GAN, settings of preset best, Q on frozen features of D, seed 0": (10, pytest.approx(0.24)),
        "regular GAN, settings of preset best, Q with its own network, seed 0": (10, pytest.approx(0.94)),
        "regular GAN, settings of preset paper, Q on frozen features of D, seed 0": (10, pytest.approx(0.04)),
    }
    assert ceiling == 2.303
    assert caption.startswith("L_I of c1, of one batch each. No Q of a regular GAN has a gradient to G or D's body.")
    where = "preset best, update 1,000, digits, 100 images"
    shown, gan = f"; infogan_seed_3, {where}", f"; gan_seed_0, {where}"
    confusion = drawn.pop("confusion.png")
    assert confusion[:3] + confusion[4:] == ([[1] * 10] * 10, TEN[::-1], "c1", f"error 3.00%, one to one{shown}")
    captions = {caption for _, caption in drawn.pop("traversal.gif")}
    assert captions == {f"rows c2 and c3, from -2 to 2 and back{shown}"}
    of_c2, of_c3 = (
        f"{code} from -2 to 2, trained on -1 to 1 (recovery R^2 {recovery}, beyond [-1, 1] slope {slope}){shown}"
        for code, recovery, slope in (("c2", 0.97, "0.90"), ("c3", 0.95, 0.45))
    )
    assert {name: caption for name, (_, caption) in drawn.items()} == {
        "figure2a.png": f"c1, ordered by the matching (error 3.00%){shown}",
        "figure2b.png": "regular GAN, nothing added to the objective: c1 from 0 to 9 (L_I 0.25 nats by Q on "
        f"frozen features of D){gan}",
        "figure2c.png": of_c2,
        "figure2d.png": of_c3,
        "two_codes.png": f"c1 = 7; c2 from left to right, c3 from top to bottom, both from -2 to 2{shown}",
    }


def test_figures_vary_what_their_captions_say(drawn, small_model):
    def check(image, number, row, **codes):
        """It shows a row of so many random samples, apart from some codes."""
        seed = split_seed(stream_seed(3, Stream.FIGURES), 2)[1]
        samples = {name: drawn[row : row + 1] for name, drawn in small_model.spec.sample(number, seed).items()}
        expected = small_model.generate({"c2": samples["c2"], "c3": samples["c3"]} | codes, samples["z"])
        np.testing.assert_allclose(image, expected[0], atol=1e-5)

    frames = [frame for frame, _ in drawn["traversal.gif"]]
    a, b, c, d, both = (drawn[f"{name}.png"][0] for name in (*(f"figure2{panel}" for panel in "abcd"), "two_codes"))
    assert np.ptp(a, axis=1).max() > 0, "no category differs"
    # The samples of the regular GAN are the same, its categories in their own order.
    np.testing.assert_allclose(b, 1 - a[:, ::-1], atol=1e-6)
    # Categories are matched with 9 - category, and every second digit has a row.
    check(c[1, 9], 5, 1, c1=7, c2=2)
    check(d[4, 0], 5, 4, c1=1, c3=-2)
    check(both[1, 8], 1, 0, c1=7, c2=np.linspace(-2, 2, 10)[8], c3=np.linspace(-2, 2, 10)[1])
    assert len(frames) == FRAMES
    check(frames[FRAMES // 2][0, 2], 10, 2, c1=7, c2=0)
    check(frames[-1][1, 9], 10, 9, c1=0, c3=2)
