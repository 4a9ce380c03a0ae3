"""One update of InfoGAN, the page to read: sample, generate, discriminate, losses, gradients.

`alternating_update` is that of the authors' code; `simultaneous_update` lets one pass through all networks serve both
steps. The terms of the objective are in `losses.py`, and `discriminator_objective` and `generator_objective` add them
up. `model` is an `InfoGAN`: G is `model.generator`; D and Q are the two heads, on one body, of `model.discriminator`,
all of which D's optimizer trains; `model.spec` has the noise z and the codes c.

Every pass normalizes with the statistics of its batch; only moving averages are ever frozen. The losses and penalties
are methods of `InfoGAN`, which a subclass may override.

Beyond the paper there are, besides `simultaneous_update`, three options, none of which the preset `paper` uses: D sees
augmented images; Q predicts categorical codes from augmented images; what Q predicts from a real image and from its
augmented copy should agree.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from infogan_tf.losses import MutualInformation, information_loss, mutual_information, predicted_information
from infogan_tf.networks.contract import call_discriminator, call_generator
from infogan_tf.networks.layers import frozen_moving_averages
from infogan_tf.randomness import Seed, Stream, replica_seed, split_seed, stream_seed

Metrics = dict[str, tf.Tensor]
Latents = Mapping[str, tf.Tensor]


def alternating_update(model: keras.Model, real_images: tf.Tensor) -> Metrics:
    """D and Q take a step on real and generated images; then G takes one, on fresh noise and codes.

    Takes images `[batch, height, width, channels]` in [0, 1], and returns scalars by TensorBoard tag: D's from before
    its step; G's, with the mutual information, from after D's step and before G's.
    """
    batch_size = tf.shape(real_images)[0]
    d_seed, g_seed = (_seed(model, stream) for stream in (Stream.DISCRIMINATOR_UPDATE, Stream.GENERATOR_UPDATE))

    # D and Q. G's images come from outside of the tape, and G's moving averages stay as they are.
    latent_seed, real_seed, fake_seed = split_seed(d_seed, 3)
    with frozen_moving_averages(model.generator):
        latents, fake_images = generate(model, batch_size, latent_seed)
    with tf.GradientTape() as tape:
        real, fake = discriminate_both(model, real_images, fake_images, real_seed, fake_seed)
        consistency = consistency_of(model, real)
        information = information_of(model, latents, fake)
        d_loss, d_metrics = discriminator_objective(model, real, fake, information, consistency)
    d_gradients = gradients(tape, d_loss, model.d_optimizer, model.discriminator)
    d_metrics |= step("discriminator", model.d_optimizer, model.discriminator, d_gradients)

    # G. Its gradient passes through D and Q, but the tape watches G's weights alone, and no others move. D's moving
    # averages stay as they are.
    latent_seed, fake_seed = split_seed(g_seed, 2)
    with frozen_moving_averages(model.discriminator), tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([variable.value for variable in model.generator.trainable_variables])
        latents, fake_images = generate(model, batch_size, latent_seed)
        fake = discriminate(model, fake_images, fake_seed)
        g_loss, g_metrics = generator_objective(model, latents, fake, information_of(model, latents, fake))
    g_gradients = gradients(tape, g_loss, model.g_optimizer, model.generator)
    g_metrics |= step("generator", model.g_optimizer, model.generator, g_gradients)
    return d_metrics | g_metrics | {"loss/total": d_loss + g_loss}


def simultaneous_update(model: keras.Model, real_images: tf.Tensor) -> Metrics:
    """As `alternating_update`, but from the same noise, codes and weights for both: about a sixth less arithmetic."""
    latent_seed, real_seed, fake_seed = split_seed(_seed(model, Stream.DISCRIMINATOR_UPDATE), 3)
    with tf.GradientTape(persistent=True) as tape:
        latents, fake_images = generate(model, tf.shape(real_images)[0], latent_seed)
        real, fake = discriminate_both(model, real_images, fake_images, real_seed, fake_seed)
        consistency = consistency_of(model, real)
        information = information_of(model, latents, fake)
        d_loss, d_metrics = discriminator_objective(model, real, fake, information, consistency)
        g_loss, g_metrics = generator_objective(model, latents, fake, information)
    d_gradients = gradients(tape, d_loss, model.d_optimizer, model.discriminator)
    g_gradients = gradients(tape, g_loss, model.g_optimizer, model.generator)
    d_metrics |= step("discriminator", model.d_optimizer, model.discriminator, d_gradients)
    g_metrics |= step("generator", model.g_optimizer, model.generator, g_gradients)
    return d_metrics | g_metrics | {"loss/total": d_loss + g_loss}


def generate(model: keras.Model, batch_size: tf.Tensor, seed: Seed) -> tuple[Latents, tf.Tensor]:
    """Samples z and c from their priors; by name `[batch, event_size]`, and the images G(z, c)."""
    latents = model.spec.sample(batch_size, seed)
    return latents, call_generator(model.generator, model.spec.join(latents), training=True)


class Judged(NamedTuple):
    """Images and what D and Q say about them."""

    images: tf.Tensor
    seen: tf.Tensor  # The images as D saw them, augmented if the model says so.
    logits: tf.Tensor  # D's log-odds that an image is real, [batch, 1].
    q_output: tf.Tensor  # Q's raw output, [batch, spec.posterior_size].
    code_augmentation_seed: Seed  # For augmenting the images once more, for Q alone: `predict_augmented`.


def discriminate(model: keras.Model, images: tf.Tensor, seed: Seed) -> Judged:
    """Passes one batch through D and Q."""
    seen, q_seed = _as_seen(model, images, seed)
    return Judged(images, seen, *call_discriminator(model.discriminator, seen, training=True), q_seed)


def discriminate_both(
    model: keras.Model, real_images: tf.Tensor, fake_images: tf.Tensor, real_seed: Seed, fake_seed: Seed
) -> tuple[Judged, Judged]:
    """Passes real and generated images through D and Q: one batch after the other or, where the model says so, jointly.

    Q sees real images too, which it never does in the authors' code. In separate batches that only moves the averages
    of its batch norm, with which `infer_codes` reads real images, unless the model asks for consistency. In a joint
    batch real images are also part of the statistics by which generated ones are normalized.
    """
    if model.discriminator_batches == "separate":
        return discriminate(model, real_images, real_seed), discriminate(model, fake_images, fake_seed)
    seen_real, real_q_seed = _as_seen(model, real_images, real_seed)
    seen_fake, fake_q_seed = _as_seen(model, fake_images, fake_seed)
    both = call_discriminator(model.discriminator, tf.concat([seen_real, seen_fake], axis=0), training=True)
    (real_logits, fake_logits), (real_posterior, fake_posterior) = (tf.split(part, 2) for part in both)
    real = Judged(real_images, seen_real, real_logits, real_posterior, real_q_seed)
    return real, Judged(fake_images, seen_fake, fake_logits, fake_posterior, fake_q_seed)


class Information(NamedTuple):
    """The bound on each code's mutual information with the images (paper, equation 5), by name."""

    measured: dict[str, MutualInformation]  # From the images as D saw them.
    trained: dict[str, MutualInformation]  # The same, but of categorical codes from augmented images if Q sees those.


def information_of(model: keras.Model, latents: Latents, fake: Judged) -> Information:
    """How well Q recovers the codes that went into generated images."""
    measured = mutual_information(model.spec, latents, model.spec.split_posterior(fake.q_output))
    if not model.augmented_codes:
        return Information(measured, measured)
    # The bound holds for augmented images T(x) too, since I(c; T(x)) <= I(c; x).
    # With consistency Q sees as many augmented images as without: half of them generated, half real.
    number = _half(fake.images) if model.consistency else tf.shape(fake.images)[0]
    codes = {name: values[:number] for name, values in latents.items()}
    augmented = mutual_information(
        model.spec, codes, predict_augmented(model, fake.images[:number], fake.code_augmentation_seed)
    )
    return Information(measured, measured | {name: augmented[name] for name in model.augmented_codes})


def discriminator_objective(
    model: keras.Model, real: Judged, fake: Judged, information: Information, consistency: dict[str, tf.Tensor]
) -> tuple[tf.Tensor, Metrics]:
    """What D and Q minimize: the adversarial loss - lambda L_I (paper, equation 6, with V negated), and metrics.

    The metric `loss/discriminator` is the adversarial term alone.
    """
    adversarial = model.discriminator_loss(real.logits, fake.logits)
    loss = adversarial + information_loss(model.spec, information.trained, model.info_reg_coeff)
    metrics = {
        "loss/discriminator": adversarial,
        **_range("discriminator/real", tf.sigmoid(real.logits)),
        **_range("discriminator/fake", tf.sigmoid(fake.logits)),
    }
    for name, agreement in consistency.items():
        loss -= model.consistency * agreement
        metrics[f"consistency/{name}"] = agreement
    return _with_penalty("discriminator", loss, model.discriminator_penalty(real.seen, fake.seen), metrics)


def generator_objective(
    model: keras.Model, latents: Latents, fake: Judged, information: Information
) -> tuple[tf.Tensor, Metrics]:
    """What G minimizes: the adversarial loss - lambda L_I (paper, equation 6), and metrics.

    The metric `loss/generator` is the adversarial term alone.
    """
    adversarial = model.generator_loss(fake.logits)
    loss = adversarial + information_loss(model.spec, information.trained, model.info_reg_coeff)
    metrics = {"loss/generator": adversarial}
    for tag, field in (("mutual_information", "bound"), ("cross_entropy", "cross_entropy")):
        values = {name: getattr(estimate, field) for name, estimate in information.measured.items()}
        metrics |= {f"{tag}/{name}": value for name, value in values.items()}
        metrics[f"{tag}/total"] = tf.add_n(list(values.values()))
    for name in model.augmented_codes:
        metrics[f"mutual_information_augmented/{name}"] = information.trained[name].bound
    for name, posterior in model.spec.split_posterior(fake.q_output).items():
        metrics[f"posterior_std/{name}_min"] = tf.reduce_min(posterior.std)
        metrics[f"posterior_std/{name}_max"] = tf.reduce_max(posterior.std)
    return _with_penalty("generator", loss, model.generator_penalty(latents, fake.images), metrics)


def consistency_of(model: keras.Model, real: Judged) -> dict[str, tf.Tensor]:
    """By categorical code, the mutual information of Q's predictions from half of the real images and from augmented
    copies of them, nats (Ji et al. 2019); empty where the model does not ask for it.
    """
    if not model.consistency:
        return {}
    half = _half(real.images)
    predicted = model.spec.split_posterior(real.q_output[:half])
    augmented = predict_augmented(model, real.images[:half], real.code_augmentation_seed)
    return {name: predicted_information(predicted[name].probs, augmented[name].probs) for name in model.augmented_codes}


def predict_augmented(model: keras.Model, images: tf.Tensor, seed: Seed) -> dict[str, Any]:
    """Q's posteriors of augmented images, which pass through D by themselves and leave its moving averages alone."""
    with frozen_moving_averages(model.discriminator):
        augmented = model.augmentation.for_codes(images, model.code_augmentation, seed)
        _, posterior = call_discriminator(model.discriminator, augmented, training=True)
        return model.spec.split_posterior(posterior)


def gradients(
    tape: tf.GradientTape, loss: tf.Tensor, optimizer: keras.optimizers.Optimizer, network: keras.Model
) -> list[tf.Tensor]:
    """Of a loss, with respect to a network's weights; times the optimizer's loss scale, by which it will divide.

    On several devices each has its part of the batch, and the optimizer sums their gradients: hence the division.
    """
    weights = [variable.value for variable in network.trainable_variables]
    share = tf.ones_like(loss) / tf.distribute.get_strategy().num_replicas_in_sync
    return tape.gradient(loss, weights, output_gradients=optimizer.scale_loss(share))


def step(name: str, optimizer: keras.optimizers.Optimizer, network: keras.Model, gradients: list[tf.Tensor]) -> Metrics:
    """Moves a network's weights, and returns the norm of the gradient on this device, without the loss scale."""
    norm = tf.linalg.global_norm(gradients) * tf.distribute.get_strategy().num_replicas_in_sync
    norm /= optimizer.scale_loss(1.0)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # It takes no step where gradients overflow, as in the first updates, and lowers its scale.
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
    optimizer.apply(gradients, network.trainable_variables)
    return {f"gradient_norm/{name}": norm}


def _seed(model: keras.Model, stream: Stream) -> Seed:
    """Follows from the model's seed and the number of updates alone, so that a resumed run draws the same."""
    return replica_seed(stream_seed(model.seed, stream, model.updates_done.value))


def _half(images: tf.Tensor) -> tf.Tensor:
    """How many images are half of a batch, rounded up: TensorFlow may abort the process on an empty batch."""
    return (tf.shape(images)[0] + 1) // 2


def _as_seen(model: keras.Model, images: tf.Tensor, seed: Seed) -> tuple[tf.Tensor, Seed]:
    """A batch as D sees it, and the seed of what Q sees of it."""
    d_seed, q_seed = split_seed(seed, 2)
    return model.augmentation.for_discriminator(images, model.max_shift, d_seed), q_seed


def _with_penalty(name: str, loss: tf.Tensor, penalty: tf.Tensor | None, metrics: Metrics) -> tuple[tf.Tensor, Metrics]:
    return (loss, metrics) if penalty is None else (loss + penalty, metrics | {f"penalty/{name}": penalty})


def _range(name: str, values: tf.Tensor) -> Metrics:
    return {
        f"{name}_mean": tf.reduce_mean(values),
        f"{name}_min": tf.reduce_min(values),
        f"{name}_max": tf.reduce_max(values),
    }
