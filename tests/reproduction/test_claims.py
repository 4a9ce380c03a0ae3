import pytest

from infogan_tf.reproduction.claims import claims_section, figure1_section, level_until

GAN = "settings of preset best, Q on frozen features of D"


@pytest.fixture
def results(make_result, make_results):
    settings = ((0, 0.02, 2.2), (1, 0.05, 2.25), (2, 0.03, 2.1))
    return make_results(*(make_result(seed, error, level) for seed, error, level in settings))


def test_the_level_is_the_mean_of_the_last_fifty_updates():
    curve = [(step, float(step)) for step in range(10, 501, 10)]
    assert level_until(curve, 300) == pytest.approx((260 + 270 + 280 + 290 + 300) / 5)


def test_each_claim_stands_beside_our_number(results):
    text = claims_section(results)
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


def test_figure_1_shows_single_batches_and_describes_q(results):
    text = figure1_section(results)
    assert f"| regular GAN, paper | regular GAN, {GAN} | regular GAN, settings of preset best, Q with its own" in text
    assert "| 300 | 2.15 to 2.30 | 2.24 (2.14 to 2.29) | about 0.05 | 0.29 | 0.99 | 0.09 |" in text
    assert "| 50 | 2.17 | 2.24 (2.14 to 2.29) |  | 0.29 | 0.99 | 0.09 |" in text
    assert "its ceiling is 2.303." in text
    assert "a head on frozen features of D" in text


def test_one_seed_has_no_range_and_a_short_run_no_number(results):
    short = results.infogans[0]._replace(curve=results.infogans[0].curve[:20])
    results = results._replace(infogans=[short])
    assert "| 100 | 2.25 | 2.24 | 0.60 (peak, near 109) | 0.29 |" in figure1_section(results)
    assert "| 300 | 2.15 to 2.30 | not trained that long (200 updates) |" in figure1_section(results)
    text = claims_section(results)
    assert "by update 300 | 2.15 to 2.30 | not trained that long (200 updates) |" in text
    assert "| 5 % | 2.00% | section 7.2 below |" in text
    assert "not reached" not in text
