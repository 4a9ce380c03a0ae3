import dataclasses

from infogan_tf.configs.mnist import PRESETS
from infogan_tf.reproduction.sections import report_text


def report(make_result, **changes):
    runs = [make_result(seed, error) for seed, error in ((0, 0.02), (1, 0.05), (4, 0.03))]
    for run in runs:
        run.run.config = dataclasses.replace(run.run.config, **changes)
    return report_text("best", runs, make_result(0, error=0.9, objective="gan", extrapolation=0.0), runs[2])


def test_every_departure_from_the_paper_is_named(make_result):
    head = report(make_result).split("## Claim")[0]
    same = "--discriminator_learning_rate=0.0004 --update=simultaneous"
    assert "Preset `best`, digits, 100 images." in head
    assert f"trained with the paper's settings but for `--deformation=1.0 {same}`, the regular GAN with" in head
    assert "the regular GAN with the paper's settings. Figures" in head
    assert "show seed 4, the one of the middle error" in head
    assert "but for the column `stability`, which deforms them" in head


def test_the_preset_after_the_paper_departs_in_nothing(make_result):
    plain = {name: getattr(PRESETS["paper"], name) for name in ("deformation", "update", "discriminator_learning_rate")}
    head = report(make_result, **plain).split("## Claim")[0]
    assert "trained with the paper's settings, the regular GAN" in head
    assert "deform" not in head


def test_seeds_are_summed_up(make_result):
    text = report(make_result)
    for row in (
        "| seed | error, one to one | error, majority | NMI | ARI | confidence | stability |",
        "| 1 | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
        "| mean | 3.33% | 1.67% | 0.967 | 0.900 | 0.980 | 0.970 |",
        "| median | 3.00% | 1.50% | 0.970 | 0.900 | 0.980 | 0.970 |",
        "| spread | 1.53% | 0.76% | 0.015 | 0.000 | 0.000 | 0.000 |",
        "| worst of each column | 5.00% | 2.50% | 0.950 | 0.900 | 0.980 | 0.970 |",
    ):
        assert row in text


def test_every_run_is_shown_with_its_codes_images_and_time(make_result):
    text = report(make_result)
    for row in (
        "| infogan_seed_1 | 2.20, 1.50, 1.40 | 0.990, 0.970, 0.950 | 0.90, 0.45 | used, used, used |",
        "| gan_seed_0 | 2.20, 1.50, 1.40 | 0.990, 0.970, 0.950 | 0.00, 0.00 | used, used, used |",
        "| infogan_seed_1 | 4.500 | 0.800 | 0.600 |",
        "| gan_seed_0 | gan | 0 | 1,000 | 8.3 | tensorflow 2.99 |",
    ):
        assert row in text
    assert "Training took 33 minutes in all." in text
    assert "1,000 images each, for precision and recall 500" in text
