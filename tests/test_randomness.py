import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Stream, split_seed, stream_seed


def test_seeds_differ_by_seed_stream_and_step():
    seeds = [
        tuple(stream_seed(seed, stream, step).numpy()) for seed in range(3) for stream in Stream for step in range(3)
    ]
    assert len(set(seeds)) == len(seeds)


def test_seed_is_the_same_in_a_graph():
    in_graph = tf.function(lambda step: split_seed(stream_seed(5, Stream.PREVIEW, step), 2))
    expected = split_seed(stream_seed(5, Stream.PREVIEW, 7), 2)
    np.testing.assert_array_equal(in_graph(tf.constant(7)), expected)


def test_split_seeds_differ_and_keep_64_bits():
    seeds = split_seed(stream_seed(0, Stream.GENERATE), 5)
    seeds += [half for seed in seeds for half in split_seed(seed, 2)]
    assert len({tuple(seed.numpy()) for seed in seeds}) == 15
    assert {seed.dtype for seed in seeds} == {tf.int64}
    assert all(np.abs(seed[0]) > 2**31 for seed in seeds)


def test_large_seeds_differ():
    seeds = {tuple(stream_seed(seed, Stream.GENERATE).numpy()) for seed in (0, 2**32, np.int64(2**62), 2**63 - 1)}
    assert len(seeds) == 4
