"""InfoGAN as a Keras model: `fit`, `generate`, `infer_codes`, pictures, and what it refuses."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.augmentation import DigitAugmentation, PhotographAugmentation
from infogan_tf.build_model import build_model
from infogan_tf.config import Config
from infogan_tf.distributions import CategoricalPosterior, GaussianPosterior
from infogan_tf.figures.pictures import tile
from infogan_tf.optimizers import FusedAdam
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
def test_fit_trains_on_any_data_set_and_ignores_labels():
    images = tiny_images(32)
    fits = []
    for data, arguments in (
        (tf.data.Dataset.from_tensor_slices(images).batch(12), {}),
        (images, {"y": np.arange(32) % 10, "batch_size": 12}),
    ):
        model = compiled_tiny_model()
        history = model.fit(data, **arguments, verbose=0, shuffle=False).history
        fits.append([weight.numpy() for weight in model.weights])
        assert np.isfinite(history["loss/generator"]).all()
    for without_labels, with_labels in zip(*fits, strict=True):
        np.testing.assert_allclose(with_labels, without_labels, atol=1e-6)


@pytest.mark.slow
def test_fit_shows_a_part_of_what_an_update_reports():
    images = tiny_images(8)
    history = compiled_tiny_model().fit(images, batch_size=8, verbose=0, shuffle=False).history
    assert set(history) == {
        *("loss/discriminator", "loss/generator"),
        *(f"mutual_information/{name}" for name in ("kind", "angle", "total")),
    }
    metrics = compiled_tiny_model().apply_update(images)
    assert len(metrics) > len(history)
    for name, (value,) in history.items():
        assert value == pytest.approx(float(metrics[name]), rel=1e-4, abs=1e-5)


def with_value(value, place):
    images = tiny_images()
    images[place, 3, 3] = value
    return images


OF_SHAPE = r"images must be floats in \[0, 1\] of shape \[batch, 8, 8, 1\], got "
OF_ANOTHER_FORM = {
    "bytes": (np.uint8(255 * tiny_images()), r"uint8 \(\w+, 8, 8, 1\)"),
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
@pytest.mark.parametrize("form", OF_ANOTHER_FORM)
def test_a_later_fit_refuses_images_of_another_form(fitted, form):
    """Keras then has a graph for images of any shape, or makes one."""
    images, text = OF_ANOTHER_FORM[form]
    fit_refused(fitted, images, OF_SHAPE + text)


@pytest.mark.parametrize(
    ("images", "text"),
    [
        (255 * tiny_images(), r"from 0.\d+ to 254.\d+; divide uint8 images by 255"),
        (with_value(np.nan, 0), "from nan to nan"),
        (with_value(-0.5, 0), r"from -0.5 to 0.\d+"),
    ],
    ids=["bytes as floats", "nan", "negative"],
)
def test_fit_refuses_images_out_of_range(fitted, images, text):
    fit_refused(fitted, images, rf"images must be floats in \[0, 1\], got values {text}")


@pytest.mark.slow
def test_fit_checks_every_batch(fitted):
    with pytest.raises(ValueError, match="got values from nan to nan"):
        fitted.fit(with_value(np.nan, 12), batch_size=8, verbose=0, shuffle=False)


def test_other_errors_of_a_fit_stay_as_they_are(fitted):
    broken = tf.data.Dataset.from_tensors(tiny_images()).map(lambda images: tf.debugging.check_numerics(images / 0, ""))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tensor had Inf"):
        fitted.fit(broken, verbose=0, shuffle=False)


@pytest.mark.slow
def test_an_experiment_hands_its_augmentation_to_the_model():
    assert build_model(Config()).augmentation == DigitAugmentation()
    assert build_model(Config(augmentation="photographs")).augmentation == PhotographAugmentation()


def test_there_is_no_validation(fitted):
    for arguments in ({"validation_data": tiny_images()}, {"validation_split": 0.1}):
        with pytest.raises(ValueError, match="a GAN has no validation loss; launchers/evaluate"):
            fitted.fit(tiny_images(), **arguments)
    with pytest.raises(NotImplementedError, match="evaluate is not supported: a GAN has no validation loss"):
        fitted.evaluate(tiny_images(), verbose=0)


def test_what_needs_a_compiled_model_says_so():
    for use in (tiny_model().apply_update, tiny_model().train_step):
        with pytest.raises(RuntimeError, match=r"compile\(d_optimizer, g_optimizer\) must be called before"):
            use(tiny_images())
    with pytest.raises(ValueError, match="must call `compile"):
        tiny_model().fit(tiny_images())


def test_compile_and_train_step_refuse_what_is_wrong():
    model, optimizer = tiny_model(), FusedAdam(1e-3)
    with pytest.raises(ValueError, match="d_optimizer and g_optimizer must be two objects"):
        model.compile(optimizer, optimizer)
    with pytest.raises(ValueError, match=r"d_optimizer must be a keras.optimizers.Optimizer, got 'adam'"):
        model.compile("adam", "adam")
    with pytest.raises(ValueError, match=r"g_optimizer must be a keras.optimizers.Optimizer, got None"):
        model.compile(optimizer, None)
    with pytest.raises(ValueError, match=r"images must be floats in \[0, 1\], got values from 0"):
        compiled_tiny_model().train_step(255 * tiny_images())


def test_weights_survive_keras_own_format(small_model, tmp_path):
    path = tmp_path / "model.weights.h5"
    small_model.save_weights(path)
    other = build_model(Config(seed=2))
    other.load_weights(path)
    codes = {"c1": 3, "c2": 0.5}
    np.testing.assert_allclose(
        other.generate(codes=codes, seed=1), small_model.generate(codes=codes, seed=1), atol=1e-6
    )


def test_generate_takes_codes_by_name_and_samples_the_rest(small_model):
    images = small_model.generate(codes={"c1": 3, "c2": [-2, 0, 2]}, seed=1)
    assert images.shape == (3, 28, 28, 1)
    one_hot = np.repeat(np.eye(10)[3:4], 3, axis=0)
    same = small_model.generate(codes={"c1": one_hot, "c2": [[-2], [0], [2]]}, seed=1)
    np.testing.assert_array_equal(images, same)
    assert np.any(images.numpy() != small_model.generate(codes={"c1": 4, "c2": [-2, 0, 2]}, seed=1).numpy())
    assert small_model.generate().shape == (1, 28, 28, 1)
    assert small_model.generate(num_images=4).shape == (4, 28, 28, 1)


def test_generate_feeds_exactly_what_was_given(small_model):
    noise = np.random.default_rng(0).uniform(-1, 1, [2, 62])
    images = small_model.generate(codes={"c1": [1, 2], "c2": 0.5, "c3": [-1.5, 1.5]}, noise=noise)
    latents = np.concatenate([noise, np.eye(10)[[1, 2]], [[0.5], [0.5]], [[-1.5], [1.5]]], axis=1)
    np.testing.assert_allclose(images, small_model.generator(latents.astype(np.float32)), atol=1e-6)


def test_generate_follows_from_its_seed_and_else_differs(small_model):
    np.testing.assert_array_equal(small_model.generate(seed=5), small_model.generate(seed=5))
    assert np.any(small_model.generate(seed=5).numpy() != small_model.generate(seed=6).numpy())
    assert np.any(small_model.generate().numpy() != small_model.generate().numpy())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"codes": {"c1": 10}}, "code c1: a value of .* from 0 to 9, got 10"),
        ({"codes": {"c7": 1}}, "no code is named 'c7'; the codes are c1, c2, c3"),
        ({"codes": {"c1": [1, 2], "c2": [1, 2, 3]}}, "must agree in length, got c1 2, c2 3"),
        ({"codes": {"c1": [1, 2]}, "num_images": 3}, "must agree in length, got c1 2, num_images 3"),
        ({"num_images": 0}, "num_images must be an integer >= 1, got 0"),
        ({"num_images": 2.5}, "num_images must be an integer >= 1, got 2.5"),
        ({"num_images": True}, "num_images must be an integer >= 1, got True"),
        ({"seed": -1}, "seed must be an integer >= 0, got -1"),
        ({"codes": {"c1": [[1], [1, 2]]}}, "code c1: values of .* must be made of numbers, got"),
        ({"codes": {"c2": None}}, "code c2: values of .* must be made of numbers, got None"),
        ({"codes": {"c2": 1e39}}, "code c2: values of .* must be finite, got 1e"),
        ({"codes": [1, 2]}, r"codes must be given by name, such as .*, got \[1, 2\]"),
        ({"noise": np.full([1, 62], np.nan)}, "noise must be finite"),
        ({"noise": "loud"}, "noise must be made of numbers, got 'loud'"),
        ({"noise": np.zeros([2, 61])}, r"noise must have shape \[batch, 62\], got \[2, 61\]"),
    ],
)
def test_generate_refuses_what_is_wrong(small_model, arguments, text):
    with pytest.raises(ValueError, match=text):
        small_model.generate(**arguments)


def test_infer_codes_names_the_posteriors(small_model, real_images):
    params = small_model.infer_codes(real_images)
    assert isinstance(params["c1"], CategoricalPosterior)
    assert params["c1"].logits.shape == (8, 10)
    assert isinstance(params["c3"], GaussianPosterior)
    assert params["c3"].mean.shape == params["c3"].std.shape == (8, 1)
    np.testing.assert_allclose(np.sum(params["c1"].probs, axis=1), np.ones(8), rtol=1e-5)


def test_infer_codes_predicts_from_each_image_alone(small_model, real_images):
    together = small_model.infer_codes(real_images)["c1"].logits
    alone = small_model.infer_codes(real_images[3:4])["c1"].logits
    np.testing.assert_allclose(alone[0], together[3], atol=1e-4)


@pytest.mark.parametrize("images", [np.zeros([28, 28, 1], np.float32), np.zeros([2, 32, 32, 1], np.float32)])
def test_infer_codes_refuses_another_shape(small_model, images):
    with pytest.raises(
        ValueError, match=r"images must be floats in \[0, 1\] of shape \[batch, 28, 28, 1\], got float32"
    ):
        small_model.infer_codes(images)


def test_infer_codes_refuses_bytes_and_what_was_not_scaled(small_model):
    with pytest.raises(ValueError, match="got uint8"):
        small_model.infer_codes(np.zeros([2, 28, 28, 1], np.uint8))
    for value in (255.0, -0.5, np.nan):
        with pytest.raises(ValueError, match=f"got values from {value:g} to {value:g}; divide uint8 images by 255"):
            small_model.infer_codes(np.full([2, 28, 28, 1], value))
    for value, got in ((None, "NoneType"), ("images", "string"), ([[1.0], [1.0, 2.0]], "list")):
        with pytest.raises(ValueError, match=rf"of shape \[batch, 28, 28, 1\], got {got}"):
            small_model.infer_codes(value)


def test_infer_codes_refuses_what_was_not_scaled_in_a_graph_too():
    model = tiny_model()
    infer = tf.function(model.infer_codes)
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
        ({"discriminator_batches": "seperate"}, "discriminator_batches must be one of separate, joint, got 'seperate'"),
        ({"discriminator_batches": "joint"}, "discriminator_batches must be separate where update is alternating, got"),
        ({"consistency": 1.0}, "consistency must be 0 where code_augmentation is 0, got 1.0"),
        ({"info_reg_coeff": -1.0}, "info_reg_coeff must be a number >= 0, got -1.0"),
        ({"average_decay": 1.0}, "average_decay must be a number >= 0 and <= 0.9999, got 1.0"),
        ({"augmentation": "digits"}, "augmentation must be an Augmentation, got 'digits'"),
        ({"spec": None}, "spec must be a LatentSpec, got None"),
        ({"generator": None}, "generator must be a Keras model, got None"),
        ({"discriminator": len}, "discriminator must be a Keras model, got <built-in"),
        ({"generator": tiny_generator(size=9)}, r"generator can't be called on inputs of shape \[1, 7\]"),
        ({"generator": tiny_generator(activation="tanh")}, r"generator must give images in \[0, 1\], as .* from -"),
        (
            {"generator": tiny_generator(shape=(64,))},
            r"map latents \[batch, 7\] to float images .*, got float32 \[1, 64\]",
        ),
        (
            {"discriminator": tiny_discriminator(4)},
            r"DiscriminatorOutput\(real_logits \[batch, 1\], posterior \[batch, 5\]\), got list of .* \[1, 4\]",
        ),
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
    assert np.any(small_model.traverse("c2", rows=1) != small_model.traverse("c2", rows=1))


def test_a_posterior_can_be_interpolated_from(small_model):
    posteriors = small_model.infer_codes(small_model.generate(num_images=1, seed=0))
    codes = {name: posterior.mode for name, posterior in posteriors.items()}
    assert small_model.interpolate(codes, {"c1": 3}, rows=1, columns=4).shape == (1, 4, 28, 28, 1)


def test_a_grid_is_a_picture(small_model):
    images = small_model.traverse("c2", rows=2, seed=3)
    picture = small_model.to_grid(images)
    assert (picture.mode, picture.size) == ("RGB", (10 * 28 * 2, 2 * 28 * 2))
    np.testing.assert_array_equal(np.asarray(picture), tile(images.numpy()))
    assert small_model.to_grid(images[0], scale=1).size == (4 * 28, 3 * 28)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: model.traverse("c9"), "no code is named 'c9'"),
        (lambda model: model.traverse("c2", rows=0), "rows must be an integer >= 1, got 0"),
        (lambda model: model.traverse("c2", scale=0), "scale must be a number > 0, got 0"),
        (lambda model: model.traverse("c2", seed=-1), "seed must be an integer >= 0"),
        (lambda model: model.interpolate({"c9": 0}, {}), "no code is named 'c9'"),
        (lambda model: model.interpolate({}, {}, columns=1), "columns must be an integer >= 2, got 1"),
        (
            lambda model: model.to_grid(np.zeros([2, 28, 28])),
            r"images must be floats in \[0, 1\] of shape \[batch, hei",
        ),
        (lambda model: model.to_grid(np.zeros([2, 28, 28, 1]), scale=0.5), "scale must be an integer >= 1, got 0.5"),
    ],
)
def test_wrong_arguments_of_pictures_are_named(small_model, call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call(small_model)
