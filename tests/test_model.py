import dataclasses
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.augmentation import DigitAugmentation, PhotographAugmentation
from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.distributions import Categorical, CategoricalPosterior, GaussianPosterior
from infogan_tf.experiments import mnist
from infogan_tf.figures.pictures import tile
from infogan_tf.losses import discriminator_loss, predicted_information
from infogan_tf.model import FakeBatch
from infogan_tf.networks.discriminator import Discriminator, DiscriminatorOutput
from infogan_tf.networks.specs import Conv, DiscriminatorSpec
from infogan_tf.optimizers import FusedAdam
from infogan_tf.randomness import Stream, stream_seed

pytestmark = pytest.mark.usefixtures("small_networks")


@pytest.fixture
def compiled():
    config = Config(seed=1)
    model = build_model(config)
    compile_model(model, config)
    return model


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::400][:8], tf.float32) / 255


def values(network):
    return {weight.path: weight.numpy() for weight in network.weights}


def moved(network, before):
    return {path for path, value in values(network).items() if np.any(value != before[path])}


def latent_seed(model):
    return stream_seed(model.seed, Stream.DISCRIMINATOR_UPDATE, 0)


def test_discriminator_update_changes_body_head_and_q_and_nothing_of_g(compiled, real_images):
    generator, discriminator = values(compiled.generator), values(compiled.discriminator)
    compiled._update_discriminator(real_images, latent_seed(compiled))
    assert moved(compiled.generator, generator) == set()
    trainable = {variable.path for variable in compiled.discriminator.trainable_variables}
    assert trainable <= moved(compiled.discriminator, discriminator)
    parts = (compiled.discriminator.body, compiled.discriminator.real_head, compiled.discriminator.code_head)
    assert trainable == {variable.path for part in parts for variable in part.trainable_variables}


def test_generator_update_changes_g_alone(compiled):
    generator, discriminator = values(compiled.generator), values(compiled.discriminator)
    compiled._update_generator(tf.constant(8), latent_seed(compiled))
    assert moved(compiled.discriminator, discriminator) == set()
    assert {v.path for v in compiled.generator.trainable_variables} <= moved(compiled.generator, generator)


def test_with_weight_zero_q_gets_no_gradient_and_the_losses_are_a_plain_gans(real_images):
    config = Config(seed=1, info_reg_coeff=0.0)
    model = build_model(config)
    compile_model(model, config)
    head, body = values(model.discriminator.code_head), values(model.discriminator.body)
    plain_body, plain_head = _plain_gan_update(build_model(config), real_images, latent_seed(model))
    model._update_discriminator(real_images, latent_seed(model))
    trainable = {v.path for v in model.discriminator.code_head.trainable_variables}
    assert not trainable & moved(model.discriminator.code_head, head)
    assert moved(model.discriminator.body, body)
    for ours, plain in (
        (model.discriminator.body, plain_body),
        (model.discriminator.real_head, plain_head),
    ):
        for a, b in zip(ours.trainable_variables, plain.trainable_variables, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def _plain_gan_update(model, real_images, seed):
    """D's update without a word of codes or Q."""
    latents = model.spec.sample(len(real_images), infogan_tf.model.split_seed(seed, 3)[0])
    fake_images = model.generator(model.spec.join(latents), training=True)
    body, head = model.discriminator.body, model.discriminator.real_head
    variables = [*body.trainable_variables, *head.trainable_variables]
    with tf.GradientTape() as tape:
        loss = discriminator_loss(
            head(body(real_images, training=True)),
            head(body(fake_images, training=True)),
        )
    optimizer = FusedAdam(2e-4)
    optimizer.build(variables)
    optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    return body, head


def test_with_weight_zero_gs_update_is_a_plain_gans():
    config = Config(seed=1, info_reg_coeff=0.0)
    model, plain = build_model(config), build_model(config)
    compile_model(model, config)
    seed = latent_seed(model)
    latents = plain.spec.join(plain.spec.sample(8, infogan_tf.model.split_seed(seed, 2)[0]))
    variables = plain.generator.trainable_variables
    with tf.GradientTape() as tape:
        features = plain.discriminator.body(plain.generator(latents, training=True), training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-plain.discriminator.real_head(features)))
    optimizer = FusedAdam(1e-3)
    optimizer.build(variables)
    optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    model._update_generator(tf.constant(8), seed)
    for ours, theirs in zip(model.generator.trainable_variables, variables, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("which", ["discriminator", "generator"])
def test_gradients_are_those_of_the_papers_objective(compiled, real_images, which):
    """V(D, G) - lambda L_I written out in one go, against what each optimizer was given."""
    given = given_gradients(compiled)
    seed = latent_seed(compiled)
    network = getattr(compiled, which)
    if which == "discriminator":
        compiled._update_discriminator(real_images, seed)
        latents = compiled.spec.sample(8, infogan_tf.model.split_seed(seed, 3)[0])
    else:
        compiled._update_generator(tf.constant(8), seed)
        latents = compiled.spec.sample(8, infogan_tf.model.split_seed(seed, 2)[0])
    with tf.GradientTape() as tape:
        fake = compiled.generator(compiled.spec.join(latents), training=True)
        real_output = compiled.discriminator(real_images, training=True)
        fake_output = compiled.discriminator(fake, training=True)
        params = compiled.spec.split_posterior(fake_output.posterior)
        information = tf.reduce_mean(tf.reduce_sum(latents["c1"] * tf.nn.log_softmax(params["c1"].logits), axis=1))
        for name in ("c2", "c3"):
            mean, std = params[name].mean, params[name].std
            density = tf.exp(-0.5 * ((latents[name] - mean) / std) ** 2) / (std * (2 * np.pi) ** 0.5)
            information += 0.1 * tf.reduce_mean(tf.math.log(density))
        probabilities = {"real": tf.sigmoid(real_output.real_logits), "fake": tf.sigmoid(fake_output.real_logits)}
        if which == "discriminator":
            loss = -tf.reduce_mean(tf.math.log(probabilities["real"]) + tf.math.log(1 - probabilities["fake"]))
        else:
            loss = -tf.reduce_mean(tf.math.log(probabilities["fake"]))
        loss -= information
    expected = tape.gradient(loss, [v.value for v in network.trainable_variables])
    got = given[{"discriminator": "d_optimizer", "generator": "g_optimizer"}[which]]
    for ours, plain in zip(got, expected, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-2, atol=2e-5)


def test_batches_of_real_and_fake_have_their_own_statistics(compiled, real_images):
    together = compiled.discriminator(tf.concat([real_images, tf.zeros_like(real_images)], 0), training=True)
    alone = compiled.discriminator(real_images, training=True)
    assert np.abs(together.real_logits[:8] - alone.real_logits).max() > 1e-3
    metrics = compiled._update_discriminator(real_images, latent_seed(compiled))
    expected = tf.reduce_mean(tf.sigmoid(alone.real_logits))
    assert float(metrics["discriminator/real_mean"]) == pytest.approx(float(expected), abs=1e-5)


def test_an_update_reports_every_number_and_is_the_same_in_a_graph(real_images):
    results = []
    for wrap in (lambda f: f, tf.function):
        config = Config(seed=1)
        model = build_model(config)
        compile_model(model, config)
        step = wrap(model.apply_update)
        metrics = [step(real_images) for _ in range(2)]
        results.append({name: float(value) for name, value in metrics[-1].items()})
    eager, graph = results
    assert set(eager) == {
        *(f"loss/{n}" for n in ("discriminator", "generator")),
        *(f"gradient_norm/{n}" for n in ("discriminator", "generator")),
        *(f"discriminator/{which}_{what}" for which in ("real", "fake") for what in ("mean", "min", "max")),
        *(f"{what}/{code}" for what in ("mutual_information", "cross_entropy") for code in ("c1", "c2", "c3", "total")),
        *(f"posterior_std/{code}_{end}" for code in ("c1", "c2", "c3") for end in ("min", "max")),
    }
    for name, value in eager.items():
        assert graph[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    information = [eager[f"mutual_information/{code}"] for code in ("c1", "c2", "c3")]
    assert eager["mutual_information/total"] == pytest.approx(sum(information), abs=1e-5)
    assert eager["mutual_information/c1"] + eager["cross_entropy/c1"] == pytest.approx(np.log(10), abs=1e-5)


TINY_SPEC = infogan_tf.LatentSpec(
    (
        infogan_tf.LatentCode("z", infogan_tf.Uniform(size=3), regularized=False),
        infogan_tf.LatentCode("kind", Categorical(3)),
        infogan_tf.LatentCode("angle", infogan_tf.Uniform(), weight=0.5),
    )
)


UNIFORM_ALONE = infogan_tf.LatentSpec((infogan_tf.LatentCode("c", infogan_tf.Uniform()),))


def tiny_generator(size=TINY_SPEC.size, activation="sigmoid", shape=(8, 8, 1)):
    kernel = keras.initializers.RandomNormal(stddev=0.5, seed=1)
    layers = [keras.layers.Dense(64, activation, kernel_initializer=kernel), keras.layers.Reshape(shape)]
    return keras.Sequential([keras.Input([size]), *layers])


def tiny_discriminator(posterior_size=TINY_SPEC.posterior_size):
    """A functional Keras model, whose outputs are a list."""
    images = keras.Input([8, 8, 1])
    kernel = keras.initializers.RandomNormal(stddev=0.1, seed=2)
    features = keras.layers.Dense(16, "relu", kernel_initializer=kernel)(keras.layers.Flatten()(images))
    heads = [keras.layers.Dense(size, kernel_initializer=kernel)(features) for size in (1, posterior_size)]
    return keras.Model(images, heads)


def tiny_model(**arguments):
    parts = {"generator": tiny_generator(), "discriminator": tiny_discriminator(), "spec": TINY_SPEC}
    return infogan_tf.InfoGAN(**{**parts, **arguments})


def compiled_tiny_model():
    model = tiny_model()
    model.compile(FusedAdam(1e-2), FusedAdam(1e-2))
    return model


@pytest.fixture(scope="module")
def fitted():
    """A model after one `fit`, whose graph Keras keeps; with what a refused `fit` must leave as it is."""
    model = compiled_tiny_model()
    model.fit(tiny_images(), batch_size=8, verbose=0)
    return model


def tiny_images(number=16):
    return np.random.default_rng(0).uniform(size=[number, 8, 8, 1]).astype(np.float32)


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


def test_fit_checks_every_batch(fitted):
    with pytest.raises(ValueError, match="got values from nan to nan"):
        fitted.fit(with_value(np.nan, 12), batch_size=8, verbose=0, shuffle=False)


def test_other_errors_of_a_fit_stay_as_they_are(fitted):
    broken = tf.data.Dataset.from_tensors(tiny_images()).map(lambda images: tf.debugging.check_numerics(images / 0, ""))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tensor had Inf"):
        fitted.fit(broken, verbose=0, shuffle=False)


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
        ({"seed": -1}, "seed must be an integer from 0 to 9223372036854775807, got -1"),
        ({"seed": 2**70}, "seed must be an integer from 0 to 9223372036854775807, got 1180591620717411303424"),
        ({"seed": 1.5}, "seed must be an integer from 0 to 9223372036854775807, got 1.5"),
        ({"codes": {"c1": [[1], [1, 2]]}}, "code c1: values of .* must agree in length, got"),
        ({"codes": {"c2": None}}, "code c2: a value of .* must be made of numbers, got None"),
        ({"codes": {"c2": 1e39}}, "code c2: values of .* must be finite, got 1e"),
        ({"codes": [1, 2]}, r"codes must be given by name, such as .*, got \[1, 2\]"),
        ({"noise": np.full([1, 62], np.nan)}, "noise must be finite"),
        ({"noise": "loud"}, r"noise must be an array of numbers \[batch, 62\], got 'loud'"),
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
    for wrong in (latents[:, :5], tf.zeros([2, 28, 28, 1])):
        with pytest.raises(ValueError, match=r"latents must have shape \[batch, 74\], got \["):
            small_model.predict(wrong, verbose=0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"info_reg_coeff": float("nan")}, "info_reg_coeff must be a number >= 0, got nan"),
        ({"max_shift": -1}, "max_shift must be an integer >= 0, got -1"),
        ({"info_reg_coeff": "a"}, "info_reg_coeff must be a number >= 0, got 'a'"),
        ({"max_shift": True}, "max_shift must be an integer >= 0, got True"),
        ({"code_augmentation": float("nan")}, "code_augmentation must be a number >= 0, got nan"),
        (
            {"code_augmentation": 1.0, "spec": UNIFORM_ALONE},
            "code_augmentation must be 0 where no code is categorical, got 1.0",
        ),
        ({"seed": 2**70}, "seed must be an integer from 0 to 9223372036854775807, got 1180591620717411303424"),
        ({"seed": 1.5}, "seed must be an integer from 0 to 9223372036854775807, got 1.5"),
        ({"update": "both"}, "update must be one of alternating, simultaneous, got 'both'"),
        ({"update": None}, "update must be one of alternating, simultaneous, got None"),
        ({"discriminator_batches": "one"}, "discriminator_batches must be one of separate, joint, got 'one'"),
        (
            {"discriminator_batches": "joint"},
            "discriminator_batches must be separate where update is alternating, got 'joint'",
        ),
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


def test_numpys_numbers_are_kept_as_pythons():
    model = tiny_model(seed=np.int64(3), max_shift=np.int8(1), info_reg_coeff=np.float32(0.5))
    assert (model.seed, model.max_shift, model.info_reg_coeff) == (3, 1, 0.5)
    assert {type(model.seed), type(model.max_shift), type(model.info_reg_coeff)} == {int, float}


def test_building_a_model_leaves_the_callers_random_numbers_alone():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    build_model(Config(seed=1))
    assert random.random() == expected


def test_own_codes_and_networks(real_images):
    """Nothing in the model asks what kind a code is, or what the networks look like."""

    class Small(keras.Model):
        def __init__(self, posterior_size):
            super().__init__()
            self.body = keras.layers.Flatten()
            self.heads = [keras.layers.Dense(1), keras.layers.Dense(posterior_size)]

        def call(self, images, training=False):
            features = self.body(images)
            return DiscriminatorOutput(*(head(features) for head in self.heads))

    spec = infogan_tf.LatentSpec(
        (
            infogan_tf.LatentCode("kind", Categorical(3, [0.5, 0.3, 0.2])),
            infogan_tf.LatentCode("flags", infogan_tf.Bernoulli(0.3, size=2)),
        )
    )
    generator = keras.Sequential(
        [keras.Input([spec.size]), keras.layers.Dense(784, "sigmoid"), keras.layers.Reshape([28, 28, 1])]
    )
    model = infogan_tf.InfoGAN(generator, Small(spec.posterior_size), spec, max_shift=1)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    metrics = tf.function(model.apply_update)(real_images)
    assert np.isfinite([float(value) for value in metrics.values()]).all()
    assert model.generate(codes={"kind": 2, "flags": [[1, 0]]}, num_images=2).shape == (2, 28, 28, 1)


def given_gradients(model):
    """What each optimizer is given from here on, which moves nothing."""
    given = {}
    for name in ("d_optimizer", "g_optimizer"):
        optimizer = getattr(model, name)
        optimizer.apply = lambda gradients, variables, name=name: given.update({name: gradients})
    return given


def in_separate_batches(discriminator, real_images, fake_images):
    return discriminator(real_images, training=True), discriminator(fake_images, training=True)


def in_one_batch(discriminator, real_images, fake_images):
    logits, posterior = discriminator(tf.concat([real_images, fake_images], axis=0), training=True)
    number = len(real_images)
    return (
        DiscriminatorOutput(logits[:number], posterior[:number]),
        DiscriminatorOutput(logits[number:], posterior[number:]),
    )


@pytest.mark.parametrize(
    ("discriminator_batches", "discriminate"), [("separate", in_separate_batches), ("joint", in_one_batch)]
)
def test_a_simultaneous_update_gives_both_optimizers_the_gradients_of_one_and_the_same_batch(
    real_images, discriminator_batches, discriminate
):
    """Against two plain tapes over the paper's two objectives."""
    config = Config(seed=1, update="simultaneous", discriminator_batches=discriminator_batches)
    model = build_model(config)
    compile_model(model, config)
    given = given_gradients(model)
    metrics = model.apply_update(real_images)

    latents = model.spec.sample(8, infogan_tf.model.split_seed(latent_seed(model), 3)[0])
    losses = {}
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = model.generator(model.spec.join(latents), training=True)
        real_output, fake_output = discriminate(model.discriminator, real_images, fake)
        params = model.spec.split_posterior(fake_output.posterior)
        bounds = infogan_tf.losses.mutual_information(model.spec, latents, params)
        information = bounds["c1"].bound + 0.1 * bounds["c2"].bound + 0.1 * bounds["c3"].bound
        losses["d"] = discriminator_loss(real_output.real_logits, fake_output.real_logits) - information
        losses["g"] = tf.reduce_mean(tf.nn.softplus(-fake_output.real_logits)) - information
    for network, optimizer, expected in (
        (model.discriminator, "d_optimizer", d_tape.gradient(losses["d"], values_of(model.discriminator))),
        (model.generator, "g_optimizer", g_tape.gradient(losses["g"], values_of(model.generator))),
    ):
        assert len(given[optimizer]) == len(network.trainable_variables)
        for ours, plain in zip(given[optimizer], expected, strict=True):
            np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(metrics["loss/discriminator"] - information, losses["d"], rtol=1e-5)
    np.testing.assert_allclose(metrics["loss/generator"] - information, losses["g"], rtol=1e-5)


@pytest.mark.parametrize(("discriminator_batches", "sees_it"), [("separate", False), ("joint", True)])
def test_only_in_a_joint_batch_does_d_see_how_bright_generated_images_are(discriminator_batches, sees_it):
    spec = DiscriminatorSpec(convs=(Conv(4), Conv(4, bn=True)))
    model = tiny_model(
        discriminator=Discriminator(spec, (8, 8, 1), TINY_SPEC.posterior_size, leaky_slope=0.1),
        update="simultaneous",
        discriminator_batches=discriminator_batches,
    )
    for variable in model.discriminator.body.trainable_variables:
        if variable.name == "kernel":
            variable.assign(20 * variable)  # So that activations outweigh the epsilon of batch norm.
    reals, fakes = tf.constant(tiny_images(8)), tf.constant(tiny_images(16)[8:])
    seeds = infogan_tf.model.split_seed(latent_seed(model), 2)
    latents = model.spec.sample(8, seeds[0])
    bright, dark = (
        model._predict(reals, FakeBatch(latents, factor * fakes), *seeds)[1].logits.numpy() for factor in (1.0, 0.5)
    )
    assert (np.abs(bright - dark).max() > 0.1 * np.std(bright)) == sees_it


def values_of(network):
    return [variable.value for variable in network.trainable_variables]


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_an_update_changes_both_networks_and_returns_the_same_metrics(real_images, update):
    config = Config(seed=1, update=update)
    model = build_model(config)
    compile_model(model, config)
    before = [values(network) for network in (model.generator, model.discriminator)]
    metrics = tf.function(model.apply_update)(real_images)
    assert set(metrics) == set(build_and_step(real_images))
    for network, start in zip((model.generator, model.discriminator), before, strict=True):
        assert {variable.path for variable in network.weights} == moved(network, start)
    assert int(model.d_optimizer.iterations) == int(model.g_optimizer.iterations) == 1


def build_and_step(real_images):
    model = build_model(Config())
    compile_model(model, Config())
    return model.apply_update(real_images)


def test_categorical_codes_are_predicted_from_augmented_images_and_the_others_from_plain_ones(real_images):
    config = Config(seed=1, code_augmentation=1.0)
    model, plain = build_model(config), build_model(Config(seed=1))
    for either in (model, plain):
        compile_model(either, config)
    metrics = model._update_generator(tf.constant(8), latent_seed(model))
    expected = plain._update_generator(tf.constant(8), latent_seed(plain))
    for name in ("c1", "c2", "c3"):
        assert float(metrics[f"mutual_information/{name}"]) == float(expected[f"mutual_information/{name}"])
    assert float(metrics["loss/generator"]) == float(expected["loss/generator"])

    fresh = build_model(config)
    latent, rest = infogan_tf.model.split_seed(latent_seed(model), 2)
    latents = fresh.spec.sample(8, latent)
    images = fresh.generator(fresh.spec.join(latents), training=True)
    augmented = DigitAugmentation().for_codes(images, 1.0, infogan_tf.model.split_seed(rest, 2)[1])
    logits = fresh.discriminator(augmented, training=True).posterior[:, :10]
    bound = np.log(10) + tf.reduce_mean(tf.reduce_sum(latents["c1"] * tf.nn.log_softmax(logits), axis=1))
    assert float(metrics["mutual_information_augmented/c1"]) == pytest.approx(float(bound), abs=1e-5)
    assert float(metrics["mutual_information_augmented/c1"]) != float(expected["mutual_information/c1"])
    assert float(metrics["gradient_norm/generator"]) != float(expected["gradient_norm/generator"])
    assert "mutual_information_augmented/c1" not in expected


def test_consistency_is_maximized_by_d_and_q_alone_on_real_images(real_images):
    """Against `predicted_information` of real images and their augmented copies, written out."""
    configs = [
        Config(seed=1, update="simultaneous", code_augmentation=1.0, consistency=weight) for weight in (1e-9, 2.0)
    ]
    models, given = [build_model(config) for config in configs], []
    for model, config in zip(models, configs, strict=True):
        compile_model(model, config)
        given.append(given_gradients(model))
        metrics = model.apply_update(real_images)
    without, weighted = given
    for ours, expected in zip(weighted["g_optimizer"], without["g_optimizer"], strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)

    fresh = build_model(configs[0])
    real_seed = infogan_tf.model.split_seed(latent_seed(fresh), 3)[1]
    augmented = DigitAugmentation().for_codes(real_images[:4], 1.0, infogan_tf.model.split_seed(real_seed, 2)[1])
    with tf.GradientTape() as tape:
        views = [fresh.discriminator(images, training=True).posterior for images in (real_images, augmented)]
        value = predicted_information(*(tf.nn.softmax(view[:4, :10]) for view in views))
    assert float(metrics["consistency/c1"]) == pytest.approx(float(value), abs=1e-6)
    gradients = tape.gradient(value, values_of(fresh.discriminator), unconnected_gradients="zero")
    for plain, ours, expected in zip(without["d_optimizer"], weighted["d_optimizer"], gradients, strict=True):
        np.testing.assert_allclose(plain - ours, 2 * expected, rtol=2e-2, atol=2e-6)


def test_consistency_without_code_augmentation_is_refused(small_model):
    networks = (small_model.generator, small_model.discriminator, small_model.spec)
    with pytest.raises(ValueError, match="consistency must be 0 where code_augmentation is 0, got 1"):
        infogan_tf.InfoGAN(*networks, consistency=1.0)
    with pytest.raises(ValueError, match=r"average_decay must be a number >= 0 and <= 0.9999, got 1"):
        infogan_tf.InfoGAN(*networks, average_decay=1.0)


def test_averaged_weights_make_images_and_are_not_trained(real_images):
    config = Config(seed=1, average_decay=0.9, update="simultaneous")
    model, plain = build_model(config), build_model(Config(seed=1, update="simultaneous"))
    for either in (model, plain):
        compile_model(either, config)
        step = tf.function(either.apply_update)
        for _ in range(6):
            step(real_images)
    for network in ("generator", "discriminator"):
        for ours, expected in zip(getattr(model, network).weights, getattr(plain, network).weights, strict=True):
            np.testing.assert_array_equal(ours, expected)
    latents = model.spec.join(model.spec.sample(2, [0, 0]))
    assert not np.allclose(model(latents), plain(latents), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(model(latents), model.averaged_generator(latents))
    images = model.generate(codes={"c1": [3, 4]}, seed=1)
    assert not np.allclose(images, plain.generate(codes={"c1": [3, 4]}, seed=1), rtol=0, atol=1e-5)


@pytest.mark.usefixtures("full_networks")
def test_in_a_regular_gan_q_learns_to_read_and_nothing_else_learns_from_it(real_images):
    """The paper's baseline: G's and the body's gradients are those of lambda 0, Q's head's those of InfoGAN."""
    gradients = {}
    for name, changes in (("gan", {"objective": "gan"}), ("lambda 0", {"info_reg_coeff": 0.0}), ("infogan", {})):
        config = Config(seed=1, **changes)
        model = build_model(config)
        compile_model(model, config)
        given = given_gradients(model)
        model.apply_update(real_images)
        gradients[name] = given
    parts = (model.discriminator.body, model.discriminator.real_head)
    number = sum(len(part.trainable_variables) for part in parts)
    gan, plain, infogan = gradients["gan"], gradients["lambda 0"], gradients["infogan"]
    for ours, expected in zip(gan["g_optimizer"], plain["g_optimizer"], strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-7)
    for ours, expected in zip(gan["d_optimizer"][:number], plain["d_optimizer"][:number], strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-7)
    for ours, expected in zip(gan["d_optimizer"][number:], infogan["d_optimizer"][number:], strict=True):
        assert np.any(ours != 0)
        np.testing.assert_allclose(ours, expected, atol=1e-7)


def test_an_augmentation_changes_what_d_and_q_see():
    calls = []

    class Recorded(DigitAugmentation):
        def for_discriminator(self, images, max_shift, seed):
            calls.append(("D", max_shift, len(images)))
            return tf.zeros_like(images)

        def for_codes(self, images, strength, seed):
            calls.append(("Q", strength, len(images)))
            return images

    model = tiny_model(augmentation=Recorded(), max_shift=3, code_augmentation=0.5, update="simultaneous")
    model.compile(FusedAdam(1e-2), FusedAdam(1e-2))
    seen = model.discriminator(tf.zeros([8, 8, 8, 1]), training=True)
    metrics = model.apply_update(tiny_images(8))
    assert calls == [("D", 3, 8), ("D", 3, 8), ("Q", 0.5, 8)]
    real = float(tf.reduce_mean(tf.sigmoid(seen[0])))
    assert float(metrics["discriminator/real_mean"]) == pytest.approx(real, abs=1e-6)


def test_an_augmentation_must_be_one():
    with pytest.raises(ValueError, match="augmentation must be an Augmentation, got 'digits'"):
        tiny_model(augmentation="digits")


def test_an_experiment_hands_its_augmentation_to_the_model(monkeypatch):
    assert build_model(Config()).augmentation == DigitAugmentation()
    photographs = dataclasses.replace(mnist.EXPERIMENT, augmentation="photographs")
    monkeypatch.setattr(mnist, "EXPERIMENT", photographs)
    assert build_model(Config()).augmentation == PhotographAugmentation()


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
        (lambda model: model.traverse("c2", seed=-1), "seed must be an integer from 0 to"),
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
