"""InfoGAN as a Keras model: `fit`, `generate`, `infer_codes`, pictures, and what it refuses."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.augmentation import DigitAugmentation, PhotographAugmentation
from infogan_tf.build_model import build_augmentation, build_model
from infogan_tf.config import Config
from infogan_tf.distributions import CategoricalPosterior, GaussianPosterior
from infogan_tf.figures.pictures import tile
from infogan_tf.randomness import Stream, stream_seed
from tests.tiny_models import compiled_tiny_model, tiny_discriminator, tiny_generator, tiny_images, tiny_model

pytestmark = pytest.mark.usefixtures("small_networks")


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::400][:8], tf.float32) / 255


@pytest.fixture(scope="module")
def fitted():
    """A model after one `fit`, whose graph Keras keeps; with what a refused `fit` must leave as it is."""
    model = compiled_tiny_model()
    model.fit(tiny_images(), batch_size=8, verbose=0)
    return model


@pytest.mark.slow
def test_fit_trains_on_any_data_set_ignores_labels_and_shows_a_part_of_what_an_update_reports():
    images = tiny_images(12)
    metrics = compiled_tiny_model().apply_update(images)
    fits = []
    for data, arguments in (
        (tf.data.Dataset.from_tensors(images), {}),
        (images, {"y": np.arange(12) % 10, "batch_size": 12}),
    ):
        model = compiled_tiny_model()
        history = model.fit(data, **arguments, verbose=0, shuffle=False).history
        fits.append(model.get_weights())
        assert set(history) == {
            *("loss", "loss/discriminator", "loss/generator"),
            *(f"mutual_information/{name}" for name in ("kind", "angle", "total")),
        }
        for name, (value,) in history.items():
            tag = "loss/total" if name == "loss" else name
            assert value == pytest.approx(float(metrics[tag]), rel=1e-4, abs=1e-5)
    for without_labels, with_labels in zip(*fits, strict=True):
        np.testing.assert_allclose(with_labels, without_labels, atol=1e-6)


def with_value(value, place):
    images = tiny_images()
    images[place, 3, 3] = value
    return images


OF_SHAPE = r"images must be floats in \[0, 1\] or uint8, of shape \[batch, 8, 8, 1\], got "
OF_ANOTHER_FORM = {
    "integers": (np.int64(255 * tiny_images()), r"int64 \(\w+, 8, 8, 1\)"),
    "shape": (tiny_images()[:, :4], r"(float32 \(\w+, 4, 8, 1\)|\[8,4,8,1\])"),
    "rank": (tiny_images()[..., 0], r"(float32 \(\w+, 8, 8\)|\[8,8,8\])"),
}


def fit_refused(model, images, text):
    """A `fit` that must raise one line and leave every weight as it was."""
    before = [weight.numpy() for weight in model.weights]
    with pytest.raises(ValueError, match=f"^{text}[^\n]*$"):
        model.fit(images, batch_size=8, verbose=0, shuffle=False)
    for weight, value in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_a_first_fit_refuses_images_of_another_form():
    model = compiled_tiny_model()
    for images, text in OF_ANOTHER_FORM.values():
        fit_refused(model, images, OF_SHAPE + text)
    fit_refused(model, None, "fit needs images or a data set of images, got none")


@pytest.mark.slow
def test_a_later_fit_refuses_images_of_another_form(fitted):
    """Keras then has a graph for images of any shape, or makes one."""
    for images, text in OF_ANOTHER_FORM.values():
        fit_refused(fitted, images, OF_SHAPE + text)


def test_fit_refuses_images_out_of_range_in_every_batch(fitted):
    for images, text in (
        (255 * tiny_images(), r"from 0.\d+ to 254.\d+; divide uint8 images by 255"),
        (with_value(np.nan, 0), "from nan to nan"),
        (with_value(-0.5, 0), r"from -0.5 to 0.\d+"),
    ):
        fit_refused(fitted, images, rf"images must be floats in \[0, 1\], got values {text}")
    with pytest.raises(ValueError, match="got values from nan to nan"):
        fitted.fit(with_value(np.nan, 12), batch_size=8, verbose=0, shuffle=False)


def test_other_errors_of_a_fit_stay_as_they_are(fitted):
    broken = tf.data.Dataset.from_tensors(tiny_images()).map(lambda images: tf.debugging.check_numerics(images / 0, ""))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tensor had Inf"):
        fitted.fit(broken, verbose=0, shuffle=False)


def test_settings_and_experiments_choose_the_augmentation():
    assert build_augmentation(Config()) == DigitAugmentation()
    changed = Config(augmentation="photographs", augmentation_probability=1)
    assert build_augmentation(changed) == PhotographAugmentation(1)


def test_there_is_no_validation(fitted):
    for arguments in ({"validation_data": tiny_images()}, {"validation_split": 0.1}):
        with pytest.raises(ValueError, match="a GAN has no validation loss; infogan evaluate"):
            fitted.fit(tiny_images(), **arguments)
    with pytest.raises(NotImplementedError, match="evaluate is not supported: a GAN has no validation loss"):
        fitted.evaluate(tiny_images(), verbose=0)


def test_a_model_must_be_compiled_with_two_optimizers():
    model, optimizer = tiny_model(), keras.optimizers.Adam()
    with pytest.raises(RuntimeError, match=r"compile\(d_optimizer, g_optimizer\) must be called before"):
        model.apply_update(tiny_images())
    with pytest.raises(ValueError, match="must call `compile"):
        model.fit(tiny_images())
    with pytest.raises(ValueError, match="d_optimizer and g_optimizer must be two objects"):
        model.compile(optimizer, optimizer)
    with pytest.raises(ValueError, match=r"g_optimizer must be a keras.optimizers.Optimizer, got 'adam'"):
        model.compile(optimizer, "adam")


def test_generate_takes_codes_by_name_and_noise_and_samples_the_rest(small_model):
    noise = np.random.default_rng(0).uniform(-1, 1, [2, 62])
    images = small_model.generate(codes={"c1": [1, 2], "c2": 0.5, "c3": [-1.5, 1.5]}, noise=noise)
    latents = np.concatenate([noise, np.eye(10)[[1, 2]], [[0.5], [0.5]], [[-1.5], [1.5]]], axis=1)
    np.testing.assert_allclose(images, small_model.generator(latents.astype(np.float32)), atol=1e-6)
    one_hot = {"c1": np.eye(10)[[3, 3, 3]], "c2": [[-2], [0], [2]]}
    np.testing.assert_array_equal(
        small_model.generate(one_hot, seed=1), small_model.generate({"c1": 3, "c2": [-2, 0, 2]}, seed=1)
    )
    assert small_model.generate().shape == (1, 28, 28, 1)
    assert small_model.generate(num_images=4).shape == (4, 28, 28, 1)


def test_generate_follows_from_its_seed_and_else_differs(small_model):
    np.testing.assert_array_equal(small_model.generate(seed=5), small_model.generate(seed=5))
    assert np.any(small_model.generate(seed=5).numpy() != small_model.generate(seed=6).numpy())
    assert np.any(small_model.generate().numpy() != small_model.generate().numpy())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"codes": {"c1": 10}}, "code c1: a value of .* from 0 to 9, got 10"),
        ({"codes": {"c1": [1, 2], "c2": [1, 2, 3]}}, "must agree in length, got c1 2, c2 3"),
        ({"codes": {"c1": [1, 2]}, "num_images": 3}, "must agree in length, got c1 2, num_images 3"),
        ({"num_images": 2.5}, "num_images must be an integer >= 1, got 2.5"),
        ({"seed": -1}, "seed must be an integer >= 0, got -1"),
        ({"codes": {"c1": [[1], [1, 2]]}}, "code c1: values of .* must be made of numbers, got"),
        ({"codes": {"c2": 1e39}}, "code c2: values of .* must be finite, got 1e"),
        ({"noise": np.zeros([2, 61])}, r"noise must have shape \[batch, 62\], got \[2, 61\]"),
    ],
)
def test_generate_refuses_what_is_wrong(small_model, arguments, text):
    with pytest.raises(ValueError, match=text):
        small_model.generate(**arguments)


def test_infer_codes_names_the_posteriors_of_each_image_alone(small_model, real_images):
    posteriors = small_model.infer_codes(real_images)
    assert isinstance(posteriors["c1"], CategoricalPosterior)
    assert isinstance(posteriors["c3"], GaussianPosterior)
    assert posteriors["c3"].mean.shape == posteriors["c3"].std.shape == (8, 1)
    np.testing.assert_allclose(np.sum(posteriors["c1"].probs, axis=1), np.ones(8), rtol=1e-5)
    alone = small_model.infer_codes(real_images[3:4])["c1"].logits
    np.testing.assert_allclose(alone[0], posteriors["c1"].logits[3], atol=1e-4)


def test_infer_codes_refuses_what_are_no_images(small_model):
    for images, got in (
        (np.zeros([28, 28, 1], np.float32), r"float32 \(28, 28, 1\)"),
        (np.zeros([2, 28, 28, 1], np.int32), "int32"),
        ([[1.0], [1.0, 2.0]], "list"),
    ):
        with pytest.raises(ValueError, match=rf"images must be floats in .* of shape \[batch, 28, 28, 1\], got {got}"):
            small_model.infer_codes(images)


def test_infer_codes_refuses_what_was_not_scaled_in_a_graph_too(small_model):
    for value in (255.0, -0.5, np.nan):
        with pytest.raises(ValueError, match=f"got values from {value:g} to {value:g}; divide uint8 images by 255"):
            small_model.infer_codes(np.full([2, 28, 28, 1], value))
    infer = tf.function(tiny_model().infer_codes)
    assert infer(tf.constant(tiny_images()))["kind"].probs.shape == (16, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="got values from nan to nan"):
        infer(tf.constant(with_value(np.nan, 0)))


def test_called_and_asked_to_predict_it_is_the_generator(small_model):
    latents = tf.random.stateless_normal([3, 74], [1, 2])
    np.testing.assert_allclose(small_model(latents), small_model.generator(latents), atol=1e-6)
    np.testing.assert_allclose(small_model.predict(latents, verbose=0), small_model.generator(latents), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"seed": 1.5}, "seed must be an integer >= 0, got 1.5"),
        ({"update": "both"}, "update must be one of alternating, simultaneous, got 'both'"),
        ({"discriminator_batches": "joint"}, "discriminator_batches must be separate where update is alternating, got"),
        ({"consistency": 1.0}, "consistency must be 0 where code_augmentation is 0, got 1.0"),
        ({"info_reg_coeff": -1.0}, "info_reg_coeff must be a number >= 0, got -1.0"),
        ({"augmentation": "digits"}, "augmentation must be an Augmentation, got 'digits'"),
        ({"spec": None}, "spec must be a LatentSpec, got None"),
        ({"generator": None}, "generator must be a Keras model, got None"),
        ({"generator": tiny_generator(size=9)}, r"generator can't be called on inputs of shape \[1, 7\]"),
        ({"generator": tiny_generator(activation="tanh")}, r"generator must give images in \[0, 1\], as .* from -"),
        ({"generator": tiny_generator(shape=(64,))}, r"map latents \[batch, 7\] to float .*, got float32 \[1, 64\]"),
        ({"discriminator": tiny_discriminator(4)}, r"posterior \[batch, 5\]\), got list of .* \[1, 4\]"),
        ({"discriminator": keras.layers.Flatten()}, r"posterior \[batch, 5\]\), got float32 \[1, 64\]"),
    ],
)
def test_refuses_what_does_not_go_together(arguments, text):
    with pytest.raises(ValueError, match=text):
        tiny_model(**arguments)


def test_building_a_model_leaves_the_callers_random_numbers_alone():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    build_model(Config(seed=1))
    assert random.random() == expected


def test_traversals_and_interpolations_follow_from_the_seed(small_model):
    rows = small_model.traverse("c2", rows=2, seed=3, scale=2)
    assert rows.shape == (2, 10, 28, 28, 1)
    latents = small_model.spec.sample(2, stream_seed(3, Stream.GENERATE))
    held = {name: latents[name][1:] for name in ("c1", "c3")}
    expected = small_model.generate(held | {"c2": np.linspace(-2, 2, 10)}, latents["z"][1:])
    np.testing.assert_allclose(rows[1], expected, atol=1e-5)
    line = small_model.interpolate({"c2": -2}, {"c2": 2}, rows=2, columns=10, seed=3)
    np.testing.assert_allclose(line, rows, atol=1e-5)
    modes = {name: posterior.mode for name, posterior in small_model.infer_codes(rows[0, :1]).items()}
    assert small_model.interpolate(modes, {"c1": 3}, rows=1, columns=4).shape == (1, 4, 28, 28, 1)
    assert np.any(small_model.traverse("c2", rows=1) != small_model.traverse("c2", rows=1))


def test_a_grid_is_a_picture(small_model):
    images = small_model.traverse("c2", rows=2, seed=3)
    picture = small_model.to_grid(images)
    assert (picture.mode, picture.size) == ("RGB", (10 * 28 * 2, 2 * 28 * 2))
    np.testing.assert_array_equal(np.asarray(picture), tile(images.numpy()))
    assert small_model.to_grid(images[0], scale=1).size == (4 * 28, 3 * 28)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: model.traverse("c2", rows=0), "rows must be an integer >= 1, got 0"),
        (lambda model: model.traverse("c2", scale=0), "scale must be a number > 0, got 0"),
        (lambda model: model.interpolate({}, {}, columns=1), "columns must be an integer >= 2, got 1"),
        (lambda model: model.to_grid(np.zeros([2, 28, 28])), r"images must be floats in \[0, 1\] of shape \[batch, "),
        (lambda model: model.to_grid(np.zeros([2, 28, 28, 1]), scale=0.5), "scale must be an integer >= 1, got 0.5"),
    ],
)
def test_wrong_arguments_of_pictures_are_named(small_model, call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call(small_model)
