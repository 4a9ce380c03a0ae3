import dataclasses

import pytest

from infogan_tf.experiments import presets
from infogan_tf.reproduction.mnist_results import level_until
from infogan_tf.reproduction.report import report_text

GAN = "settings of preset best, Q on frozen features of D"


@pytest.fixture
def made(make_result, make_results):
    return make_result, make_results


def report(make, seeds=((0, 0.02), (1, 0.05), (4, 0.03)), levels=(2.2, 2.2, 2.2), **changes):
    make_result, make_results = make
    runs = [make_result(seed, error, level) for (seed, error), level in zip(seeds, levels, strict=False)]
    for run in runs:
        run.trained.config = dataclasses.replace(run.config, **changes)
    return report_text("mnist", make_results(*runs))


def head_of(*arguments, **changes):
    """What stands above the claims, as one line."""
    return " ".join(report(*arguments, **changes).split("## Claim")[0].split())


def test_the_level_is_the_mean_of_the_last_fifty_updates():
    curve = [(step, float(step)) for step in range(10, 501, 10)]
    assert level_until(curve, 300) == pytest.approx((260 + 270 + 280 + 290 + 300) / 5)


def test_each_claim_stands_beside_our_number(made):
    text = report(made, levels=(2.2, 2.25, 2.1))
    by_update = "| the same of a regular GAN by update 1,000: settings of preset"
    for row in (
        "| L_I of c1 by update 300 | 2.15 to 2.30 | 2.20 (2.10 to 2.25) | Figure 1 |",
        f"{by_update} best, Q on frozen features of D | about 0.05 | 0.25 | Figure 1 |",
        f"{by_update} best, Q with its own network | about 0.05 | 0.95 | Figure 1 |",
        f"{by_update} paper, Q on frozen features of D | about 0.05 | 0.05 | Figure 1 |",
        f"| c1 in a regular GAN | nothing meaningful | ignored, L_I 0.25 when trained, {GAN} | Figure 2 (b) |",
        "| c2 and c3 are seen in the image | rotation, width | c2 used, R^2 0.97, c3 used, R^2 0.95 |",
        "| they extrapolate beyond [-1, 1] | to [-2, 2] | slope c2 0.90, c3 0.45 |",
        "| error of c1 as a classifier | 5 % | 3.00% (2.00% to 5.00%) | section 7.2 below |",
    ):
        assert row in text


def test_figure_1_shows_single_batches_and_describes_q(made):
    text = report(made, levels=(2.2, 2.25, 2.1))
    assert f"| regular GAN, paper | regular GAN, {GAN} | regular GAN, settings of preset best, Q with its own" in text
    assert "| 300 | 2.15 to 2.30 | 2.24 (2.14 to 2.29) | about 0.05 | 0.29 | 0.99 | 0.09 |\n" in text
    assert "| 50 | 2.17 | 2.24 (2.14 to 2.29) | - | 0.29 | 0.99 | 0.09 |\n" in text
    assert "its ceiling is\n2.303." in text
    assert "head on frozen features of D" in text


def test_one_seed_has_no_range_and_a_short_run_no_number(made):
    make_result, make_results = made
    results = make_results(make_result(0, 0.02))
    short = {**results.curves, "infogan_seed_0": results.curves["infogan_seed_0"][:20]}
    text = report_text("mnist", dataclasses.replace(results, curves=short))
    assert "| 100 | 2.25 | 2.24 | 0.60 (peak, near 109) | 0.29 |" in text
    assert "| 300 | 2.15 to 2.30 | not trained that long (200 updates) |" in text
    assert "by update 300 | 2.15 to 2.30 | not trained that long (200 updates) |" in text
    assert "| 5 % | 2.00% | section 7.2 below |" in text
    assert "not reached" not in text


def test_every_departure_from_the_paper_is_named(made):
    head = head_of(made)
    same = "--average_decay=0.99 --discriminator_learning_rate=0.0004 --update=simultaneous"
    assert "Preset `best`, digits, 100 images; measured on 1,000 held-out (test) images." in head
    assert f"trained with the paper's settings but for `--code_augmentation=1.0 --consistency=1.0 {same}`, for" in head
    assert "for 1,000 updates in place of the preset's 5,000. Figures" in head
    assert "Figures show seed 4, the one of the middle error." in head
    assert "Added to the paper's objective: While they train, Q predicts categorical codes from" in head
    assert "except the column `stability`, which augments them" in head


def test_one_seed_is_not_called_the_middle_one(made):
    text = report(made, seeds=((3, 0.02),))
    assert "Figures show seed 3." in text
    assert "middle" not in text


def test_the_preset_after_the_paper_departs_in_nothing(made):
    names = ("code_augmentation", "consistency", "average_decay", "update", "discriminator_learning_rate")
    plain = {name: getattr(presets("mnist")["paper"], name) for name in names}
    head = head_of(made, **plain)
    assert "trained with the paper's settings, for 1,000" in head
    assert "Added to the paper's objective: nothing." in head
    assert "augments" not in head


def test_a_run_as_long_as_its_preset_says_nothing_of_its_length(made):
    make_result, make_results = made
    run = make_result(0)
    run.trained.step = 5000
    assert "in place of the preset's" not in report_text("mnist", make_results(run))


def test_a_result_on_the_embedded_digits_is_not_compared_with_the_papers(made):
    make_result, make_results = made
    run = make_result(0)
    assert "embedded" not in report_text("mnist", make_results(run))
    run.trained.record["data"]["source"] = "embedded"
    head = " ".join(report_text("mnist", make_results(run)).split("## Claim")[0].split())
    assert "no error on so few images can be compared with the paper's." in head


def test_images_that_are_augmented_for_d_are_said_to_be(made):
    make_result, make_results = made
    run = make_result(0)
    assert "D sees images" not in report_text("mnist", make_results(run))
    run.trained.record["data"]["max_shift"] = 2
    head = " ".join(report_text("mnist", make_results(run)).split("## Claim")[0].split())
    shifted = "shifted by up to 2 pixels with a probability of 0.5"
    assert f"D sees images as they are. Here it sees them, real and generated, {shifted}, to prevent" in head


def test_seeds_are_summed_up(made):
    text = report(made)
    for row in (
        "| seed | error, one to one | error, majority | NMI | ARI | confidence | stability |",
        "| 1 | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
        "| mean | 3.33% | 1.67% | 0.967 | 0.900 | 0.980 | 0.970 |",
        "| median | 3.00% | 1.50% | 0.970 | 0.900 | 0.980 | 0.970 |",
        "| spread | 1.53% | 0.76% | 0.015 | 0.000 | 0.000 | 0.000 |",
        "| worst of each column | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
    ):
        assert row in text


def test_every_run_is_shown_with_its_codes_images_time_and_origin(made):
    text = report(made)
    for row in (
        "| infogan_seed_1 | c1 | Uniform(-1, 1) | 2.20 | 2.30 | 0.990 | - | 0.60 (0.50) | used |",
        "| infogan_seed_1 | c2 | Uniform(-1, 1) | 1.50 | - | 0.970 | 0.90 | 0.60 (0.50) | used |",
        "| gan_seed_0 | c1 | Uniform(-1, 1) | 0.25 | 2.30 | 0.990 | - | 0.60 (0.50) | ignored |",
        "| run | Frechet distance | of halves | precision | recall | density | coverage |",
        "| infogan_seed_1 | 4.500 | 5.500 | 0.800 | 0.600 | 0.700 | 0.900 |",
        "| gan_seed_0 | gan | 0 | 1,000 | 8.3 | best | tensorflow 2.99 |",
        "| gan_own_q_seed_0 | gan_own_q | 0 | 1,000 | 8.3 | best | tensorflow 2.99 |",
        "- infogan_seed_4: `train --seed=4`",
    ):
        assert f"{row}\n" in text
    flat = " ".join(text.split())
    assert "Training took 50 minutes in all." in flat
    assert "1,000 images each, half of them for the second distance, and for the last four columns 500." in flat
    assert "half of the held-out (test) images against the other half, is 0.900." in flat


def test_terms_are_explained_below_the_tables(made):
    text = report(made)
    for term in ("verdict: used: Q recovers", "diversity: ", "extrapolation: ", "stability: ", "coverage: "):
        assert f"- {term}" in text


def test_a_misleading_precision_is_flagged(made, make_result):
    gray = make_result(7)
    gray.evaluation["images"] |= {"precision": 1.0, "density": 0.4, "coverage": 0.0004}
    text = report_text("mnist", made[1](gray))
    assert "Of infogan_seed_7: precision is misleading here" in text
    assert "misleading here" not in report(made)
