import itertools

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from infogan_tf.randomness import Seed, Stream, integers, normal, split_seed, stream_seed, uniform


def test_seeds_differ_by_seed_stream_step_and_split():
    numbers = (0, 1, 2**32, np.int64(2**62), 2**63 - 1)
    seeds = [stream_seed(seed, stream, step) for seed in numbers for stream in Stream for step in (0, 1)]
    seeds += [part for seed in seeds for part in split_seed(seed, 5)]
    seeds += [half for seed in seeds[-5:] for half in split_seed(seed, 2)]
    assert len({(seed.key, int(seed.step)) for seed in seeds}) == 5 * len(Stream) * 2 * 6 + 10


def test_draws_of_any_two_seeds_are_independent():
    """Of parents and parts, of neighboring keys, and of neighboring steps, which also differ at any distance."""
    first = stream_seed(0, Stream.GENERATE, 7)
    seeds = [first, *split_seed(first, 2), *(Seed(first.key + i, first.step + j) for i, j in ((0, 1), (1, 0), (1, 1)))]
    draws = [uniform([20_000], seed).numpy() for seed in seeds]
    for one, other in itertools.combinations(draws, 2):
        assert scipy.stats.kendalltau(one, other).pvalue > 1e-4
        assert not np.isin(one[:100], other).all()


def test_draws_are_the_same_in_a_graph_and_follow_from_the_step():
    def draw(step):
        part = split_seed(stream_seed(3, Stream.PREVIEW, step), 2)[1]
        return uniform([4], part, -1.0, 3.0), normal([4], part), integers([4], part, 5, 8)

    in_graph = tf.function(draw)
    for step in (0, 1, 2**40):
        for eager, traced in zip(draw(step), in_graph(tf.constant(step, tf.int64)), strict=True):
            np.testing.assert_array_equal(eager, traced)
    assert in_graph.experimental_get_tracing_count() == 1
    assert np.any(draw(0)[0] != draw(1)[0])


@pytest.mark.parametrize(
    ("draw", "reference"),
    [
        (lambda seed: uniform([100, 200], seed, -1.0, 3.0), scipy.stats.uniform(-1, 4)),
        (lambda seed: normal([100, 200], seed), scipy.stats.norm()),
    ],
)
def test_draws_have_their_distribution(draw, reference):
    assert scipy.stats.kstest(draw(stream_seed(1, Stream.GENERATE)).numpy().ravel(), reference.cdf).pvalue > 1e-3


def test_integers_are_equally_frequent():
    drawn = integers([6000], stream_seed(1, Stream.GENERATE), -1, 2).numpy()
    assert scipy.stats.chisquare(np.unique(drawn, return_counts=True)[1]).pvalue > 1e-3
    assert set(drawn) == {-1, 0, 1}


def test_tensorflows_own_operations_take_a_seed():
    drawn = [tf.random.stateless_uniform([4], seed).numpy() for seed in split_seed(stream_seed(0, Stream.GENERATE), 2)]
    assert np.any(drawn[0] != drawn[1])
