import dataclasses

import pytest

from infogan_tf.experiments import presets
from infogan_tf.reproduction.sections import report_text


@pytest.fixture
def made(make_result, make_results):
    return make_result, make_results


def report(make, seeds=((0, 0.02), (1, 0.05), (4, 0.03)), **changes):
    make_result, make_results = make
    runs = [make_result(seed, error) for seed, error in seeds]
    for run in runs:
        run.run.config = dataclasses.replace(run.run.config, **changes)
    return report_text(make_results(*runs))


def test_every_departure_from_the_paper_is_named(made):
    head = report(made).split("## Claim")[0]
    same = "--discriminator_learning_rate=0.0004 --update=simultaneous"
    assert "Preset `best`, digits, 100 images; measured on held-out (test) images." in head
    assert f"trained with the paper's settings but for `--code_augmentation=1.0 {same}`." in head
    assert "Figures show seed 4, the one of the middle error." in head
    assert "Added to the paper's objective: While they train, Q predicts categorical codes from" in head
    assert "except the column `stability`, which deforms them" in head


def test_one_seed_is_not_called_the_middle_one(made):
    text = report(made, seeds=((3, 0.02),))
    assert "Figures show seed 3." in text
    assert "middle" not in text


def test_the_preset_after_the_paper_departs_in_nothing(made):
    names = ("code_augmentation", "update", "discriminator_learning_rate")
    plain = {name: getattr(presets("mnist")["paper"], name) for name in names}
    head = report(made, **plain).split("## Claim")[0]
    assert "trained with the paper's settings. Figures" in head
    assert "Added to the paper's objective: nothing." in head
    assert "deform" not in head


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
    diversity = "0.60, 0.60, 0.60"
    for row in (
        f"| infogan_seed_1 | 2.20, 1.50, 1.40 | 0.990, 0.970, 0.950 | 0.90, 0.45 | {diversity} | used, used, used |",
        f"| gan_seed_0 | 0.25, 1.50, 1.40 | 0.990, 0.970, 0.950 | 0.00, 0.00 | {diversity} | ignored, used, used |",
        "| run | Frechet distance | of halves | precision | recall | density | coverage |",
        "| infogan_seed_1 | 4.500 | 5.500 | 0.800 | 0.600 | 0.700 | 0.900 |",
        "| gan_seed_0 | gan | 0 | 1,000 | 8.3 | best | tensorflow 2.99 |",
        "| gan_own_q_seed_0 | gan_own_q | 0 | 1,000 | 8.3 | best | tensorflow 2.99 |",
        "- infogan_seed_4: `train --seed=4`",
    ):
        assert row in text
    assert "Training took 50 minutes in all." in text
    assert "1,000 images each, half of them for the second distance, and for the last four columns 500." in text
    assert "half of the held-out (test) images against the other half, is 0.900." in text


def test_terms_are_explained_below_the_tables(made):
    text = report(made)
    for term in ("verdict: used: Q recovers", "diversity: ", "extrapolation: ", "stability: ", "coverage: "):
        assert f"- {term}" in text


def test_a_misleading_precision_is_flagged(made, make_result):
    gray = make_result(7)
    gray.evaluation["images"] |= {"precision": 1.0, "density": 0.4, "coverage": 0.0004}
    text = report_text(made[1](gray))
    assert "Of infogan_seed_7: precision is misleading here" in text
    assert "misleading here" not in report(made)
