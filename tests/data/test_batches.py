import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.data import ImageBatches


def test_each_pass_sees_every_image_once_also_across_batches(random_images):
    batches = ImageBatches(random_images(50), batch_size=8, seed=3)
    order = np.concatenate([batches.indices(step) for step in range(25)])
    first, second = order[:50], order[50:100]
    assert sorted(first) == sorted(second) == list(range(50))
    assert list(first) != list(second)
    assert list(first) != list(range(50))


def test_order_is_a_function_of_seed_and_step_alone(random_images):
    images = random_images(50)
    forwards = [ImageBatches(images, 8, seed=3).indices(step).numpy() for step in range(5)]
    batches = ImageBatches(images, 8, seed=3)
    backwards = [batches.indices(step).numpy() for step in reversed(range(5))][::-1]
    np.testing.assert_array_equal(forwards, backwards)
    assert np.any(ImageBatches(images, 8, seed=4).indices(0).numpy() != forwards[0])


def test_order_does_not_depend_on_the_batch_size(random_images):
    images = random_images(50)
    small = np.concatenate([ImageBatches(images, 5, seed=3).indices(step) for step in range(10)])
    np.testing.assert_array_equal(small, ImageBatches(images, 50, seed=3).indices(0))


@pytest.mark.parametrize("batch_size", [7, 50])
def test_batches_are_the_images_as_floats_and_the_same_in_a_graph(random_images, batch_size):
    images = random_images(50)
    batches = ImageBatches(images, batch_size, seed=3)
    batch = batches(4)
    assert batch.shape == (batch_size, 28, 28, 1)
    assert batch.dtype == tf.float32
    np.testing.assert_allclose(batch, images[batches.indices(4).numpy()] / 255, rtol=1e-6)
    np.testing.assert_array_equal(tf.function(batches.indices)(tf.constant(4)), batches.indices(4))
    np.testing.assert_allclose(tf.function(batches)(tf.constant(4)), batch, rtol=1e-6)
