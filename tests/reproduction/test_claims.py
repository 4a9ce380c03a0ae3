import pytest

from infogan_tf.reproduction.claims import claims_section, figure1_section, level_until


@pytest.fixture
def runs(make_result):
    return [make_result(seed, error, level) for seed, error, level in ((0, 0.02, 2.2), (1, 0.05, 2.25), (2, 0.03, 2.1))]


@pytest.fixture
def baseline(make_result):
    return make_result(0, error=0.9, level=0.05, objective="gan")


def test_the_level_is_the_mean_of_the_last_fifty_updates():
    curve = [(step, float(step)) for step in range(10, 501, 10)]
    assert level_until(curve, 300) == pytest.approx((260 + 270 + 280 + 290 + 300) / 5)


def test_each_claim_stands_beside_our_number(runs, baseline):
    text = claims_section(runs, baseline, runs[2])
    for row in (
        "| L_I of c1 by update 300 | 2.15 to 2.30 | 2.20 (2.10 to 2.25) | Figure 1 |",
        "| the same of a regular GAN by update 1,000 | about 0.05 | 0.05 | Figure 1 |",
        "| c1 in a regular GAN | nothing meaningful | ignored, L_I 0.05 when trained | Figure 2 (b) |",
        "| c2 and c3 are seen in the image | rotation, width | c2 used, R^2 0.97, c3 used, R^2 0.95 |",
        "| they go on beyond [-1, 1] | to [-2, 2] | slope c2 0.90, c3 0.45 |",
        "| error of c1 as a classifier | 5 % | 3.00% (2.00% to 5.00%) | section 7.2 below |",
    ):
        assert row in text


def test_figure_1_shows_single_batches(runs, baseline):
    text = figure1_section(runs, baseline)
    assert "| 300 | 2.15 to 2.30 | 2.24 (2.14 to 2.29) | about 0.05 | 0.09 |" in text
    assert "| 50 | 2.17 | 2.24 (2.14 to 2.29) |  | 0.09 |" in text
    assert "its ceiling is 2.303." in text


def test_one_seed_has_no_range_and_a_short_run_no_number(runs, baseline):
    short = runs[0]._replace(curve=runs[0].curve[:20])
    assert "| 100 | 2.25 | 2.24 | 0.60 (peak, near 109) | 0.09 |" in figure1_section([short], baseline)
    assert "| 300 | 2.15 to 2.30 | not reached |" in figure1_section([short], baseline)
    assert "by update 300 | 2.15 to 2.30 | not reached |" in claims_section([short], baseline, short)
    assert "| 5 % | 2.00% | section 7.2 below |" in claims_section([short], baseline, short)
