import hashlib

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.data.batches import ImageBatches, as_floats, made_ahead


def test_each_pass_sees_every_image_once_also_across_batches(random_images):
    batches = ImageBatches(random_images(50), batch_size=8, seed=3)
    order = np.concatenate([batches.indices(step) for step in range(25)])
    first, second = order[:50], order[50:100]
    assert sorted(first) == sorted(second) == list(range(50))
    assert list(first) != list(second)
    assert list(first) != list(range(50))


def test_order_is_a_function_of_seed_and_step_alone(random_images):
    images = random_images(50)
    backwards = [ImageBatches(images, 5, seed=3).indices(step) for step in reversed(range(10))][::-1]
    np.testing.assert_array_equal(np.concatenate(backwards), ImageBatches(images, 50, seed=3).indices(0))
    assert np.any(ImageBatches(images, 5, seed=4).indices(0) != backwards[0])


def test_batches_are_those_of_every_release(random_images):
    """A run that began under one release resumes under the next."""
    images = random_images(50)
    batches = ImageBatches(images, 8, seed=3)
    assert batches.indices(0).tolist() == [32, 41, 5, 23, 36, 37, 48, 24]
    assert batches.indices(12).tolist() == [42, 6, 15, 47, 38, 16, 48, 49]
    np.testing.assert_array_equal(batches(12), images[batches.indices(12)])
    expected = "966991ef4eaeba740c5029117e8e68d163ec4c7efca6ceab13b8f7d38df2b58d"
    assert hashlib.sha256(as_floats(batches(12)).numpy().tobytes()).hexdigest() == expected


def test_batches_made_ahead_are_the_same_and_errors_arrive(random_images):
    batches = ImageBatches(random_images(50), 8, seed=3)
    for step, batch in zip(range(4, 9), made_ahead(batches, 4), strict=False):
        np.testing.assert_array_equal(batch, batches(step))
    batches.images = None
    with pytest.raises(TypeError):
        next(made_ahead(batches, 0))


def test_floats_are_the_same_bits_in_and_outside_of_a_graph_and_reach_1():
    values = np.arange(256, dtype=np.uint8)
    floats = as_floats(values).numpy()
    np.testing.assert_array_equal(tf.function(as_floats)(tf.constant(values)), floats)
    # As a graph computes a division by 255, which is how the first releases were trained.
    np.testing.assert_array_equal(tf.function(lambda x: tf.cast(x, tf.float32) / 255)(tf.constant(values)), floats)
    assert (floats[0], floats[255]) == (0, 1)
