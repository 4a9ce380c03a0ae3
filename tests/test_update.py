"""One update against the paper's objective written out, and what each step may move."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.augmentation import DigitAugmentation
from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.losses import discriminator_loss, mutual_information, predicted_information
from infogan_tf.networks.discriminator import Discriminator, DiscriminatorOutput
from infogan_tf.networks.specs import Conv, DiscriminatorSpec
from infogan_tf.optimizers import FusedAdam
from infogan_tf.randomness import Stream, split_seed, stream_seed
from infogan_tf.update import discriminate_both
from tests.tiny_models import TINY_SPEC, compiled_tiny_model, tiny_images, tiny_model

pytestmark = pytest.mark.usefixtures("small_networks")


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::400][:8], tf.float32) / 255


def made(**settings):
    config = Config(seed=1, **settings)
    model = build_model(config)
    compile_model(model, config)
    return model


def values(*networks):
    return {weight.path: weight.numpy() for network in networks for weight in network.weights}


def moved(before, *networks):
    return {path for path, value in values(*networks).items() if np.any(value != before[path])}


def of(network):
    return [variable.value for variable in network.trainable_variables]


def given_gradients(model):
    """What each optimizer is given from here on, which moves nothing."""
    given = {}
    for name in ("d_optimizer", "g_optimizer"):
        optimizer = getattr(model, name)
        optimizer.apply = lambda gradients, variables, name=name: given.update({name: gradients})
    return given


def seeds(model, stream, count):
    return split_seed(stream_seed(model.seed, stream, 0), count)


def latents_of(model, stream, count=3):
    return model.spec.sample(8, seeds(model, stream, count)[0])


def test_a_step_of_d_moves_d_and_q_alone_and_a_step_of_g_moves_g_alone(real_images):
    model = made()
    before, between = values(model.generator, model.discriminator), {}
    apply = model.d_optimizer.apply

    def step_of_d(gradients, variables):
        apply(gradients, variables)
        between.update(values(model.generator, model.discriminator))

    model.d_optimizer.apply = step_of_d
    model.apply_update(real_images)
    generator, discriminator = model.generator, model.discriminator
    assert {path for path in between if np.any(between[path] != before[path])} == {
        w.path for w in discriminator.weights
    }
    assert moved(between, generator, discriminator) == {weight.path for weight in generator.weights}


@pytest.mark.parametrize("network", ["discriminator", "generator"])
def test_gradients_are_those_of_the_papers_objective(real_images, network):
    """V(D, G) - lambda L_I written out in one go, against what each optimizer is given."""
    model = made()
    given = given_gradients(model)
    model.apply_update(real_images)
    is_d = network == "discriminator"
    latents = latents_of(model, Stream.DISCRIMINATOR_UPDATE if is_d else Stream.GENERATOR_UPDATE, 3 if is_d else 2)
    with tf.GradientTape() as tape:
        fake = model.generator(model.spec.join(latents), training=True)
        real_output = model.discriminator(real_images, training=True)
        fake_output = model.discriminator(fake, training=True)
        q = model.spec.split_posterior(fake_output.posterior)
        information = tf.reduce_mean(tf.reduce_sum(latents["c1"] * tf.nn.log_softmax(q["c1"].logits), axis=1))
        for name in ("c2", "c3"):
            mean, std = q[name].mean, q[name].std
            density = tf.exp(-0.5 * ((latents[name] - mean) / std) ** 2) / (std * (2 * np.pi) ** 0.5)
            information += 0.1 * tf.reduce_mean(tf.math.log(density))
        d_real, d_fake = tf.sigmoid(real_output.real_logits), tf.sigmoid(fake_output.real_logits)
        if is_d:
            loss = -tf.reduce_mean(tf.math.log(d_real) + tf.math.log(1 - d_fake)) - information
        else:
            loss = -tf.reduce_mean(tf.math.log(d_fake)) - information
    expected = tape.gradient(loss, of(getattr(model, network)))
    for ours, plain in zip(given[f"{network[0]}_optimizer"], expected, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-2, atol=2e-5)


def test_with_lambda_zero_it_is_a_plain_gan(real_images):
    model = made(info_reg_coeff=0.0)
    given = given_gradients(model)
    model.apply_update(real_images)
    plain = build_model(Config(seed=1))
    body, head = plain.discriminator.body, plain.discriminator.real_head
    fake = plain.generator(plain.spec.join(latents_of(plain, Stream.DISCRIMINATOR_UPDATE)), training=True)
    with tf.GradientTape() as tape:
        loss = discriminator_loss(head(body(real_images, training=True)), head(body(fake, training=True)))
    number = len(body.trainable_variables) + len(head.trainable_variables)
    for ours, expected in zip(given["d_optimizer"][:number], tape.gradient(loss, of(body) + of(head)), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)
    assert not any(np.any(gradient) for gradient in given["d_optimizer"][number:])  # Q's head.
    with tf.GradientTape() as tape:
        fake = plain.generator(plain.spec.join(latents_of(plain, Stream.GENERATOR_UPDATE, 2)), training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-head(body(fake, training=True))))
    for ours, expected in zip(given["g_optimizer"], tape.gradient(loss, of(plain.generator)), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def in_separate_batches(discriminator, real_images, fake_images):
    return discriminator(real_images, training=True), discriminator(fake_images, training=True)


def in_one_batch(discriminator, real_images, fake_images):
    logits, posterior = discriminator(tf.concat([real_images, fake_images], axis=0), training=True)
    halves = (slice(len(real_images)), slice(len(real_images), None))
    return tuple(DiscriminatorOutput(logits[half], posterior[half]) for half in halves)


@pytest.mark.parametrize(("batches", "discriminate"), [("separate", in_separate_batches), ("joint", in_one_batch)])
def test_a_simultaneous_update_gives_both_optimizers_the_gradients_of_one_batch(real_images, batches, discriminate):
    """Against two plain tapes over the paper's two objectives."""
    model = made(update="simultaneous", discriminator_batches=batches)
    given = given_gradients(model)
    metrics = model.apply_update(real_images)
    latents = latents_of(model, Stream.DISCRIMINATOR_UPDATE)
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = model.generator(model.spec.join(latents), training=True)
        real_output, fake_output = discriminate(model.discriminator, real_images, fake)
        bounds = mutual_information(model.spec, latents, model.spec.split_posterior(fake_output.posterior))
        information = bounds["c1"].bound + 0.1 * bounds["c2"].bound + 0.1 * bounds["c3"].bound
        d_loss = discriminator_loss(real_output.real_logits, fake_output.real_logits) - information
        g_loss = tf.reduce_mean(tf.nn.softplus(-fake_output.real_logits)) - information
    for optimizer, expected in (
        ("d_optimizer", d_tape.gradient(d_loss, of(model.discriminator))),
        ("g_optimizer", g_tape.gradient(g_loss, of(model.generator))),
    ):
        for ours, plain in zip(given[optimizer], expected, strict=True):
            np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(metrics["loss/discriminator"] - information, d_loss, rtol=1e-5)
    np.testing.assert_allclose(metrics["loss/generator"] - information, g_loss, rtol=1e-5)


@pytest.mark.parametrize(("batches", "sees_it"), [("separate", False), ("joint", True)])
def test_only_in_a_joint_batch_does_d_see_how_bright_generated_images_are(batches, sees_it):
    spec = DiscriminatorSpec(convs=(Conv(4), Conv(4, bn=True)))
    model = tiny_model(
        discriminator=Discriminator(spec, (8, 8, 1), TINY_SPEC.posterior_size, leaky_slope=0.1),
        update="simultaneous",
        discriminator_batches=batches,
    )
    for variable in model.discriminator.body.trainable_variables:
        if variable.name == "kernel":
            variable.assign(20 * variable)  # So that activations outweigh the epsilon of batch norm.
    real, fake = tf.constant(tiny_images(8)), tf.constant(tiny_images(16)[8:])
    either = seeds(model, Stream.DISCRIMINATOR_UPDATE, 2)
    bright, dark = (
        discriminate_both(model, real, factor * fake, *either)[1].real_logits.numpy() for factor in (1.0, 0.5)
    )
    assert (np.abs(bright - dark).max() > 0.1 * np.std(bright)) == sees_it


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_an_update_reports_every_number_and_is_the_same_in_a_graph(real_images, update):
    results = []
    for wrap in (lambda function: function, tf.function):
        step = wrap(made(update=update).apply_update)
        metrics = [step(real_images) for _ in range(2)][-1]
        results.append({name: float(value) for name, value in metrics.items()})
    eager, graph = results
    assert set(eager) == {
        *(f"{what}/{network}" for what in ("loss", "gradient_norm") for network in ("discriminator", "generator")),
        *(f"discriminator/{which}_{what}" for which in ("real", "fake") for what in ("mean", "min", "max")),
        *(f"{what}/{code}" for what in ("mutual_information", "cross_entropy") for code in ("c1", "c2", "c3", "total")),
        *(f"posterior_std/{code}_{end}" for code in ("c1", "c2", "c3") for end in ("min", "max")),
    }
    for name, value in eager.items():
        assert graph[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    information = [eager[f"mutual_information/{code}"] for code in ("c1", "c2", "c3")]
    assert eager["mutual_information/total"] == pytest.approx(sum(information), abs=1e-5)
    assert eager["mutual_information/c1"] + eager["cross_entropy/c1"] == pytest.approx(np.log(10), abs=1e-5)


def test_categorical_codes_are_predicted_from_augmented_images_and_the_others_from_plain_ones(real_images):
    results = []
    for settings in ({"code_augmentation": 1.0}, {}):
        model = made(update="simultaneous", **settings)
        given_gradients(model)
        results.append(model.apply_update(real_images))
    metrics, plain = results
    for name in ("mutual_information/c1", "mutual_information/c2", "mutual_information/c3", "loss/generator"):
        assert float(metrics[name]) == float(plain[name])
    assert float(metrics["gradient_norm/generator"]) != float(plain["gradient_norm/generator"])
    assert "mutual_information_augmented/c1" not in plain

    fresh = build_model(Config(seed=1))
    latent_seed, _, fake_seed = seeds(fresh, Stream.DISCRIMINATOR_UPDATE, 3)
    latents = fresh.spec.sample(8, latent_seed)
    images = fresh.generator(fresh.spec.join(latents), training=True)
    augmented = DigitAugmentation().for_codes(images, 1.0, split_seed(fake_seed, 2)[1])
    logits = fresh.discriminator(augmented, training=True).posterior[:, :10]
    bound = np.log(10) + tf.reduce_mean(tf.reduce_sum(latents["c1"] * tf.nn.log_softmax(logits), axis=1))
    assert float(metrics["mutual_information_augmented/c1"]) == pytest.approx(float(bound), abs=1e-5)
    assert float(metrics["mutual_information_augmented/c1"]) != float(plain["mutual_information/c1"])


def test_consistency_is_maximized_by_d_and_q_alone_on_real_images(real_images):
    """Against `predicted_information` of real images and their augmented copies, written out."""
    given = []
    for weight in (1e-9, 2.0):
        model = made(update="simultaneous", code_augmentation=1.0, consistency=weight)
        given.append(given_gradients(model))
        metrics = model.apply_update(real_images)
    without, weighted = given
    for ours, expected in zip(weighted["g_optimizer"], without["g_optimizer"], strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)

    fresh = build_model(Config(seed=1))
    real_seed = seeds(fresh, Stream.DISCRIMINATOR_UPDATE, 3)[1]
    augmented = DigitAugmentation().for_codes(real_images[:4], 1.0, split_seed(real_seed, 2)[1])
    with tf.GradientTape() as tape:
        views = [fresh.discriminator(images, training=True).posterior for images in (real_images, augmented)]
        value = predicted_information(*(tf.nn.softmax(view[:4, :10]) for view in views))
    assert float(metrics["consistency/c1"]) == pytest.approx(float(value), abs=1e-6)
    gradients = tape.gradient(value, of(fresh.discriminator), unconnected_gradients="zero")
    for plain, ours, expected in zip(without["d_optimizer"], weighted["d_optimizer"], gradients, strict=True):
        np.testing.assert_allclose(plain - ours, 2 * expected, rtol=2e-2, atol=2e-6)


@pytest.mark.slow
def test_averaged_weights_make_images_and_are_not_trained(real_images):
    model, plain = (made(average_decay=decay, update="simultaneous") for decay in (0.9, 0.0))
    for either in (model, plain):
        step = tf.function(either.apply_update)
        for _ in range(6):
            step(real_images)
    for network in ("generator", "discriminator"):
        for ours, expected in zip(getattr(model, network).weights, getattr(plain, network).weights, strict=True):
            np.testing.assert_array_equal(ours, expected)
    latents = model.spec.join(model.spec.sample(2, [0, 0]))
    np.testing.assert_array_equal(model(latents), model.averaged_generator(latents))
    images = model.generate(codes={"c1": [3, 4]}, seed=1)
    assert not np.allclose(images, plain.generate(codes={"c1": [3, 4]}, seed=1), rtol=0, atol=1e-5)


def test_in_a_regular_gan_q_learns_to_read_and_nothing_else_learns_from_it(real_images):
    """The paper's baseline: G's and the body's gradients are those of lambda 0, Q's head's those of InfoGAN."""
    gradients = {}
    for name, changes in (("gan", {"objective": "gan"}), ("lambda 0", {"info_reg_coeff": 0.0}), ("infogan", {})):
        model = made(**changes)
        gradients[name] = given_gradients(model)
        model.apply_update(real_images)
    parts = (model.discriminator.body, model.discriminator.real_head)
    number = sum(len(part.trainable_variables) for part in parts)
    gan, plain, infogan = gradients.values()
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


class Hinge(infogan_tf.InfoGAN):
    """The hinge loss (Lim and Ye 2017)."""

    def discriminator_loss(self, real_logits, fake_logits):
        return tf.reduce_mean(tf.nn.relu(1 - real_logits)) + tf.reduce_mean(tf.nn.relu(1 + fake_logits))

    def generator_loss(self, fake_logits):
        return -tf.reduce_mean(fake_logits)


class R1(infogan_tf.InfoGAN):
    """R1 (Mescheder et al. 2018): D's gradient at real images is kept small."""

    def discriminator_penalty(self, real_images, fake_images):
        with tf.GradientTape() as tape:
            tape.watch(real_images)
            real_logits, _ = self.discriminator(real_images, training=True)
        return 5 * tf.reduce_mean(tf.reduce_sum(tape.gradient(real_logits, real_images) ** 2, axis=[1, 2, 3]))


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_subclass_changes_the_adversarial_loss(update):
    model = compiled_tiny_model(Hinge, update=update)
    given = given_gradients(model)
    images = tiny_images(8)
    metrics = model.apply_update(images)
    latents = latents_of(model, Stream.DISCRIMINATOR_UPDATE)
    with tf.GradientTape() as tape:
        fake_logits, posterior = model.discriminator(model.generator(model.spec.join(latents)))
        hinge = tf.reduce_mean(tf.maximum(1 - model.discriminator(images)[0], 0) + tf.maximum(1 + fake_logits, 0))
        bounds = mutual_information(model.spec, latents, model.spec.split_posterior(posterior))
        loss = hinge - bounds["kind"].bound - 0.5 * bounds["angle"].bound
    assert float(metrics["loss/discriminator"]) == pytest.approx(float(hinge), rel=1e-5)
    for ours, expected in zip(given["d_optimizer"], tape.gradient(loss, of(model.discriminator)), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_subclass_adds_a_penalty_whose_gradient_reaches_d(update):
    images, gradients = tiny_images(8), []
    for kind in (infogan_tf.InfoGAN, R1):
        model = compiled_tiny_model(kind, update=update)
        gradients.append(given_gradients(model))
        metrics = model.apply_update(images)
    model = compiled_tiny_model(R1)
    with tf.GradientTape() as tape:
        expected_penalty = model.discriminator_penalty(tf.constant(images), None)
    expected = tape.gradient(expected_penalty, of(model.discriminator), unconnected_gradients="zero")
    assert float(metrics["penalty/discriminator"]) == pytest.approx(float(expected_penalty), rel=1e-5)
    without, with_penalty = gradients
    for ours, plain, of_penalty in zip(with_penalty["d_optimizer"], without["d_optimizer"], expected, strict=True):
        np.testing.assert_allclose(ours - plain, of_penalty, rtol=1e-3, atol=1e-5)
    assert any(np.any(gradient) for gradient in expected)
    trained = compiled_tiny_model(R1, update=update)
    assert np.isfinite(float(tf.function(trained.apply_update)(images)["gradient_norm/discriminator"]))


def test_a_penalty_of_g_is_added_to_its_loss():
    class Brighter(infogan_tf.InfoGAN):
        def generator_penalty(self, latents, fake_images):
            return tf.reduce_mean(1 - fake_images)

    model = compiled_tiny_model(Brighter)
    before = float(tf.reduce_mean(model.generate(num_images=64, seed=1)))
    for _ in range(20):
        penalty = float(model.apply_update(tiny_images(8))["penalty/generator"])
    assert 0 < penalty < 1
    assert float(tf.reduce_mean(model.generate(num_images=64, seed=1))) > before


def test_own_codes_and_networks(real_images):
    """Nothing in an update asks what kind a code is, or what the networks look like."""

    class Small(keras.Model):
        def __init__(self, posterior_size):
            super().__init__()
            self.body = keras.layers.Flatten()
            self.heads = [keras.layers.Dense(1), keras.layers.Dense(posterior_size)]

        def call(self, images, training=False):
            features = self.body(images)
            return DiscriminatorOutput(*(head(features) for head in self.heads))

    spec = infogan_tf.LatentSpec.parse("kind=categorical(0.5, 0.3, 0.2), flags=bernoulli(0.3, size=2)", noise_size=0)
    generator = keras.Sequential(
        [keras.Input([spec.size]), keras.layers.Dense(784, "sigmoid"), keras.layers.Reshape([28, 28, 1])]
    )
    model = infogan_tf.InfoGAN(generator, Small(spec.posterior_size), spec, max_shift=1)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    metrics = tf.function(model.apply_update)(real_images)
    assert np.isfinite([float(value) for value in metrics.values()]).all()
    assert model.generate(codes={"kind": 2, "flags": [[1, 0]]}, num_images=2).shape == (2, 28, 28, 1)
