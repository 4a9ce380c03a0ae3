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
from infogan_tf.randomness import Stream, split_seed, stream_seed
from infogan_tf.update import discriminate_both
from tests.tiny_models import TINY_SPEC, compiled_tiny_model, tiny_images, tiny_model

pytestmark = pytest.mark.usefixtures("small_networks")
both_updates = pytest.mark.parametrize("update", ["alternating", "simultaneous"])


@pytest.fixture
def real_images(embedded_digits):
    return tf.constant(embedded_digits.training[::400][:8], tf.float32) / 255


def made(**settings):
    config = Config(seed=1, **settings)
    model = build_model(config)
    compile_model(model, config)
    return model


def of(*networks):
    return [variable.value for network in networks for variable in network.trainable_variables]


def applied(model, images):
    """The metrics of one update, and the gradients that each optimizer is given, which move nothing."""
    given = {}
    for name in ("d_optimizer", "g_optimizer"):
        optimizer = getattr(model, name)
        optimizer.apply = lambda gradients, variables, name=name: given.update({name: gradients})
    return model.apply_update(images), given["d_optimizer"], given["g_optimizer"]


def assert_close(ours, expected, rtol=1e-3, atol=1e-6):
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def seeds(model, stream, count):
    return split_seed(stream_seed(model.seed, stream, 0), count)


def latents_of(model, stream=Stream.DISCRIMINATOR_UPDATE, count=3):
    return model.spec.sample(8, seeds(model, stream, count)[0])


def test_a_step_of_d_moves_d_and_q_alone_and_a_step_of_g_moves_g_alone(real_images):
    model = made()
    networks = (model.generator, model.discriminator)
    before, between = [network.get_weights() for network in networks], []
    apply = model.d_optimizer.apply

    def step_of_d(gradients, variables):
        apply(gradients, variables)
        between.extend(network.get_weights() for network in networks)

    model.d_optimizer.apply = step_of_d
    model.apply_update(real_images)
    after = [network.get_weights() for network in networks]
    for (start, end), moving in (((before, between), model.discriminator), ((between, after), model.generator)):
        for network, old_weights, new_weights in zip(networks, start, end, strict=True):
            moved = [np.any(old != new) for old, new in zip(old_weights, new_weights, strict=True)]
            assert all(moved) if network is moving else not any(moved)


@pytest.mark.parametrize("network", ["discriminator", "generator"])
def test_gradients_are_those_of_the_papers_objective(real_images, network):
    """V(D, G) - lambda L_I written out in one go, against what each optimizer is given."""
    model = made(info_reg_coeff=0.5)
    is_d = network == "discriminator"
    ours = applied(model, real_images)[1 if is_d else 2]
    latents = latents_of(model) if is_d else latents_of(model, Stream.GENERATOR_UPDATE, 2)
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
            loss = -tf.reduce_mean(tf.math.log(d_real) + tf.math.log(1 - d_fake)) - 0.5 * information
        else:
            loss = -tf.reduce_mean(tf.math.log(d_fake)) - 0.5 * information
    assert_close(ours, tape.gradient(loss, of(getattr(model, network))), rtol=1e-2, atol=2e-5)


@pytest.mark.parametrize("batches", ["separate", "joint"])
def test_a_simultaneous_update_gives_both_optimizers_the_gradients_of_one_batch(real_images, batches):
    """Against two plain tapes over the paper's two objectives."""
    model = made(update="simultaneous", discriminator_batches=batches)
    metrics, d_gradients, g_gradients = applied(model, real_images)
    latents = latents_of(model)
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = model.generator(model.spec.join(latents), training=True)
        if batches == "separate":
            real_logits, _ = model.discriminator(real_images, training=True)
            fake_logits, posterior = model.discriminator(fake, training=True)
        else:
            both = model.discriminator(tf.concat([real_images, fake], axis=0), training=True)
            (real_logits, fake_logits), (_, posterior) = (tf.split(part, 2) for part in both)
        bounds = mutual_information(model.spec, latents, model.spec.split_posterior(posterior))
        information = bounds["c1"].bound + 0.1 * bounds["c2"].bound + 0.1 * bounds["c3"].bound
        d_loss = discriminator_loss(real_logits, fake_logits) - information
        g_loss = tf.reduce_mean(tf.nn.softplus(-fake_logits)) - information
    assert_close(d_gradients, d_tape.gradient(d_loss, of(model.discriminator)))
    assert_close(g_gradients, g_tape.gradient(g_loss, of(model.generator)))
    np.testing.assert_allclose(metrics["loss/discriminator"] - information, d_loss, rtol=1e-5)
    np.testing.assert_allclose(metrics["loss/generator"] - information, g_loss, rtol=1e-5)


def test_only_in_a_joint_batch_does_d_see_how_bright_generated_images_are():
    spec = DiscriminatorSpec(convs=(Conv(4), Conv(4, bn=True)))
    discriminator = Discriminator(spec, (8, 8, 1), TINY_SPEC.posterior_size, leaky_slope=0.1)
    model = tiny_model(discriminator=discriminator, update="simultaneous")
    for variable in discriminator.body.trainable_variables:
        if variable.name == "kernel":
            variable.assign(20 * variable)  # So that activations outweigh the epsilon of batch norm.
    real, fake = tf.split(tf.constant(tiny_images(16)), 2)
    either = seeds(model, Stream.DISCRIMINATOR_UPDATE, 2)
    for batches, sees_it in (("separate", False), ("joint", True)):
        model.discriminator_batches = batches
        bright, dark = (discriminate_both(model, real, image, *either)[1].logits for image in (fake, fake / 2))
        assert (np.abs(bright - dark).max() > 0.1 * np.std(bright)) == sees_it


@both_updates
def test_an_update_reports_every_number_and_is_the_same_in_a_graph(update):
    models = [compiled_tiny_model(update=update) for _ in range(2)]
    steps = [models[0].apply_update, tf.function(models[1].apply_update)]
    eager, graph = ({name: float(value) for name, value in step(tiny_images()).items()} for step in steps)
    assert set(eager) == {
        "loss/total",
        *(f"{what}/{network}" for what in ("loss", "gradient_norm") for network in ("discriminator", "generator")),
        *(f"discriminator/{which}_{what}" for which in ("real", "fake") for what in ("mean", "min", "max")),
        *(f"{what}/{code}" for what in ("mutual_information", "cross_entropy") for code in ("kind", "angle", "total")),
        *(f"posterior_std/{code}_{end}" for code in ("kind", "angle") for end in ("min", "max")),
    }
    assert graph == pytest.approx(eager, rel=1e-3, abs=1e-4)
    information = eager["mutual_information/kind"] + eager["mutual_information/angle"]
    assert eager["mutual_information/total"] == pytest.approx(information, abs=1e-5)
    assert eager["mutual_information/kind"] + eager["cross_entropy/kind"] == pytest.approx(np.log(3), abs=1e-5)
    for weight, other in zip(*(model.weights for model in models), strict=True):
        np.testing.assert_allclose(weight, other, atol=1e-3)


def test_categorical_codes_are_predicted_from_augmented_images_and_the_others_from_plain_ones(real_images):
    augmented, plain = (
        applied(made(update="simultaneous", code_augmentation=strength), real_images)[0] for strength in (1.0, 0.0)
    )
    for name in ("mutual_information/c1", "mutual_information/c2", "mutual_information/c3", "loss/generator"):
        assert float(augmented[name]) == float(plain[name])
    assert float(augmented["gradient_norm/generator"]) != float(plain["gradient_norm/generator"])

    fresh = build_model(Config(seed=1))
    fake_seed, latents = seeds(fresh, Stream.DISCRIMINATOR_UPDATE, 3)[2], latents_of(fresh)
    images = fresh.generator(fresh.spec.join(latents), training=True)
    images = DigitAugmentation().for_codes(images, 1.0, split_seed(fake_seed, 2)[1])
    logits = fresh.discriminator(images, training=True).posterior[:, :10]
    bound = np.log(10) + tf.reduce_mean(tf.reduce_sum(latents["c1"] * tf.nn.log_softmax(logits), axis=1))
    assert float(augmented["mutual_information_augmented/c1"]) == pytest.approx(float(bound), abs=1e-5)


def test_consistency_is_maximized_by_d_and_q_alone_on_real_images(real_images):
    """Against `predicted_information` of real images and their augmented copies, written out."""
    (_, d_without, g_without), (metrics, d_weighted, g_weighted) = (
        applied(made(update="simultaneous", code_augmentation=1.0, consistency=weight), real_images)
        for weight in (1e-9, 2.0)
    )
    assert_close(g_weighted, g_without)

    fresh = build_model(Config(seed=1))
    real_seed = seeds(fresh, Stream.DISCRIMINATOR_UPDATE, 3)[1]
    augmented = DigitAugmentation().for_codes(real_images[:4], 1.0, split_seed(real_seed, 2)[1])
    with tf.GradientTape() as tape:
        views = [fresh.discriminator(images, training=True).posterior for images in (real_images, augmented)]
        value = predicted_information(*(tf.nn.softmax(view[:4, :10]) for view in views))
    assert float(metrics["consistency/c1"]) == pytest.approx(float(value), abs=1e-6)
    gradients = tape.gradient(value, of(fresh.discriminator), unconnected_gradients="zero")
    differences = [(plain - ours) / 2 for plain, ours in zip(d_without, d_weighted, strict=True)]
    assert_close(differences, gradients, rtol=2e-2)


def test_averaged_weights_make_images_and_are_not_trained():
    model, plain = (compiled_tiny_model(average_decay=decay, update="simultaneous") for decay in (0.9, 0.0))
    for _ in range(6):
        for either in (model, plain):
            either.apply_update(tiny_images())
    for weight, expected in zip(plain.weights, model.weights, strict=False):  # The averages come last.
        np.testing.assert_array_equal(weight, expected)
    latents = model.spec.join(model.spec.sample(2, [0, 0]))
    np.testing.assert_array_equal(model(latents), model.averaged_generator(latents))
    assert not np.allclose(model(latents), plain(latents), rtol=0, atol=1e-5)


def test_in_a_regular_gan_q_learns_to_read_and_nothing_else_learns_from_it(real_images):
    """The paper's baseline: G's and the body's gradients are those of lambda 0, Q's head's those of InfoGAN."""
    (_, d_gan, g_gan), (_, d_plain, g_plain), (_, d_infogan, _) = (
        applied(made(**changes), real_images) for changes in ({"objective": "gan"}, {"info_reg_coeff": 0.0}, {})
    )
    discriminator = build_model(Config()).discriminator
    number = len(of(discriminator.body, discriminator.real_head))
    assert_close(g_gan, g_plain, atol=1e-7)
    assert_close(d_gan[:number], d_plain[:number], atol=1e-7)
    assert_close(d_gan[number:], d_infogan[number:], atol=1e-7)
    assert all(np.any(gradient) for gradient in d_gan[number:])


def test_an_augmentation_changes_what_d_and_q_see():
    calls = []

    class Recorded(DigitAugmentation):
        def for_discriminator(self, images, max_shift, seed):
            calls.append(("D", max_shift, len(images)))
            return tf.zeros_like(images)

        def for_codes(self, images, strength, seed):
            calls.append(("Q", strength, len(images)))
            return images

    model = compiled_tiny_model(augmentation=Recorded(), max_shift=3, code_augmentation=0.5, update="simultaneous")
    real = float(tf.sigmoid(model.discriminator(tf.zeros([1, 8, 8, 1]))[0][0, 0]))
    metrics = model.apply_update(tiny_images(8))
    assert calls == [("D", 3, 8), ("D", 3, 8), ("Q", 0.5, 8)]
    assert float(metrics["discriminator/real_mean"]) == pytest.approx(real, abs=1e-6)


class Hinge(infogan_tf.InfoGAN):
    """The hinge loss (Lim and Ye 2017)."""

    def discriminator_loss(self, real_logits, fake_logits):
        return tf.reduce_mean(tf.nn.relu(1 - real_logits)) + tf.reduce_mean(tf.nn.relu(1 + fake_logits))

    def generator_loss(self, fake_logits):
        return -tf.reduce_mean(fake_logits)


class Penalized(infogan_tf.InfoGAN):
    """R1 (Mescheder et al. 2018): D's gradient at real images is kept small; and G is to make bright images."""

    def discriminator_penalty(self, real_images, fake_images):
        with tf.GradientTape() as tape:
            tape.watch(real_images)
            real_logits, _ = self.discriminator(real_images, training=True)
        return 5 * tf.reduce_mean(tf.reduce_sum(tape.gradient(real_logits, real_images) ** 2, axis=[1, 2, 3]))

    def generator_penalty(self, latents, fake_images):
        return tf.reduce_mean(1 - fake_images)


@both_updates
def test_a_subclass_changes_the_adversarial_loss(update):
    model, images = compiled_tiny_model(Hinge, update=update), tiny_images(8)
    metrics, gradients, _ = applied(model, images)
    latents = latents_of(model)
    with tf.GradientTape() as tape:
        fake_logits, posterior = model.discriminator(model.generator(model.spec.join(latents)))
        hinge = tf.reduce_mean(tf.maximum(1 - model.discriminator(images)[0], 0) + tf.maximum(1 + fake_logits, 0))
        bounds = mutual_information(model.spec, latents, model.spec.split_posterior(posterior))
        loss = hinge - bounds["kind"].bound - 0.5 * bounds["angle"].bound
    assert float(metrics["loss/discriminator"]) == pytest.approx(float(hinge), rel=1e-5)
    assert_close(gradients, tape.gradient(loss, of(model.discriminator)), rtol=1e-4)


@both_updates
def test_a_subclass_adds_penalties_whose_gradients_reach_d_and_g(update):
    images = tiny_images(8)
    (_, d_without, g_without), (metrics, d_gradients, g_gradients) = (
        applied(compiled_tiny_model(kind, update=update), images) for kind in (infogan_tf.InfoGAN, Penalized)
    )
    model = tiny_model(Penalized, update=update)
    stream, count = (Stream.GENERATOR_UPDATE, 2) if update == "alternating" else (Stream.DISCRIMINATOR_UPDATE, 3)
    with tf.GradientTape(persistent=True) as tape:
        d_penalty = model.discriminator_penalty(tf.constant(images), None)
        g_penalty = model.generator_penalty(None, model.generator(model.spec.join(latents_of(model, stream, count))))
    for name, network, penalty, without, gradients in (
        ("discriminator", model.discriminator, d_penalty, d_without, d_gradients),
        ("generator", model.generator, g_penalty, g_without, g_gradients),
    ):
        assert float(metrics[f"penalty/{name}"]) == pytest.approx(float(penalty), rel=1e-5)
        expected = tape.gradient(penalty, of(network), unconnected_gradients="zero")
        assert_close([ours - plain for ours, plain in zip(gradients, without, strict=True)], expected, atol=1e-5)
        assert any(np.any(gradient) for gradient in expected)


@both_updates
def test_r1_is_half_of_gamma_times_the_squared_gradient(update):
    """`Penalized` has it written out, with a gamma of 10."""
    (expected, d_expected, _), (metrics, d_gradients, _) = (
        applied(compiled_tiny_model(kind, update=update, **settings), tiny_images(8))
        for kind, settings in ((Penalized, {}), (infogan_tf.InfoGAN, {"r1_gamma": 10}))
    )
    tag = "penalty/discriminator"
    assert float(metrics[tag]) == pytest.approx(float(expected[tag]), rel=1e-5)
    assert_close(d_gradients, d_expected, atol=1e-5)


def test_fast_layers_have_the_second_derivatives_of_plain_ones(real_images, monkeypatch):
    """R1 is trained through D's gradient, which `gray` and `layers` write themselves."""
    model = made(r1_gamma=10)
    _, fast, _ = applied(model, real_images)
    monkeypatch.setattr("infogan_tf.networks.gray.uses_gpu", lambda: True)
    monkeypatch.setattr("infogan_tf.networks.layers._product", tf.matmul)
    model.updates_done.assign(0)
    _, plain, _ = applied(model, real_images)
    assert_close(fast, plain, rtol=1e-3, atol=1e-5)


def test_with_r1_no_layer_of_d_and_q_has_batch_norm():
    model = made(r1_gamma=0.1)
    assert not any("moving" in weight.path for weight in model.discriminator.weights)
    assert any("moving" in weight.path for weight in made().discriminator.weights)
    # Glorot's weights, so that features still vary with the image.
    assert np.std(model.discriminator.body.weights[0]) > 0.03


def test_the_gradient_at_images_is_that_of_ds_logits_and_moves_no_average(small_model, real_images):
    before = small_model.discriminator.get_weights()
    gradient = small_model.gradient_at(real_images)
    assert_close(small_model.discriminator.get_weights(), before, rtol=0, atol=0)
    with tf.GradientTape() as tape:
        tape.watch(real_images)
        real_logits = small_model.discriminator(real_images, training=True).real_logits
    small_model.discriminator.set_weights(before)
    assert_close([gradient], [tape.gradient(real_logits, real_images)])


def test_a_network_may_be_a_subclass_of_keras_model():
    class Small(keras.Model):
        def __init__(self):
            super().__init__()
            self.heads = [keras.layers.Dense(size) for size in (1, TINY_SPEC.posterior_size)]

        def call(self, images, training=False):
            features = tf.reshape(images, [-1, 64])
            return DiscriminatorOutput(*(head(features) for head in self.heads))

    metrics = compiled_tiny_model(discriminator=Small()).apply_update(tiny_images())
    assert np.isfinite([float(value) for value in metrics.values()]).all()
