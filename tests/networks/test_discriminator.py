import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec

SPEC = DiscriminatorSpec(convs=(Conv(4), Conv(6, strides=1, bn=True)), dense=(8,), code_hidden=5)
IMAGE_SHAPE = (9, 8, 3)  # Odd sizes are rounded up.


@pytest.fixture
def images():
    return tf.random.stateless_uniform([4, *IMAGE_SHAPE], [1, 2])


def make(spec=SPEC, **arguments):
    return Discriminator(spec, IMAGE_SHAPE, posterior_size=3, leaky_slope=0.1, **arguments)


def test_signed_input_maps_images_to_minus_1_to_1(images):
    networks = []
    for signed in (False, True):
        keras.utils.set_random_seed(0)
        networks.append(make(DiscriminatorSpec(convs=(Conv(4),), signed_input=signed)))
    plain, signed = networks
    np.testing.assert_allclose(signed(images).real_logits, plain(2 * images - 1).real_logits, atol=1e-6)
    assert np.abs(signed(images).real_logits - plain(images).real_logits).max() > 1e-3


@pytest.mark.parametrize(
    ("q_features", "reached"),
    [
        ("shared", {"images", "body", "code_head"}),
        ("detached", {"code_head"}),
        ("own", {"q_body", "code_head"}),
    ],
)
def test_what_the_loss_of_q_has_a_gradient_to(q_features, reached, images):
    """In a regular GAN nothing of Q's loss reaches the images, and so G, or the body of D."""
    discriminator = make(q_features=q_features)
    sources = {"images": [images]}
    for name in ("body", "real_head", "code_head", "q_body"):
        part = getattr(discriminator, name)
        sources[name] = [variable.value for variable in part.trainable_variables] if part else []
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(discriminator(images, training=True).posterior ** 2)
    gradients = tape.gradient(loss, sources)
    for name, of_part in gradients.items():
        assert all((gradient is not None) == (name in reached) for gradient in of_part), name


def test_configuration_round_trip(images):
    discriminator = make(q_features="own")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(discriminator))
    assert (again.spec, again.q_features) == (SPEC, "own")
    again.set_weights(discriminator.get_weights())
    np.testing.assert_array_equal(again(images).posterior, discriminator(images).posterior)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Conv(8, strides=0), "strides must be an integer from 1 to 2, got 0"),
        (lambda: DiscriminatorSpec(convs=(4,)), r"convs of DiscriminatorSpec must be a tuple of Conv, got \(4,\)"),
        (lambda: DiscriminatorSpec((Conv(4),), dense=(0,)), "size in dense of .* must be an integer >= 1, got 0"),
        (lambda: DiscriminatorSpec((Conv(4),), code_hidden=0), "code_hidden of .* must be an integer >= 1, got 0"),
        (lambda: Discriminator(SPEC, (8, 8), 3, 0.1), r"image_shape must be 3 integers >= 1, got \(8, 8\)"),
        (lambda: Discriminator(SPEC, IMAGE_SHAPE, 0, 0.1), "posterior_size must be an integer >= 1, got 0"),
        (lambda: Discriminator(SPEC, IMAGE_SHAPE, 3, -1), "leaky_slope must be a number >= 0, got -1"),
        (lambda: make(q_features="none"), "q_features must be shared, detached or own, got 'none'"),
    ],
)
def test_bad_arguments_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()
