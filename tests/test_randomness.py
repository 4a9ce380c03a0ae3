import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Stream, split_seed, stream_seed


def test_seeds_differ_by_seed_stream_and_step():
    numbers = (0, 1, 2**32, np.int64(2**62), 2**63 - 1)
    seeds = {tuple(stream_seed(seed, stream, step).numpy()) for seed in numbers for stream in Stream for step in (0, 1)}
    assert len(seeds) == 5 * len(Stream) * 2


def test_split_seeds_differ_and_keep_64_bits_also_in_a_graph():
    seeds = split_seed(stream_seed(0, Stream.GENERATE, 7), 5)
    seeds += [half for seed in seeds for half in split_seed(seed, 2)]
    assert len({tuple(seed.numpy()) for seed in seeds}) == 15
    assert all(np.abs(seed[0]) > 2**31 for seed in seeds)
    in_graph = tf.function(lambda step: split_seed(stream_seed(0, Stream.GENERATE, step), 5))
    np.testing.assert_array_equal(in_graph(tf.constant(7)), seeds[:5])
