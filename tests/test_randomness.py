import numpy as np
import tensorflow as tf

from infogan_tf.randomness import Stream, split_seed, stream_seed


def test_seeds_differ_by_seed_stream_and_step():
    seeds = [
        tuple(stream_seed(seed, stream, step).numpy()) for seed in range(3) for stream in Stream for step in range(3)
    ]
    assert len(set(seeds)) == len(seeds)


def test_seed_is_the_same_in_a_graph():
    in_graph = tf.function(lambda step: stream_seed(5, Stream.PREVIEW, step))
    np.testing.assert_array_equal(in_graph(tf.constant(7)), stream_seed(5, Stream.PREVIEW, 7))


def test_split_seeds_differ():
    seeds = split_seed(stream_seed(0, Stream.GENERATE), 5)
    assert len({tuple(seed.numpy()) for seed in seeds}) == 5
